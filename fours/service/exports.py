"""The rows of the kind `labor-operations` (SV-04, PF-11)."""

from collections.abc import Iterator

from fours.intake.export import register_export, spoken
from fours.kernel.models import Store

from .intake_columns import LABOR_OPERATION_COLUMNS, REPAIR_KINDS, WORK_KINDS
from .models import LaborOperation


def operation_rows(store: Store) -> Iterator[dict[str, object]]:
    """Each operation in use."""
    for row in LaborOperation.objects.filter(group=store.group, active=True).order_by("code").iterator(2000):
        yield {
            **{column.name: getattr(row, column.name) for column in LABOR_OPERATION_COLUMNS},
            "work_kind": spoken(WORK_KINDS)[row.work_kind],
            "repair_class": spoken(REPAIR_KINDS)[row.repair_class],
        }


register_export("labor-operations", operation_rows)
