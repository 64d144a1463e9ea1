"""The rows of the kinds `labor-operations` (SV-04) and `receivables` (PF-15) as they are kept (PF-11)."""

from collections.abc import Iterator

from fours.intake.export import register_export, spoken
from fours.kernel.models import Store

from .intake_columns import LABOR_OPERATION_COLUMNS, REPAIR_KINDS, WORK_KINDS
from .models import LaborOperation, OpeningReceivable


def operation_rows(store: Store) -> Iterator[dict[str, object]]:
    """Each operation in use."""
    for row in LaborOperation.objects.filter(group=store.group, active=True).order_by("code").iterator(2000):
        yield {
            **{column.name: getattr(row, column.name) for column in LABOR_OPERATION_COLUMNS},
            "work_kind": spoken(WORK_KINDS)[row.work_kind],
            "repair_class": spoken(REPAIR_KINDS)[row.repair_class],
        }


def receivable_rows(store: Store) -> Iterator[dict[str, object]]:
    """Each opening receivable that stands, as it was entered."""
    rows = OpeningReceivable.objects.filter(store=store).exclude(state=OpeningReceivable.State.REVERSED)
    for row in rows.order_by("pk").prefetch_related("customer__phones").iterator(2000):
        phones = sorted(row.customer.phones.all(), key=lambda phone: (not phone.primary, phone.pk))
        said = {
            "foreign_number": row.foreign_number,
            "name": row.customer.name,
            "phone": phones[0].number if phones else None,
            "plate": row.plate or None,
            "billed_on": row.billed_on,
            "billed": row.billed,
            "paid_before": row.paid_before,
            "open": row.total,
            "note": row.note or None,
        }
        yield {name: value for name, value in said.items() if value is not None}


register_export("labor-operations", operation_rows)
register_export("receivables", receivable_rows)
