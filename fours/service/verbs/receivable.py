"""Opening receivables: what customers owed before the first day, entered, collected and reversed (PF-15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from fours.base.errors import NotThere, Refused
from fours.base.text import clean, squeeze
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date, today
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.numbers import next_number
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.vehicles.identifiers import check_plate

from ..billing import NOTHING, check_cents
from ..models import OpeningReceivable, Payment
from ..transitions import STATEMENT_MOVES
from .payment import OPEN, Part, take_money

OPENING = "service.opening"
# Why an entry was reversed that an import made by mistake; the same list may bring it again.
UNDONE = "撤销导入"
State = OpeningReceivable.State
STANDING = (State.ISSUED, State.PART_PAID, State.ON_ACCOUNT, State.PAID)


@dataclass(frozen=True)
class OldBill:
    """A bill of the system before: its number, what it was about, and how much of it was paid there."""

    number: str
    billed: Decimal
    paid: Decimal = NOTHING
    billed_on: date | None = None
    plate: str = ""
    note: str = ""


@verb("登记期初应收", OPENING)
def open_receivable(store: Store, *, customer: Customer, bill: OldBill, actor: Actor) -> OpeningReceivable:
    """Enter what was still open of an old bill; one entry stands for each old number of a store.

    It is no turnover: the sale was made before. The number of a reversed entry may be entered anew.
    """
    if customer.store_id != store.pk:
        raise NotThere()
    bill = checked_bill(customer, bill)
    row = OpeningReceivable(
        store=store,
        # Two people entering at once wait here for each other, so the second one sees the first one's row.
        number=next_number(store, "AR"),
        foreign_number=bill.number,
        created_by=actor.user,
        customer=customer,
        plate=bill.plate,
        billed_on=bill.billed_on,
        billed=bill.billed,
        paid_before=bill.paid,
        total=bill.billed - bill.paid,
        business_date=business_date(store),
        note=bill.note,
    )
    if (there := standing_receivable(store, bill.number)) is not None:
        raise Refused(f"原单号 {bill.number} 已登记为 {there.number}，有误请先冲销。", field="foreign_number")
    row.save()
    announce(
        "service.receivable_opened",
        row,
        actor=actor,
        sentence=f"登记期初应收 {row.total} 元（原单号 {row.foreign_number}）",
    )
    return row


def standing_receivable(store: Store, number: str) -> OpeningReceivable | None:
    """The entry that stands for an old bill."""
    rows = OpeningReceivable.objects.filter(store=store, foreign_number=number)
    return rows.exclude(state=State.REVERSED).select_related("customer").first()


def checked_bill(customer: Customer, bill: OldBill) -> OldBill:
    """The bill in stored form; refused with everything that is wrong beside its field."""
    number, note, plate = squeeze(bill.number).upper(), clean(bill.note), check_plate(bill.plate)
    wrong = {**_wrong_amounts(bill)}
    if not number:
        wrong["foreign_number"] = "请填写旧系统的单号。"
    elif len(number) > 40:
        wrong["foreign_number"] = "原单号最多 40 个字符。"
    if plate.error:
        wrong["plate"] = plate.error
    if bill.billed_on and bill.billed_on > today():
        wrong["billed_on"] = "原单日期不能晚于今天。"
    if len(note) > 200:
        wrong["note"] = "备注最多 200 字。"
    if customer.merged_into_id or customer.erased_at:
        wrong["customer"] = "这份客户档案已并入另一份或已删除，请另选。"
    if wrong:
        raise Refused("；".join(wrong.values()), fields=wrong)
    return OldBill(number, bill.billed, bill.paid, bill.billed_on, plate.value or "", note)


def _wrong_amounts(bill: OldBill) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for name, amount in (("billed", bill.billed), ("paid_before", bill.paid)):
        try:
            check_cents(amount, name)
        except Refused as refusal:
            wrong[name] = refusal.message
    if wrong:
        return wrong
    if bill.billed <= 0:
        wrong["billed"] = "应收金额须大于 0。"
    elif bill.paid < 0:
        wrong["paid_before"] = "已收金额不能小于 0。"
    elif bill.paid >= bill.billed:
        wrong["paid_before"] = f"已收金额应小于应收的 {bill.billed} 元；已收清的旧单不用登记。"
    return wrong


@verb("收款", "service.cash", states=OPEN)
def collect_receivable(
    receivable: OpeningReceivable, *, parts: Sequence[Part], actor: Actor, version: int | None = None
) -> list[Payment]:
    """Take money for an opening receivable, as `receive_payments` does for a statement: the same rules and receipt.

    The money is in the takings of the day it comes in.
    """
    return take_money(receivable, parts, actor, version)[1]


@verb("冲销", OPENING, states=STANDING, needs_reason=True, plain=True)
def reverse_receivable(
    receivable: OpeningReceivable, *, reason: str, actor: Actor, version: int | None = None
) -> OpeningReceivable:
    """Undo an entry by a counter-entry with the opposite amounts, which is returned; refused while money is kept."""
    receivable = take(receivable, version=version)
    must_be(receivable, *STANDING, doing="冲销")
    kept = receivable.payments.aggregate(kept=Sum("amount"))["kept"] or NOTHING
    if kept or receivable.paid:
        raise Refused(f"{receivable.number} 已收 {kept} 元，请先全部退款再冲销。")
    if not reason.strip():
        raise Refused("请填写冲销原因。", field="reason")
    move(receivable, State.REVERSED, STATEMENT_MOVES)
    receivable.reversal_reason = clean(reason)[:200]
    keep(receivable, "state", "reversal_reason")
    counter = _counter_entry(receivable, actor)
    announce(
        "service.receivable_reversed",
        receivable,
        actor=actor,
        sentence=f"冲销期初应收 {receivable.total} 元：{receivable.reversal_reason}",
        data={"counter": counter.pk},
    )
    return counter


def _counter_entry(receivable: OpeningReceivable, actor: Actor) -> OpeningReceivable:
    return OpeningReceivable.objects.create(
        store=receivable.store,
        number=next_number(receivable.store, "AR"),
        foreign_number=receivable.foreign_number,
        created_by=actor.user,
        customer=receivable.customer,
        plate=receivable.plate,
        billed_on=receivable.billed_on,
        billed=-receivable.billed,
        paid_before=-receivable.paid_before,
        total=-receivable.total,
        state=State.REVERSED,
        business_date=business_date(receivable.store),
        reverses=receivable,
        reversal_reason=receivable.reversal_reason,
    )
