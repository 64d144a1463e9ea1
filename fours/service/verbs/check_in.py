"""Taking the car over (SV-03): begun at arrival, filled in while walking round it, signed by the customer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from fours.base.errors import Refused
from fours.base.text import clean
from fours.customers.identifiers import check_phone
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.attachments import Upload, attach, attach_data_url
from fours.kernel.business_date import business_date
from fours.kernel.events import announce
from fours.kernel.models import Attachment, Store, User
from fours.kernel.numbers import next_number
from fours.kernel.printing import freeze
from fours.kernel.rows import insert_row
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.vehicles.mileage import LARGEST_READING
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import record_mileage

from ..advisors import check_advises
from ..errors import check_fields
from ..models import Appointment, CheckIn
from ..transitions import CHECK_IN_MOVES
from ..walkaround import DAMAGE_KINDS, OUTLINE_HEIGHT, OUTLINE_WIDTH
from .appointment import arrive

FILLED_IN = (
    "deliverer_name", "deliverer_phone", "mileage", "fuel_level", "lamps", "items", "papers", "valuables_reminded",
    "protective_set", "test_drive", "damage_marks", "concern", "findings", "key_tag", "parking_place",
)  # fmt: skip
WORDS = ("lamps", "items", "papers")
MOST_MARKS = 60


@verb("接车", "service.check_in")
def start_check_in(
    store: Store,
    *,
    vehicle: Vehicle,
    customer: Customer | None = None,
    advisor: User,
    deliverer_name: str = "",
    deliverer_phone: str = "",
    appointment: Appointment | None = None,
    actor: Actor,
) -> CheckIn:
    """A car has arrived. One check-in is open per car; a booked one is marked arrived by this."""
    vehicle = take(vehicle)
    if vehicle.store_id != store.pk:
        raise Refused("车辆不属于本店。", field="vehicle")
    begun = vehicle.check_ins.filter(state=CheckIn.State.DRAFT).first()
    if begun is not None:
        raise Refused(f"{vehicle} 已有一张未完成的接车单，请继续填写那一张。", field="vehicle")
    check_advises(store, advisor)
    if appointment is not None:
        if appointment.vehicle_id != vehicle.pk:
            raise Refused("预约的不是这台车。", field="appointment")
        arrive(appointment, actor=actor)
    check_in = CheckIn(
        store=store,
        vehicle=vehicle,
        customer=customer or (appointment.customer if appointment else None) or vehicle.owner,
        appointment=appointment,
        deliverer_name=clean(deliverer_name or (appointment.contact_name if appointment else "")),
        deliverer_phone=_phone(deliverer_phone or (appointment.contact_phone if appointment else "")),
        arrived_at=timezone.now(),
        arrival_date=business_date(store),
        advisor=advisor,
        concern=appointment.concern if appointment else "",
        created_by=actor.user,
    )
    check_fields(check_in, ["deliverer_name"])
    insert_row(check_in)
    announce(
        "service.check_in_started",
        check_in,
        actor=actor,
        sentence=f"{vehicle} 到店" + ("（预约）" if appointment else ""),
        data={"vehicle": vehicle.pk, "advisor": advisor.pk},
    )
    return check_in


@verb("保存接车登记", "service.check_in", states=["draft"])
def save_check_in(
    check_in: CheckIn, *, changes: Mapping[str, Any], actor: Actor, version: int | None = None
) -> CheckIn:
    """Keep what has been filled in so far; nothing has to be complete before the signature."""
    check_in = take(check_in, version=version)
    must_be(check_in, CheckIn.State.DRAFT, doing="修改")
    for name, value in changes.items():
        if name not in FILLED_IN:
            raise Refused(f"接车单没有“{name}”这一项。")
        setattr(check_in, name, _checked(name, value))
    check_fields(check_in, [name for name in changes if name not in (*WORDS, "damage_marks")])
    if changes:
        keep(check_in, *changes)
    return check_in


@verb("拍照", "service.check_in", states=["draft"])
def add_photos(check_in: CheckIn, *, photos: Sequence[Upload], actor: Actor) -> list[Attachment]:
    """Keep photos of the car with the check-in at once; they become part of what the customer signs."""
    check_in = take(check_in)
    must_be(check_in, CheckIn.State.DRAFT, doing="添加照片")
    if not photos:
        raise Refused("请选择照片。", field="photos")
    kept = [attach(check_in, photo, actor=actor, purpose="photo", field="photos") for photo in photos]
    announce("service.check_in_photographed", check_in, actor=actor, sentence=f"拍照 {len(kept)} 张")
    return kept


@verb("客户签字", "service.check_in", states=["draft"])
def sign_check_in(
    check_in: CheckIn,
    *,
    signature: str,
    signed_by: str,
    instrument_replaced: bool = False,
    actor: Actor,
    version: int | None = None,
) -> CheckIn:
    """The customer signs what was found: number given, mileage taken into the car's file, paper kept as evidence."""
    check_in = take(check_in, "vehicle", "customer", "advisor", version=version)
    must_be(check_in, CheckIn.State.DRAFT, doing="签字")
    # An owner put on file while the car was looked at.
    check_in.customer = check_in.customer or check_in.vehicle.owner
    check_complete(check_in, signed_by)
    assert check_in.mileage is not None
    record_mileage(
        check_in.vehicle,
        kilometers=check_in.mileage,
        read_on=timezone.localdate(check_in.arrived_at),
        source="接车",
        instrument_replaced=instrument_replaced,
        actor=actor,
    )
    check_in.signature = attach_data_url(
        check_in, signature, actor=actor, purpose="signature", name="接车签字.png"
    )
    check_in.signed_by, check_in.signed_at = clean(signed_by)[:40], timezone.now()
    check_in.number = next_number(check_in.store, "CI")
    move(check_in, CheckIn.State.SIGNED, CHECK_IN_MOVES)
    keep(check_in, "customer", "signature", "signed_by", "signed_at", "number", "state")
    freeze("service.check_in", check_in, actor=actor)
    announce(
        "service.check_in_signed",
        check_in,
        actor=actor,
        sentence=f"接车登记完成，{check_in.signed_by} 签字，里程 {check_in.mileage:,} km",
        data={"vehicle": check_in.vehicle_id, "mileage": check_in.mileage, "advisor": check_in.advisor_id},
    )
    return check_in


