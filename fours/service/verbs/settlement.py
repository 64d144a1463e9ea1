"""Statements: issued per payer, put on account, reversed by a counter-statement; never edited (SV-06, SV-12)."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from fours.approvals.authority import check_authority
from fours.base.errors import NotAllowed, Refused
from fours.kernel.actor import Actor
from fours.kernel.bulk import insert_all
from fours.kernel.business_date import business_date, today
from fours.kernel.events import announce
from fours.kernel.numbers import next_number
from fours.kernel.printing import freeze
from fours.kernel.rows import insert_row
from fours.kernel.store_settings import setting
from fours.kernel.verbs import keep, move, must_be, take, verb

from ..authority import ROUNDING
from ..billing import (
    BORNE_BY_STORE,
    NOTHING,
    Bill,
    check_cents,
    check_may_be_billed,
    frozen_lines,
    open_bills,
    opposite_lines,
    round_off,
)
from ..closing import close_if_settled, open_again
from ..models import RepairOrder, Statement, StatementLine
from ..models.order import Payer
from ..next_service import next_service
from ..totals import know_lines
from ..transitions import STATEMENT_MOVES

PAPER = "service.statement"
STANDING = (
    Statement.State.ISSUED,
    Statement.State.PART_PAID,
    Statement.State.ON_ACCOUNT,
    Statement.State.PAID,
)


@verb("结算", "service.settle", states=["completed", "delivered"])
def issue_statements(
    order: RepairOrder, *, actor: Actor, rounding: Decimal = NOTHING, version: int | None = None
) -> list[Statement]:
    """Issue one statement per payer that has lines and no live statement yet (SV-12).

    The lines are copied and frozen; a statement is exactly the sum of its lines. `rounding` is let off the customer's
    statement only. What the store bears itself goes on account between its departments, a sum of nothing is paid.
    """
    order = take(order, "vehicle", "customer", "advisor", version=version)
    lines = know_lines(order)
    check_may_be_billed(order, lines)
    bills = open_bills(order, lines)
    if not bills:
        raise Refused("没有可结算的项目：结算单都已开出，或工单没有项目。")
    bills = with_rounding(order, bills, rounding, actor)
    propose_next_service(order)
    statements = [_issue(order, bill, actor) for bill in bills]
    keep(order, "next_service_on", "next_service_mileage")
    announce(
        "service.statements_issued",
        order,
        actor=actor,
        sentence="结算："
        + "、".join(f"{s.get_payer_display()} {s.total} 元（{s.number}）" for s in statements),
        data={"statements": [statement.pk for statement in statements]},
        about=statements,
    )
    for statement in statements:
        freeze(PAPER, statement, actor=actor)
    close_if_settled(order, actor=actor)
    return statements


def with_rounding(order: RepairOrder, bills: Sequence[Bill], rounding: Decimal, actor: Actor) -> list[Bill]:
    """The bills with the cents let off the customer's; beyond the limit of the actor's posts only with an approval."""
    check_cents(rounding, "rounding")
    if rounding < 0:
        raise Refused("抹零金额不能小于 0。", field="rounding")
    if not rounding:
        return list(bills)
    mine = next((bill for bill in bills if bill.payer == Payer.CUSTOMER), None)
    if mine is None or rounding > mine.total:
        most = mine.total if mine else NOTHING
        raise Refused(f"抹零只用于客户结算单，且不能超过其应收 {most} 元。", field="rounding")
    said, bound = f"抹零 {rounding} 元", f"应收 {mine.total} 元"
    check_authority(ROUNDING, order, rounding, actor=actor, said=said, field="rounding", bound=bound)
    return [round_off(bill, rounding) if bill is mine else bill for bill in bills]


def propose_next_service(order: RepairOrder) -> None:
    """Fill in the next service where nobody has, because the statement prints it."""
    if order.next_service_on is None and order.next_service_mileage is None:
        proposal = next_service(order.store, order.vehicle, mileage=order.mileage_in, on=today())
        order.next_service_on, order.next_service_mileage = proposal.on, proposal.mileage


def _issue(order: RepairOrder, bill: Bill, actor: Actor) -> Statement:
    statement = Statement(
        store=order.store,
        number=next_number(order.store, "ST"),
        created_by=actor.user,
        order=order,
        payer=bill.payer,
        payer_name=bill.payer_name,
        customer=order.customer if bill.payer == Payer.CUSTOMER else None,
        labor_total=bill.totals.labor,
        parts_total=bill.totals.parts,
        fee_total=bill.totals.fees,
        rounding=bill.rounding,
        total=bill.total,
        net=bill.net,
        tax=bill.tax,
        issued_at=timezone.now(),
        business_date=business_date(order.store),
    )
    move(statement, Statement.State.ISSUED, STATEMENT_MOVES)
    _settle_without_money(statement)
    insert_row(statement)
    insert_all(frozen_lines(bill, statement))
    return statement


def _settle_without_money(statement: Statement) -> None:
    """Nothing to pay is paid; what the store bears itself waits on account and never reaches the cashier."""
    if not statement.total:
        move(statement, Statement.State.PAID, STATEMENT_MOVES)
        statement.paid_at = statement.issued_at
    elif statement.payer in BORNE_BY_STORE:
        move(statement, Statement.State.ON_ACCOUNT, STATEMENT_MOVES)
        statement.on_account_reason = "店内承担，内部结转，不收款"


@verb("挂账", "service.view", states=["issued", "part_paid"])
def put_on_account(
    statement: Statement, *, reason: str, actor: Actor, version: int | None = None
) -> Statement:
    """Let the open amount stand as a receivable (挂账).

    Insurer and manufacturer: who settles or cashes may, unless the setting says otherwise. Customers: only who holds
    `service.on_account`, with a reason.
    """
    statement = take(statement, version=version)
    must_be(statement, "issued", "part_paid", doing="挂账")
    check_may_go_on_account(statement, actor)
    reason = reason.strip()
    if not reason and statement.payer == Payer.CUSTOMER:
        raise Refused("客户挂账请填写原因。", field="reason")
    move(statement, Statement.State.ON_ACCOUNT, STATEMENT_MOVES)
    statement.on_account_reason = (reason or f"待{statement.payer_name}付款")[:200]
    statement.on_account_by = actor.user
    keep(statement, "state", "on_account_reason", "on_account_by")
    announce(
        "service.put_on_account",
        statement.order,
        actor=actor,
        sentence=f"{statement.number} 挂账 {statement.due} 元：{statement.on_account_reason}",
        data={"statement": statement.pk},
        about=[statement],
    )
    return statement


def may_put_on_account(statement: Statement, actor: Actor) -> bool:
    """Whether the actor may let this statement stand as a receivable."""
    if actor.can("service.on_account", statement.store_id):
        return True
    if statement.payer == Payer.CUSTOMER or not setting(statement.store, "service.insurer_on_account"):
        return False
    return any(actor.can(right, statement.store_id) for right in ("service.cash", "service.settle"))


def check_may_go_on_account(statement: Statement, actor: Actor) -> None:
    if not may_put_on_account(statement, actor):
        raise NotAllowed("您的岗位不能为这张结算单办理挂账，请由服务经理办理。")


@verb("冲销", "service.reverse", states=STANDING, needs_reason=True, plain=True)
def reverse_statement(
    statement: Statement, *, reason: str, actor: Actor, version: int | None = None
) -> Statement:
    """Undo a statement by a counter-statement with the opposite lines, which is returned.

    Refused while money for it is kept: refund first. The order may then be billed anew; a gate pass given on the
    strength of the statement is withdrawn, a closed order is open again.
    """
    statement = take(statement, version=version)
    check_may_be_reversed(statement, reason)
    move(statement, Statement.State.REVERSED, STATEMENT_MOVES)
    statement.reversal_reason = reason.strip()[:200]
    keep(statement, "state", "reversal_reason")
    counter = _counter_statement(statement, actor)
    freeze(PAPER, counter, actor=actor)
    order = take(statement.order)
    announce(
        "service.statement_reversed",
        order,
        actor=actor,
        sentence=f"冲销 {statement.number}（{statement.total} 元）：{statement.reversal_reason}",
        data={"statement": statement.pk, "counter_statement": counter.pk},
        about=[statement],
    )
    open_again(order, actor=actor, sentence=f"{statement.number} 已冲销")
    return counter


def check_may_be_reversed(statement: Statement, reason: str) -> None:
    """Refuse for a counter-statement, one already reversed, one with money, or without a reason."""
    must_be(statement, *STANDING, doing="冲销")
    if statement.reverses_id is not None:
        raise Refused("冲销单不能再冲销。")
    kept = statement.payments.aggregate(kept=Sum("amount"))["kept"] or NOTHING
    if kept or statement.paid:
        raise Refused(f"{statement.number} 已收 {kept} 元，请先全部退款再冲销。")
    if not reason.strip():
        raise Refused("请填写冲销原因。", field="reason")


def _counter_statement(statement: Statement, actor: Actor) -> Statement:
    counter = Statement.objects.create(
        store=statement.store,
        number=next_number(statement.store, "ST"),
        created_by=actor.user,
        order=statement.order,
        payer=statement.payer,
        payer_name=statement.payer_name,
        customer=statement.customer,
        state=Statement.State.REVERSED,
        labor_total=-statement.labor_total,
        parts_total=-statement.parts_total,
        fee_total=-statement.fee_total,
        rounding=-statement.rounding,
        total=-statement.total,
        net=-statement.net,
        tax=-statement.tax,
        issued_at=timezone.now(),
        business_date=business_date(statement.store),
        reverses=statement,
        reversal_reason=statement.reversal_reason,
    )
    StatementLine.objects.bulk_create(opposite_lines(statement, counter))
    return counter
