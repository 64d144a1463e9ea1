"""Pieces several papers of the service area are made of, in the shapes of fours.service.prints.shapes."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from fours.base.money import capital_amount
from fours.base.typeset import picture
from fours.kernel.actor import Actor
from fours.kernel.attachments import read_bytes
from fours.kernel.models import Attachment, Document, Store
from fours.kernel.prints.views import Paper, Signature
from fours.service.guarantee import RepairKind, minimum
from fours.service.models import AdditionalWork, FeeLine, LaborLine, PartLine, RepairOrder
from fours.service.prints import shapes
from fours.service.totals import OrderLines, Totals
from fours.vehicles.models import Vehicle

PAYER_NAMES = {
    "customer": "客户", "warranty": "厂家索赔", "insurer": "保险公司", "internal": "店内", "goodwill": "善意",
}  # fmt: skip
KIND_NAMES = {
    "genuine": "原厂", "same_quality": "同质", "remanufactured": "再制造", "recycled": "回用", "customer": "客户自带",
}  # fmt: skip
OLD_PARTS_NAMES = {"take_back": "客户带走", "dispose": "委托本店处理", "none": "无旧件"}
UNSIGNED: Signature = {"name": "", "at": "", "image": ""}


def moment(at: datetime | None) -> str:
    """2026-11-22 14:05, in the store's zone."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def day(on: date | None) -> str:
    return f"{on:%Y-%m-%d}" if on else ""


def money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"


def quantity(amount: Decimal) -> str:
    """1, 3.5: without the zeros behind."""
    return f"{amount.normalize():f}"


def sheet(document: Document | AdditionalWork, actor: Actor) -> Paper:
    """The sheet itself; a copy mark is set by who prints it again."""
    store: Store = document.store
    return {
        "number": document.number or "草稿",
        "qr": document.number,
        "printed_at": moment(timezone.now()),
        "printed_by": actor.name,
        "copy_mark": "",
        "demo": store.is_demo,
    }


def customer_facts(order: RepairOrder) -> shapes.CustomerFacts:
    phones = sorted(order.customer.phones.all(), key=lambda phone: not phone.primary)
    return {
        "owner": order.customer.name,
        "phone": phones[0].number if phones else order.deliverer_phone,
        "address": order.customer.address,
        "sender": order.deliverer_name,
        "sender_phone": order.deliverer_phone,
    }


def vehicle_facts(vehicle: Vehicle, mileage_in: int | None) -> shapes.VehicleFacts:
    return {
        "plate": vehicle.plate,
        "vin": vehicle.vin,
        "engine_number": vehicle.engine_number,
        "model": vehicle.description,
        "vehicle_class": "小型汽车",
        "energy": vehicle.get_drive_display(),
        "color": vehicle.color,
        "mileage_in": "" if mileage_in is None else str(mileage_in),
    }


def job_line(line: LaborLine) -> shapes.JobLine:
    return {
        "code": line.code,
        "name": line.name,
        "hours": f"{line.hours:.2f}",
        "rate": money(line.unit_price),
        "discount": money(line.discount),
        "amount": money(line.gross),
        "payer": PAYER_NAMES[line.payer],
    }


def part_line(line: PartLine) -> shapes.PartLine:
    return {
        "number": line.number,
        "name": line.name,
        "brand": line.brand,
        "kind": KIND_NAMES[line.kind],
        "quantity": quantity(line.quantity),
        "unit": line.unit,
        "price": money(line.unit_price),
        "discount": money(line.discount),
        "amount": money(line.gross),
        "payer": PAYER_NAMES[line.payer],
    }


def fee_line(line: FeeLine) -> shapes.FeeLine:
    return {"name": line.name, "amount": money(line.gross), "payer": PAYER_NAMES[line.payer]}


def totals_view(lines: OrderLines, totals: Totals) -> shapes.Totals:
    rates = sorted({line.tax_rate for line in lines})
    return {
        "labor": money(totals.labor),
        "parts": money(totals.parts),
        "fees": money(totals.fees),
        "discount": money(totals.discount),
        "total": money(totals.total),
        "capitals": capital_amount(totals.total),
        "tax_rate": "、".join(f"{quantity(rate * 100)}%" for rate in rates),
        "tax": money(totals.tax),
    }


def guarantee_terms(jobs: Iterable[LaborLine]) -> list[shapes.GuaranteeTerm]:
    """The lawful guarantee of each kind of repair among the jobs (rules §2), with the jobs it is for."""
    names: dict[str, list[str]] = {}
    for job in jobs:
        known = names.setdefault(job.repair_class, [])
        if job.name not in known:
            known.append(job.name)
    terms: list[shapes.GuaranteeTerm] = []
    for repair_class, jobs_of_class in names.items():
        kind = RepairKind(repair_class)
        lawful = minimum(kind)
        terms.append({
            "scope": f"{kind.label}：{'、'.join(jobs_of_class)}",
            "kilometers": str(lawful.km),
            "days": str(lawful.days),
            "until": "",
        })  # fmt: skip
    return terms


def recommendations(works: Iterable[AdditionalWork]) -> list[shapes.Recommendation]:
    return [
        {
            "text": work.finding,
            "reason": work.refusal_reason,
            "found_on": day(timezone.localdate(work.found_at)),
            "safety": work.safety_related,
        }
        for work in works
    ]


def signed(name: str, at: datetime | None, image: Attachment | None) -> Signature:
    """A signature given on the screen; without one the empty place for a pen."""
    return {"name": name, "at": moment(at), "image": picture(read_bytes(image)) if image else ""}
