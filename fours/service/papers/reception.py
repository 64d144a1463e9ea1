"""The paper of the reception: 接车登记表 / 环检单 (SV-03), two copies signed by the customer."""

from fours.base.typeset import picture
from fours.kernel.actor import Actor
from fours.kernel.attachments import attachments_of, read_bytes
from fours.kernel.printing import Print, declare_print
from fours.kernel.prints.views import Photo
from fours.org.letterhead import letterhead
from fours.service.models import CheckIn
from fours.service.prints import shapes, views

from ..walkaround import DAMAGE_KINDS, EQUIPMENT, OUTLINE_HEIGHT, OUTLINE_WIDTH, level_text
from .common import moment, sheet, signed, vehicle_facts

MOST_PHOTOS = 8


def check_in_view(check_in: CheckIn, actor: Actor) -> views.CheckInView:
    """What was found when the car was taken over, with numbered damage marks and the photos behind them."""
    belongings = [item for item in check_in.items if item not in EQUIPMENT]
    return {
        "letterhead": letterhead(check_in.store),
        "paper": sheet(check_in, actor),
        "customer": _customer(check_in),
        "vehicle": vehicle_facts(check_in.vehicle, check_in.mileage),
        "arrived_at": moment(check_in.arrived_at),
        "advisor": check_in.advisor.name,
        "energy_level": level_text(check_in.vehicle.drive, check_in.fuel_level),
        "key_tag": check_in.key_tag,
        "parking_place": check_in.parking_place,
        "concerns": [line.strip() for line in check_in.concern.splitlines() if line.strip()],
        "answers": [{"question": "接车诊断", "answer": check_in.findings}] if check_in.findings else [],
        "warning_lights": list(check_in.lamps),
        "items": _items(check_in),
        "equipment": [{"name": name, "present": name in check_in.items} for name in EQUIPMENT],
        "belongings": belongings,
        "valuables_reminded": check_in.valuables_reminded,
        "papers_taken": list(check_in.papers),
        "protective_set": check_in.protective_set,
        "test_drive": check_in.test_drive,
        "marks": [_mark(mark) for mark in check_in.damage_marks],
        "photos": _photos(check_in, actor),
        "customer_signature": signed(check_in.signed_by, check_in.signed_at, check_in.signature),
        "advisor_signature": signed(check_in.advisor.name, check_in.signed_at, None),
    }


def _customer(check_in: CheckIn) -> shapes.CustomerFacts:
    owner = check_in.customer
    phones = sorted(owner.phones.all(), key=lambda phone: not phone.primary) if owner else []
    return {
        "owner": owner.name if owner else "",
        "phone": phones[0].number if phones else check_in.deliverer_phone,
        "address": owner.address if owner else "",
        "sender": check_in.deliverer_name,
        "sender_phone": check_in.deliverer_phone,
    }


def _items(check_in: CheckIn) -> list[shapes.CheckedItem]:
    """What the walk-around looked at, normal or not, as the advisor marked it."""
    kinds = [DAMAGE_KINDS[str(mark["kind"])] for mark in check_in.damage_marks]
    damage = "、".join(f"{kind} {kinds.count(kind)} 处" for kind in dict.fromkeys(kinds))
    lamps = "、".join(map(str, check_in.lamps))
    return [
        {"name": "车身外观", "normal": not damage, "note": damage},
        {"name": "仪表警告灯", "normal": not lamps, "note": f"{lamps}灯亮" if lamps else ""},
    ]


def _mark(mark: dict[str, object]) -> shapes.DamageMark:
    return {
        "number": int(str(mark["n"])),
        "x": float(str(mark["x"])) / OUTLINE_WIDTH,
        "y": float(str(mark["y"])) / OUTLINE_HEIGHT,
        "kind": DAMAGE_KINDS[str(mark["kind"])],
        "note": str(mark.get("note", "")),
    }


def _photos(check_in: CheckIn, actor: Actor) -> list[Photo]:
    kept = [a for a in attachments_of(check_in, actor) if a.is_image and a.purpose != "signature"]
    return [{"image": picture(read_bytes(a)), "caption": a.name} for a in kept[:MOST_PHOTOS]]


declare_print(
    Print(
        form="service.check_in",
        label="接车登记表",
        model=CheckIn,
        template="service/check_in.typ",
        permission="service.view",
        view=check_in_view,
    )
)
