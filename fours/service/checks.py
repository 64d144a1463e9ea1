"""Money and parts of orders: statements are their lines, paid is the payments, issued the slips (SV-12, PT-06)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from django.db.models import DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from fours.desk.checks import register_check, register_numbered, rows_of
from fours.kernel.events import kind_of

from .models import (
    AdditionalWork,
    FeeLine,
    LaborLine,
    OpeningReceivable,
    PartLine,
    Payment,
    RepairOrder,
    Statement,
)
from .models.lines import PricedLine

AMOUNT = DecimalField(max_digits=16, decimal_places=3)
ZERO = Decimal("0.00")
# The column each kind of line multiplies its price by.
AMOUNTS: Mapping[type[PricedLine], str] = MappingProxyType(
    {LaborLine: "hours", PartLine: "quantity", FeeLine: "quantity"}
)
STATEMENTS = """
select s.number, s.total, s.net, s.tax, coalesce(l.total, 0.00), coalesce(l.net, 0.00), coalesce(l.tax, 0.00)
from service_statement s left join (
    select statement_id, sum(gross) as total, sum(net) as net, sum(tax) as tax
    from service_statementline group by statement_id
) as l on l.statement_id = s.id
where s.state <> 'draft'
    and (s.total, s.net, s.tax) <> (coalesce(l.total, 0), coalesce(l.net, 0), coalesce(l.tax, 0))
order by s.id
"""
# A family: a line and what was split from it, named by the line the slips name.
ISSUED = """
with recursive family (id, head, issued) as (
    select id, id, issued from service_partline where split_from_id is null
    union all
    select l.id, f.head, l.issued from service_partline l join family f on l.split_from_id = f.id
), slips as (
    select i.source_line_id as id, sum(i.quantity - i.returned) as taken
    from parts_issueline i join parts_issueslip s on s.id = i.slip_id where s.source_kind = %s
    group by i.source_line_id
)
select head, sum(issued), coalesce(sum(taken), 0) from family left join slips using (id)
group by head having sum(issued) <> coalesce(sum(taken), 0) order by head
"""
# As PricedLine.price; the cast gives the division places enough that rounding it once more changes nothing.
LINES = """
select id, gross, net, tax, due, due_net, due - due_net as due_tax from (
    select id, gross, net, tax, due, round(due::numeric(40, 20) / (1 + tax_rate), 2) as due_net from (
        select *, round({amount} * unit_price, 2) - discount as due from {table}
    ) as line
) as line
where (gross, net, tax) <> (due, due_net, due - due_net) order by id
"""


def statements_are_their_lines() -> Iterator[str]:
    """Total, net and tax of each statement are the sums of its frozen lines."""
    for number, *amounts in rows_of(STATEMENTS):
        for name, stored, there in zip(("total", "net", "tax"), amounts[:3], amounts[3:], strict=True):
            if stored != there:
                yield f"{number}: {name} is {stored}, its lines say {there}"


def paid_is_the_sum_of_payments() -> Iterator[str]:
    """What a statement says was paid is the sum of its payments; `paid` means paid to the cent."""
    payments = Payment.objects.filter(statement=OuterRef("pk")).order_by().values("statement")
    total = Subquery(payments.annotate(sum=Sum("amount")).values("sum"), output_field=AMOUNT)
    rows = Statement.objects.annotate(received=Coalesce(total, ZERO, output_field=AMOUNT))
    for row in rows.exclude(paid=F("received")).order_by("pk"):
        yield f"{row.number}: paid is {row.paid}, its payments say {row.received}"
    for row in rows.filter(state="paid").exclude(paid=F("total")).order_by("pk"):
        yield f"{row.number}: is paid with {row.paid} of {row.total}"


def receivables_tie_out() -> Iterator[str]:
    """Each opening receivable was paid what its payments say, `paid` to the cent; a reversed one has its opposite."""
    payments = Payment.objects.filter(receivable=OuterRef("pk")).order_by().values("receivable")
    total = Subquery(payments.annotate(sum=Sum("amount")).values("sum"), output_field=AMOUNT)
    rows = OpeningReceivable.objects.annotate(received=Coalesce(total, ZERO, output_field=AMOUNT))
    for row in rows.exclude(paid=F("received")).order_by("pk"):
        yield f"{row.number}: paid is {row.paid}, its payments say {row.received}"
    for row in rows.filter(state="paid").exclude(paid=F("total")).order_by("pk"):
        yield f"{row.number}: is paid with {row.paid} of {row.total}"
    undone = rows.filter(state="reversed", reverses=None)
    for row in undone.filter(reversed_by=None).order_by("pk"):
        yield f"{row.number}: is reversed without a counter-entry"
    for row in undone.exclude(reversed_by=None).exclude(reversed_by__total=-F("total")).order_by("pk"):
        yield f"{row.number}: {row.total} is not what its counter-entry takes back"
    for row in rows.filter(reverses__isnull=False).exclude(reverses__state="reversed").order_by("pk"):
        yield f"{row.number}: takes back an entry that stands"


def issued_is_the_sum_of_slips() -> Iterator[str]:
    """What an order's part lines say was issued is what slips say was taken and not brought back.

    A line shared with another payer counts with the one it was split from, which the slips name.
    """
    for pk, issued, there in rows_of(ISSUED, [kind_of(RepairOrder())]):
        line = PartLine.objects.select_related("order").get(pk=pk)
        yield f"{line.order} part line {pk}: issued is {issued}, its slips say {there}"


def lines_tie_out() -> Iterator[str]:
    """Each line's gross is amount × price − discount, net and tax by its rate."""
    for model, amount in AMOUNTS.items():
        for pk, *found in rows_of(LINES.format(table=model._meta.db_table, amount=amount)):
            stored, due = tuple(found[:3]), tuple(found[3:])
            yield f"{model._meta.label_lower} {pk}: {stored} should be {due}"


register_check("statements", statements_are_their_lines)
register_check("payments", paid_is_the_sum_of_payments)
register_check("opening receivables", receivables_tie_out)
register_check("issued parts", issued_is_the_sum_of_slips)
register_check("lines", lines_tie_out)
register_numbered(AdditionalWork, "number")
register_numbered(Payment, "number")
