"""Money comes in and, corrected, goes back: every cent a row that is never changed (SV-12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db.models import F, Sum
from django.utils import timezone

from fours.approvals.authority import check_authority
from fours.base.errors import Gone, NotThere, Refused, Stale
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date
from fours.kernel.events import announce
from fours.kernel.models import User
from fours.kernel.numbers import next_number
from fours.kernel.printing import freeze
from fours.kernel.rows import insert_row
from fours.kernel.verbs import keep, move, must_be, take, verb

from ..authority import REFUND
from ..billing import BORNE_BY_STORE, NOTHING, check_cents
from ..closing import close_if_settled, open_again
from ..models import OpeningReceivable, Payment, Statement
from ..models.settlement import PaymentKind
from ..transitions import STATEMENT_MOVES

# The terminal's or the platform's number, by which these are found again in the file of the bank or platform.
WITH_REFERENCE = frozenset({PaymentKind.WECHAT, PaymentKind.ALIPAY, PaymentKind.CARD})
Bill = Statement | OpeningReceivable
B = TypeVar("B", Statement, OpeningReceivable)
OPEN = (Statement.State.ISSUED, Statement.State.PART_PAID, Statement.State.ON_ACCOUNT)


@dataclass(frozen=True)
class Part:
    """One kind of money in a payment; a customer may pay part in cash and part by WeChat."""

    kind: str
    amount: Decimal
    reference: str = ""


@verb("收款", "service.cash", states=OPEN)
def receive_payments(
    statement: Statement, *, parts: Sequence[Part], actor: Actor, version: int | None = None
) -> list[Payment]:
    """Take money for a statement, in several kinds at once; never more than is open.

    The open amount is claimed by one conditional update, so of two cashiers at the same moment one is told what is
    still open. The last cent makes the statement paid and closes an order that is already delivered.
    """
    if statement.payer in BORNE_BY_STORE:
        raise Refused("店内承担的结算单不收款。")
    statement, payments = take_money(statement, parts, actor, version)
    if statement.state == Statement.State.PAID:
        announce(
            "service.statement_paid",
            statement.order,
            actor=actor,
            sentence=f"{statement.number} 已收清 {statement.total} 元",
            data={"statement": statement.pk},
            about=[statement],
        )
        close_if_settled(take(statement.order), actor=actor)
    return payments


def take_money(bill: B, parts: Sequence[Part], actor: Actor, version: int | None) -> tuple[B, list[Payment]]:
    """Claim the money, book it, freeze the receipt; the bill as it is now, locked, and the payments."""
    check_parts(parts)
    amount = sum((part.amount for part in parts), NOTHING)
    _claim(bill, amount, version)
    bill = take(bill, "order__vehicle" if isinstance(bill, Statement) else "customer")
    payments = [_record(bill, part, actor) for part in parts]
    for payment in payments:
        payment.together = payments
    after_money(bill)
    announce(
        "service.payment_received",
        bill,
        actor=actor,
        sentence="收款 "
        + "、".join(f"{p.get_kind_display()} {p.amount} 元" for p in payments)
        + _open_words(bill),
        data={"payments": [payment.pk for payment in payments]},
    )
    freeze("service.receipt", payments[0], actor=actor)
    return bill, payments


def check_parts(parts: Sequence[Part]) -> None:
    """Refuse an empty payment, amounts that are not positive cents and missing references; fields by row."""
    if not parts:
        raise Refused("请填写收款金额。")
    wrong: dict[str, str] = {}
    for row, part in enumerate(parts):
        wrong.update(_faults(row, part))
    if wrong:
        raise Refused(next(iter(wrong.values())), fields=wrong)


def _faults(row: int, part: Part) -> dict[str, str]:
    """What is wrong with one row of a payment, by the names of its fields."""
    faults = {}
    if part.kind not in PaymentKind.values:
        faults[f"kind_{row}"] = "请选择收款方式。"
    try:
        check_cents(part.amount, "")
    except Refused as refusal:
        faults[f"amount_{row}"] = refusal.message
    else:
        if part.amount <= 0:
            faults[f"amount_{row}"] = "收款金额须大于 0。"
    if part.kind in WITH_REFERENCE and not part.reference.strip():
        faults[f"reference_{row}"] = f"{PaymentKind(part.kind).label}收款请填写交易号。"
    if len(part.reference.strip()) > 60:
        faults[f"reference_{row}"] = "交易号最长 60 个字符。"
    return faults


def _claim(bill: B, amount: Decimal, version: int | None) -> None:
    """Add to what is paid in one statement of the database, if that much is open; else say why not."""
    bills = type(bill).objects.filter(pk=bill.pk)
    rows = bills.filter(state__in=OPEN, reverses=None, total__gte=F("paid") + amount)
    if version is not None:
        rows = rows.filter(version=version)
    if rows.update(paid=F("paid") + amount) == 1:
        return
    now = bills.first()
    if now is None:
        raise NotThere()
    must_be(now, *OPEN, doing="收款")
    if version is not None and now.version != version:
        raise Stale(f"{now.number} 刚有他人办理，现尚欠 {now.due} 元。请核对后再收款。")
    raise Gone(f"收款 {amount} 元超过尚欠的 {now.due} 元，请改为不超过尚欠金额。", field="amount_0")


def _record(bill: Bill, part: Part, actor: Actor) -> Payment:
    payment = Payment(
        store=bill.store,
        number=next_number(bill.store, "RC"),
        statement=bill if isinstance(bill, Statement) else None,
        receivable=bill if isinstance(bill, OpeningReceivable) else None,
        kind=part.kind,
        amount=part.amount,
        reference=part.reference.strip(),
        received_by=_person(actor),
        business_date=business_date(bill.store),
    )
    return insert_row(payment)


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise Refused("收款须由收银员本人办理。")
    return actor.user


def after_money(bill: Bill) -> None:
    """Move the bill (locked) to where its paid amount puts it; on account it stays until it is paid."""
    state, target = bill.state, bill.state
    if bill.paid == bill.total:
        target = Statement.State.PAID
    elif state != Statement.State.ON_ACCOUNT:
        target = Statement.State.PART_PAID if bill.paid else Statement.State.ISSUED
    if target != state:
        move(bill, target, STATEMENT_MOVES)
    bill.paid_at = timezone.now() if target == Statement.State.PAID else None
    keep(bill, "state", "paid_at")


def _open_words(bill: Bill) -> str:
    return f"，尚欠 {bill.due} 元" if bill.due else "，已收清"


@verb("退款", "service.reverse")
def refund_payment(
    payment: Payment, *, amount: Decimal, reason: str, actor: Actor, reference: str = ""
) -> Payment:
    """Give money back as a negative row that names the payment it corrects; the bill is open again by as much.

    At most what is left of that payment. A bill already reversed keeps no money and has nothing to refund.
    """
    bill = take(payment.bill)
    check_may_be_refunded(payment, amount, reason)
    must_be(bill, "part_paid", "on_account", "paid", doing="退款")
    said, bound = f"退款 {amount} 元", payment.number
    check_authority(REFUND, bill, amount, actor=actor, said=said, field="amount", bound=bound)
    refund = Payment.objects.create(
        store=payment.store,
        number=next_number(payment.store, "RC"),
        statement=payment.statement,
        receivable=payment.receivable,
        kind=payment.kind,
        amount=-amount,
        reference=reference.strip()[:60],
        received_by=_person(actor),
        business_date=business_date(payment.store),
        corrects=payment,
        reason=reason.strip()[:200],
    )
    type(bill).objects.filter(pk=bill.pk).update(paid=F("paid") - amount)
    bill.refresh_from_db(fields=["paid"])
    after_money(bill)
    announce(
        "service.payment_refunded",
        bill,
        actor=actor,
        sentence=f"退款 {refund.get_kind_display()} {amount} 元（{payment.number}）：{refund.reason}",
        data={"payment": payment.pk, "refund": refund.pk},
    )
    freeze("service.receipt", refund, actor=actor)
    if isinstance(bill, Statement):
        open_again(take(bill.order), actor=actor, sentence=f"{bill.number} 退款")
    return refund


def refundable(payment: Payment) -> Decimal:
    """What is left of a payment after earlier refunds."""
    given_back = payment.corrections.aggregate(sum=Sum("amount"))["sum"] or NOTHING
    return payment.amount + given_back


def check_may_be_refunded(payment: Payment, amount: Decimal, reason: str) -> None:
    """Refuse to refund a refund, more than is left, nothing, or without a reason."""
    if payment.amount < 0:
        raise Refused("退款不能再退。")
    check_cents(amount, "amount")
    left = refundable(payment)
    if not 0 < amount <= left:
        raise Refused(f"退款金额须大于 0 且不超过可退的 {left} 元。", field="amount")
    if not reason.strip():
        raise Refused("请填写退款原因。", field="reason")
