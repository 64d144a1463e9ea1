"""What each payer of an order is to be billed, before and while a statement is issued (SV-12): sums, never opinions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from fours.base.errors import IllegalMove, Refused
from fours.base.money import CENT, split_tax

from .models import AdditionalWork, RepairOrder, Statement, StatementLine
from .models.lines import PartKind, PartLine, PricedLine
from .models.order import Payer
from .totals import OrderLines, Totals, agreed, all_lines, totals_of

NOTHING = Decimal("0.00")
ROUNDING_LINE = "抹零"
# What the store bears itself is booked between its own departments; no cashier ever sees money for it.
BORNE_BY_STORE = frozenset({Payer.INTERNAL, Payer.GOODWILL})


@dataclass(frozen=True)
class Bill:
    """What one payer owes for an order: the sum of the lines less the cents let off (抹零)."""

    payer: Payer
    payer_name: str
    lines: OrderLines
    totals: Totals
    rounding: Decimal = NOTHING
    rounding_net: Decimal = NOTHING
    rounding_tax: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        return self.totals.total - self.rounding

    @property
    def net(self) -> Decimal:
        return self.totals.net - self.rounding_net

    @property
    def tax(self) -> Decimal:
        return self.totals.tax - self.rounding_tax


def live_statements(order: RepairOrder) -> list[Statement]:
    """The statements that stand: neither reversed nor a counter-statement."""
    return live(order.statements.order_by("pk"))


def live(statements: Iterable[Statement]) -> list[Statement]:
    """Those of an order's statements that stand."""
    return [one for one in statements if one.state != Statement.State.REVERSED and one.reverses_id is None]


def open_bills(
    order: RepairOrder, lines: OrderLines | None = None, statements: Iterable[Statement] | None = None
) -> list[Bill]:
    """One bill per payer that has agreed lines and no live statement, in the order of the payers.

    `lines` (all the order's) and `statements` (the live ones), when they were read already.
    """
    standing = live_statements(order) if statements is None else statements
    billed = {statement.payer for statement in standing}
    lines = agreed(all_lines(order) if lines is None else lines)
    own = {payer: lines.paid_by(payer) for payer in Payer if payer not in billed}
    return [
        Bill(payer, payer_name(order, payer), of_payer, totals_of(of_payer))
        for payer, of_payer in own.items()
        if of_payer
    ]


def round_off(bill: Bill, rounding: Decimal) -> Bill:
    """The bill with cents let off; their tax is taken off at the highest rate on the bill."""
    rate = max((line.tax_rate for line in bill.lines), default=NOTHING)
    net, tax = split_tax(rounding, rate)
    return replace(bill, rounding=rounding, rounding_net=net, rounding_tax=tax)


def payer_name(order: RepairOrder, payer: Payer) -> str:
    """Who stands on the statement as owing."""
    names = {
        Payer.CUSTOMER: order.customer.name,
        Payer.INSURER: order.insurer_name or "保险公司",
        Payer.WARRANTY: f"{order.vehicle.brand}厂家（保修）",
        Payer.INTERNAL: f"{order.store.name}（店内承担）",
        Payer.GOODWILL: f"{order.store.name}（善意承担）",
    }
    return names[payer]


def check_may_be_billed(order: RepairOrder, lines: OrderLines | None = None) -> None:
    """Refuse while the final check is missing, an additional work is unanswered or a part is not issued."""
    if order.state not in (RepairOrder.State.COMPLETED, RepairOrder.State.DELIVERED):
        raise IllegalMove(f"{order} 现为“{order.get_state_display()}”，终检合格、竣工后才能结算。")
    check_additional_work_is_answered(order)
    check_parts_are_issued(agreed(all_lines(order) if lines is None else lines).parts)


def check_additional_work_is_answered(order: RepairOrder) -> None:
    """Nobody is billed for work he has not answered for (SV-09)."""
    waiting = order.additional_works.filter(
        state__in=[AdditionalWork.State.FOUND, AdditionalWork.State.OFFERED]
    )
    if (work := waiting.first()) is not None:
        raise Refused(f"增项“{work.finding[:30]}”客户尚未答复，请先记录客户意见再结算。")


def check_parts_are_issued(parts: Iterable[PartLine]) -> None:
    """Parts billed are parts issued; what the customer brought along costs nothing."""
    ours = [line for line in parts if line.kind != PartKind.CUSTOMER]
    if missing := [line for line in ours if line.still_to_issue > 0]:
        names = "、".join(
            f"{line.name}（缺 {line.still_to_issue.normalize():f}{line.unit}）" for line in missing
        )
        raise Refused(f"还有配件未领齐：{names}。请先领料；不用的请在工单明细中取消。")
    brought = (line for line in parts if line.kind == PartKind.CUSTOMER and line.gross)
    if (line := next(brought, None)) is not None:
        raise Refused(f"客户自带配件“{line.name}”不能收费，请将单价改为 0。")


def frozen_lines(bill: Bill, statement: Statement) -> list[StatementLine]:
    """Unsaved copies of the bill's lines, and one for the cents let off: together exactly the statement's amounts."""
    copies = [
        *(_copy(line, statement, "labor", line.code, line.name, "工时") for line in bill.lines.jobs),
        *(
            _copy(line, statement, "part", line.number, line.name, line.unit, line.brand, line.kind)
            for line in bill.lines.parts
        ),
        *(_copy(line, statement, "fee", "", line.name, "项") for line in bill.lines.fees),
    ]
    if bill.rounding:
        copies.append(_rounding_line(bill, statement))
    for position, copy in enumerate(copies, 1):
        copy.position = position
    return copies


def _copy(
    line: PricedLine,
    statement: Statement,
    kind: str,
    code: str,
    name: str,
    unit: str,
    brand: str = "",
    part_kind: str = "",
) -> StatementLine:
    return StatementLine(
        store_id=statement.store_id,
        statement=statement,
        kind=kind,
        source_id=line.pk,
        code=code,
        name=name,
        brand=brand,
        part_kind=part_kind,
        amount=line.amount,
        unit=unit,
        unit_price=line.unit_price,
        discount=line.discount,
        gross=line.gross,
        tax_rate=line.tax_rate,
        net=line.net,
        tax=line.tax,
    )


def _rounding_line(bill: Bill, statement: Statement) -> StatementLine:
    return StatementLine(
        store_id=statement.store_id,
        statement=statement,
        kind="fee",
        source_id=0,
        name=ROUNDING_LINE,
        amount=Decimal(1),
        unit_price=-bill.rounding,
        discount=NOTHING,
        gross=-bill.rounding,
        tax_rate=max(line.tax_rate for line in bill.lines),
        net=-bill.rounding_net,
        tax=-bill.rounding_tax,
    )


def opposite_lines(statement: Statement, counter: Statement) -> list[StatementLine]:
    """Unsaved lines of a counter-statement that undo a statement's line by line."""
    opposites = []
    for line in statement.lines.all():
        line.pk = None
        line.statement = counter
        for field in ("amount", "discount", "gross", "net", "tax"):
            setattr(line, field, -getattr(line, field))
        line._state.adding = True
        opposites.append(line)
    return opposites


def check_cents(amount: Decimal, field: str) -> None:
    """Refuse an amount that is no number of whole cents within what a bill can be."""
    if not amount.is_finite() or abs(amount) >= Decimal("1e12") or amount != amount.quantize(CENT):
        raise Refused("金额最多两位小数。", field=field)