@verb("作废接车单", "service.check_in", states=["draft", "signed"], needs_reason=True, plain=True)
def void_check_in(check_in: CheckIn, *, reason: str, actor: Actor, version: int | None = None) -> CheckIn:
    """The car was not taken over after all; not once an order rests on it."""
    check_in = take(check_in, version=version)
    live = check_in.orders.exclude(state="void").first()
    if live is not None:
        raise Refused(f"已据此开出工单 {live}，请先作废工单。")
    if not clean(reason):
        raise Refused("请填写作废原因。", field="reason")
    move(check_in, CheckIn.State.VOID, CHECK_IN_MOVES)
    keep(check_in, "state")
    announce("service.check_in_voided", check_in, actor=actor, sentence=f"接车单作废：{clean(reason)}")
    return check_in


def check_complete(check_in: CheckIn, signed_by: str) -> None:
    """Name everything that is still missing for the customer's signature, each beside its field."""
    missing = {}
    if check_in.mileage is None:
        missing["mileage"] = "请填写进厂里程。"
    if check_in.fuel_level is None:
        missing["fuel_level"] = "请选择油量/电量。"
    if not check_in.concern.strip():
        missing["concern"] = "请记录客户原话。"
    if not check_in.valuables_reminded:
        missing["valuables_reminded"] = "请提醒客户带走贵重物品并勾选。"
    if not clean(signed_by):
        missing["signed_by"] = "请填写签字人。"
    if check_in.customer is None:
        missing["customer"] = "请先为这台车登记客户。"
    if missing:
        raise Refused("；".join(text.rstrip("。") for text in missing.values()) + "。", fields=missing)


def _checked(name: str, value: Any) -> Any:
    if name in WORDS:
        return _words(value)
    if name == "damage_marks":
        return _marks(value)
    if name == "fuel_level" and value is not None and not 0 <= value <= 100:
        raise Refused("油量/电量须在 0 到 100% 之间。", field="fuel_level")
    if name == "deliverer_phone":
        return _phone(value)
    if name == "mileage" and value is not None and not 0 <= value <= LARGEST_READING:
        raise Refused(f"里程应在 0 到 {LARGEST_READING:,} 公里之间。", field="mileage")
    return clean(value) if isinstance(value, str) and name not in ("concern", "findings") else value


def _words(value: Sequence[str]) -> list[str]:
    return [clean(str(word))[:30] for word in value][:30]


def _marks(value: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Marks on the car outline, a kind of damage, a short note; numbered in order."""
    if len(value) > MOST_MARKS:
        raise Refused(f"外观标记最多 {MOST_MARKS} 处。", field="damage_marks")
    marks = []
    for number, mark in enumerate(value, start=1):
        try:
            x, y = float(mark["x"]), float(mark["y"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Refused("外观标记无法识别，请重新标记。", field="damage_marks") from error
        kind = str(mark.get("kind", ""))
        if not (0 <= x <= OUTLINE_WIDTH and 0 <= y <= OUTLINE_HEIGHT and kind in DAMAGE_KINDS):
            raise Refused("外观标记无法识别，请重新标记。", field="damage_marks")
        marks.append(
            {"n": number, "x": x, "y": y, "kind": kind, "note": clean(str(mark.get("note", "")))[:60]}
        )
    return marks


def _phone(text: str) -> str:
    checked = check_phone(text)
    if checked.value is None:
        raise Refused(checked.error or "请填写送修人电话。", field="deliverer_phone")
    return checked.value
