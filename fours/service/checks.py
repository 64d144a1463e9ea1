"""Money and parts of orders: statements are their lines, paid is the payments, issued the slips (SV-12, PT-06)."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from fours.desk.checks import register_check, register_numbered
from fours.kernel.events import kind_of
from fours.parts.models import IssueLine

from .models import (
    AdditionalWork,
    FeeLine,
    LaborLine,
    PartLine,
    Payment,
    RepairOrder,
    Statement,
    StatementLine,
)

AMOUNT = DecimalField(max_digits=16, decimal_places=3)
ZERO = Decimal("0.00")


def statements_are_their_lines() -> Iterator[str]:
    """Total, net and tax of each statement are the sums of its frozen lines."""
    sums = {}
    lines = StatementLine.objects.order_by().values_list("statement")
    for statement, *found in lines.annotate(total=Sum("gross"), n=Sum("net"), t=Sum("tax")):
        sums[statement] = found
    for row in Statement.objects.exclude(state="draft").order_by("pk"):
        for name, there in zip(("total", "net", "tax"), sums.get(row.pk, (ZERO,) * 3), strict=True):
            if getattr(row, name) != there:
                yield f"{row.number}: {name} is {getattr(row, name)}, its lines say {there}"


def paid_is_the_sum_of_payments() -> Iterator[str]:
    """What a statement says was paid is the sum of its payments; `paid` means paid to the cent."""
    payments = Payment.objects.filter(statement=OuterRef("pk")).order_by().values("statement")
    total = Subquery(payments.annotate(sum=Sum("amount")).values("sum"), output_field=AMOUNT)
    rows = Statement.objects.annotate(received=Coalesce(total, ZERO, output_field=AMOUNT))
    for row in rows.exclude(paid=F("received")).order_by("pk"):
        yield f"{row.number}: paid is {row.paid}, its payments say {row.received}"
    for row in rows.filter(state="paid").exclude(paid=F("total")).order_by("pk"):
        yield f"{row.number}: is paid with {row.paid} of {row.total}"


def issued_is_the_sum_of_slips() -> Iterator[str]:
    """What an order's part lines say was issued is what slips say was taken and not brought back.

    A line shared with another payer counts with the one it was split from, which the slips name.
    """
    slips = IssueLine.objects.filter(slip__source_kind=kind_of(RepairOrder())).order_by()
    totals = slips.values_list("source_line_id").annotate(out=Sum(F("quantity") - F("returned")))
    sums = dict(totals)
    lines = {line.pk: line for line in PartLine.objects.select_related("order").order_by("pk")}
    families: dict[int, list[PartLine]] = {}
    for line in lines.values():
        first = line
        while first.split_from_id:
            first = lines[first.split_from_id]
        families.setdefault(first.pk, []).append(line)
    for pk, family in families.items():
        issued = sum((line.issued for line in family), Decimal(0))
        there = sum((sums.get(line.pk, Decimal(0)) for line in family), Decimal(0))
        if issued != there:
            yield f"{lines[pk].order} part line {pk}: issued is {issued}, its slips say {there}"


def lines_tie_out() -> Iterator[str]:
    """Each line's gross is amount × price − discount, net and tax by its rate."""
    for model in (LaborLine, PartLine, FeeLine):
        for row in model._default_manager.order_by("pk").iterator():
            before = (row.gross, row.net, row.tax)
            row.price()
            if before != (row.gross, row.net, row.tax):
                yield f"{model._meta.label_lower} {row.pk}: {before} should be {(row.gross, row.net, row.tax)}"


register_check("statements", statements_are_their_lines)
register_check("payments", paid_is_the_sum_of_payments)
register_check("issued parts", issued_is_the_sum_of_slips)
register_check("lines", lines_tie_out)
register_numbered(AdditionalWork, "number")
register_numbered(Payment, "number")
