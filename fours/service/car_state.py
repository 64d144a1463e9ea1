"""What must be seen before a car is taken in (SV-04): said on the car's page, the booking and the check-in.

Everything is read in one query, however long the car's history is.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.models import Setting
from fours.kernel.store_settings import DECLARED
from fours.parts.models import Backorder
from fours.vehicles.flags import Flag, register_flags
from fours.vehicles.models import Vehicle

from .defaults import COMEBACK_DAYS
from .models import AdditionalWork, Appointment, CheckIn, RepairOrder, Statement
from .models.order import OrderKind, Payer

ENDS_SOON = timedelta(days=60)
UNDECIDED_FOR = timedelta(days=5 * 365)
OPEN_ORDER = ("draft", "authorised", "completed")
TO_PAY = ("issued", "part_paid", "on_account")
REWORK = (OrderKind.REWORK_EXTERNAL, OrderKind.REWORK_INTERNAL)
MOST_NAMED = 3


@register_flags
def flags_of_service(vehicle: Vehicle, actor: Actor) -> list[Flag]:
    """Work, money, parts and visits that are open, for who may see service; terms of the car for everybody."""
    return [*flags_of_terms(vehicle, today()), *flags_of_visits(vehicle, actor)]


def flags_of_terms(vehicle: Vehicle, now: date) -> list[Flag]:
    """Service due, warranty and insurance, as the file says them."""
    return [*_service_due(vehicle, now), *_warranty(vehicle, now), *_insurance(vehicle, now), *_file(vehicle)]


def flags_of_visits(vehicle: Vehicle, actor: Actor) -> list[Flag]:
    """What earlier and present visits left open."""
    if not actor.can("service.view", vehicle.store_id):
        return []
    facts = Vehicle.objects.visible_to(actor).filter(pk=vehicle.pk).values(**_facts_of_visits(actor))
    row: dict[str, Any] = {**facts.get()}
    return [
        *_present(row),
        *_recommended(row),
        *_unpaid(row, actor),
        *_on_order(row),
        *_returned(row),
    ]


def _facts_of_visits(actor: Actor) -> dict[str, Any]:
    orders = RepairOrder.objects.filter(vehicle=OuterRef("pk"))
    order = JSONObject(pk="pk", number="number", day="delivered_date")
    refused = AdditionalWork.objects.filter(
        order__vehicle=OuterRef("pk"), state=AdditionalWork.State.REFUSED, done_later_in=None
    ).order_by("-safety_related", "-answered_at")
    owed = Statement.objects.filter(
        order__vehicle=OuterRef("pk"), payer=Payer.CUSTOMER, state__in=TO_PAY, reverses=None
    )
    sums = owed.order_by().values("order__vehicle").annotate(open=Sum(F("total") - F("paid"))).values("open")
    waiting = Backorder.objects.visible_to(actor).filter(
        open=True,
        source_kind="service.repairorder",
        source_id__in=RepairOrder.objects.filter(vehicle=OuterRef(OuterRef("pk"))).values("pk"),
    )
    booked = Appointment.objects.filter(vehicle=OuterRef("pk"), state=Appointment.State.BOOKED)
    begun = CheckIn.objects.filter(vehicle=OuterRef("pk"), state=CheckIn.State.DRAFT)
    delivered = orders.exclude(delivered_date=None).order_by("-delivered_date", "-pk")
    return {
        "present": Subquery(orders.filter(state__in=OPEN_ORDER).order_by("-pk").values(json=order)[:1]),
        "delivered": Subquery(delivered.values(json=order)[:1]),
        "rework": Subquery(delivered.filter(kind__in=REWORK).values(json=order)[:1]),
        "refused": ArraySubquery(
            refused.values(json=JSONObject(text="finding", safety="safety_related", order="order_id"))
        ),
        "due": Subquery(sums),
        "due_on": Subquery(owed.order_by("pk").values(json=JSONObject(pk="pk", order="order_id"))[:1]),
        "waiting": ArraySubquery(
            waiting.order_by("pk").values(json=JSONObject(name="part__name", order="source_id"))
        ),
        "booked": Subquery(booked.order_by("at").values(json=JSONObject(pk="pk", at="at"))[:1]),
        "begun": Subquery(begun.values("pk")[:1]),
        "within": Subquery(
            Setting.objects.filter(store=OuterRef("store"), key=COMEBACK_DAYS).values("value")[:1]
        ),
    }


def _present(row: dict[str, Any]) -> list[Flag]:
    flags = []
    if row["begun"]:
        flags.append(Flag("接车登记还没有签字", "amber", reverse("check_in", args=[row["begun"]])))
    if order := row["present"]:
        number = order["number"] or "草稿"
        flags.append(Flag(f"在厂：工单 {number} 还没有交车", "blue", _order(order["pk"])))
    if booked := row["booked"]:
        at = parse_datetime(booked["at"])
        assert at is not None
        local = timezone.localtime(at)
        flags.append(
            Flag(f"已预约 {local:%m-%d %H:%M} 到店", "blue", reverse("appointment", args=[booked["pk"]]))
        )
    return flags


def _recommended(row: dict[str, Any]) -> list[Flag]:
    works = row["refused"]
    if not works:
        return []
    named = "；".join(work["text"][:40] for work in works[:MOST_NAMED])
    more = f"等 {len(works)} 项" if len(works) > MOST_NAMED else ""
    tone = "red" if any(work["safety"] for work in works) else "amber"
    return [Flag(f"以往建议未做：{named}{more}", tone, _order(works[0]["order"]))]


def _unpaid(row: dict[str, Any], actor: Actor) -> list[Flag]:
    """What the customer owes; for the till it leads straight to where the money is taken."""
    due: Decimal = row["due"] or Decimal(0)
    if due <= 0:
        return []
    text = f"有未付结算 ¥{due:,.2f}" if actor.can("service.view_money") else "有未付结算"
    bill = row["due_on"]
    to_till = actor.can("service.cash")
    return [
        Flag(text, "red", reverse("statement_pay", args=[bill["pk"]]) if to_till else _order(bill["order"]))
    ]


def _on_order(row: dict[str, Any]) -> list[Flag]:
    parts = row["waiting"]
    if not parts:
        return []
    named = "、".join(part["name"] for part in parts[:MOST_NAMED])
    more = f"等 {len(parts)} 项" if len(parts) > MOST_NAMED else ""
    return [Flag(f"配件未到：{named}{more}", "amber", _order(parts[0]["order"]))]


def _returned(row: dict[str, Any]) -> list[Flag]:
    """Back so soon after the delivery that it may be a rework; and the last time it was one."""
    flags = []
    within = int(str(DECLARED[COMEBACK_DAYS].default if row["within"] is None else row["within"]))
    if (last := row["delivered"]) and not row["present"]:
        days = (today() - date.fromisoformat(last["day"])).days
        if days <= within:
            text = f"{days} 天前刚交车（{last['number']}），如为同一故障，按外返办理"
            flags.append(Flag(text, "amber", _order(last["pk"])))
    if rework := row["rework"]:
        flags.append(Flag(f"上次返修：{rework['day']} {rework['number']}", "amber", _order(rework["pk"])))
    return flags


def _service_due(vehicle: Vehicle, now: date) -> list[Flag]:
    if vehicle.next_service_on is not None and vehicle.next_service_on < now:
        return [Flag(f"保养已过期，应于 {vehicle.next_service_on} 保养", "amber")]
    wanted, driven = vehicle.next_service_mileage, vehicle.mileage
    if wanted is not None and driven is not None and driven >= wanted:
        return [Flag(f"保养里程已到：应在 {wanted:,} km 保养，现 {driven:,} km", "amber")]
    return []


def _warranty(vehicle: Vehicle, now: date) -> list[Flag]:
    """Inside, or undecided for a car young enough; a warranty that is over needs no words."""
    until, limit = vehicle.warranty_until, vehicle.warranty_mileage
    begun = vehicle.sold_on or vehicle.registered_on
    if until is None:
        young = begun is not None and now - begun < UNDECIDED_FOR
        return [Flag("质保状态待确认：档案里没有质保到期日", "amber")] if young else []
    if until < now or (limit is not None and vehicle.mileage is not None and vehicle.mileage >= limit):
        return []
    return [Flag(f"质保期内，至 {until}" + (f" 或 {limit:,} km" if limit else ""), "green")]


def _insurance(vehicle: Vehicle, now: date) -> list[Flag]:
    """Ends within 60 days; what has ended already is said by the file."""
    terms = ((vehicle.compulsory_insurance_until, "交强险"), (vehicle.insurance_until, "商业险"))
    return [
        Flag(f"{label}将于 {until} 到期", "amber")
        for until, label in terms
        if until is not None and now <= until <= now + ENDS_SOON
    ]


def _file(vehicle: Vehicle) -> list[Flag]:
    if vehicle.vin:
        return []
    return [Flag("缺车架号，请对照行驶证补登", "amber", reverse("vehicle_edit", args=[vehicle.pk]))]


def _order(pk: int) -> str:
    return reverse("order", args=[pk])
