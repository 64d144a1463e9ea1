"""Loading a row of the kind `receivables`: an old bill that somebody still owes (PF-11, PF-15).

The old bill's number is the key: the same row again changes nothing, another one under that number is refused.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer
from fours.intake.kinds import IntakeKind, Warn
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.vehicles.imports.row import customer_facts
from fours.vehicles.lookup import vehicle_by_plate

from .billing import NOTHING
from .intake_columns import RECEIVABLE_COLUMNS
from .models import OpeningReceivable
from .verbs.receivable import OPENING, UNDONE, OldBill, open_receivable

Values = Mapping[str, Any]
_SEVERAL = "有多份这样的客户档案，请填写电话，或先合并重复的档案。"


def _say_nothing(column: str, message: str) -> None:
    pass


def load_receivable(store: Store, values: Values, actor: Actor, warn: Warn = _say_nothing) -> str:
    """Enter what is still open of the row's bill; answers created or unchanged.

    A bill that was paid in full, and one entered before and reversed by a person, is not entered: said as a warning.
    """
    actor.require(OPENING, store.pk)
    bill = bill_of(values)
    debtor = known_debtor(store, values)
    entries = OpeningReceivable.objects.filter(store=store, foreign_number=bill.number, reverses=None)
    last = entries.order_by("-pk").first()
    if last is not None and last.state != OpeningReceivable.State.REVERSED:
        return _same_again(last, bill, debtor)
    if last is not None and last.reversal_reason != UNDONE and _is_same(last, bill, debtor):
        warn("原单号", f"此单已登记为 {last.number} 并已冲销，未再登记")
        return "unchanged"
    if bill.billed and bill.paid == bill.billed:
        warn("未收金额", "此单已收清，不用登记")
        return "unchanged"
    customer = debtor or _new_debtor(store, values, actor, warn)
    open_receivable(store, customer=customer, bill=bill, actor=actor)
    return "created"


def bill_of(values: Values) -> OldBill:
    """The row's bill; of amount, paid and open any two say the third, the open amount alone is all there is."""
    billed, paid, left = (values.get(name) for name in ("billed", "paid_before", "open"))
    if billed is None and left is None:
        raise Refused("请填写应收金额或未收金额。", field="billed")
    if billed is None:
        billed = (left or NOTHING) + (paid or NOTHING)
    if left is not None and paid is None:
        paid = billed - left
    paid = paid or NOTHING
    if paid < 0:
        raise Refused(f"未收 {left} 元大于应收 {billed} 元。", field="open")
    if left is not None and billed - paid != left:
        raise Refused(
            f"应收 {billed} 元减已收 {paid} 元是 {billed - paid} 元，与未收 {left} 元不符。", field="open"
        )
    return OldBill(
        number=values["foreign_number"],
        billed=billed,
        paid=paid,
        billed_on=values.get("billed_on"),
        plate=values.get("plate") or "",
        note=values.get("note") or "",
    )


def known_debtor(store: Store, values: Values) -> Customer | None:
    """Who is meant, by phone, else by name, the car where several are of one name; None when nobody is on file.

    A company is known by its name, whatever phone the row has; a person of the same name with another phone is another.
    """
    name, phone = values.get("name") or "", values.get("phone") or ""
    if not name and not phone:
        raise Refused("请填写客户名称或电话。", field="name")
    rows = Customer.objects.filter(store=store, merged_into=None, erased_at=None).order_by("pk")
    if phone and (reached := list(rows.filter(phones__number=phone).distinct()[:20])):
        meant = [customer for customer in reached if name in ("", customer.name)]
        if not meant:
            raise Refused("此电话在客户档案中属于另一姓名的客户，请核对。", field="name")
        return _one_of(meant, store, values)
    if not name:
        return None
    namesakes = list(rows.filter(name=name)[:20])
    if phone:
        owner = _owner(store, values)
        namesakes = [one for one in namesakes if one.kind == Customer.Kind.COMPANY or one == owner]
    return _one_of(namesakes, store, values)


def _one_of(found: Iterable[Customer], store: Store, values: Values) -> Customer | None:
    several = list(found)
    if len(several) > 1:
        owner = _owner(store, values)
        several = [customer for customer in several if customer == owner]
        if not several:
            raise Refused(_SEVERAL, field="phone")
    return several[0] if several else None


def _owner(store: Store, values: Values) -> Customer | None:
    car = vehicle_by_plate(store, values.get("plate") or "")
    return car.owner if car else None


def _new_debtor(store: Store, values: Values, actor: Actor, warn: Warn) -> Customer:
    if not values.get("name"):
        raise Refused("客户档案中没有此电话，请填写客户名称。", field="name")
    if not actor.can("customers.change", store.pk):
        raise Refused("客户档案中没有此客户，请先导入客户名单。", field="name")
    warn("客户名称", f"客户档案中没有“{values['name']}”，已新建")
    known = {name: values[name] for name in ("name", "phone") if values.get(name)}
    # On a trail of its own: taking the load back reverses the debt, whose rows keep pointing at this file.
    return create_customer(store, actor=actor.on_trail(), **customer_facts(known))


def _same_again(known: OpeningReceivable, bill: OldBill, debtor: Customer | None) -> str:
    if _is_same(known, bill, debtor):
        return "unchanged"
    raise Refused(
        f"原单号 {bill.number} 已登记为 {known.number}（{known.customer.name}，应收 {known.billed} 元，"
        f"已收 {known.paid_before} 元），与本行不同；有误请先冲销再导入。",
        field="foreign_number",
    )


def _is_same(known: OpeningReceivable, bill: OldBill, debtor: Customer | None) -> bool:
    """Whether the row says what was entered; a name or day it does not say counts as said."""
    same_person = debtor is None or debtor.pk == known.customer_id
    same_day = bill.billed_on in (None, known.billed_on)
    return same_person and same_day and (bill.billed, bill.paid) == (known.billed, known.paid_before)


RECEIVABLES = IntakeKind("receivables", "期初应收", RECEIVABLE_COLUMNS, load_receivable, OPENING)
