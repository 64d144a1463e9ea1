"""Booking, taking over the car, writing and signing the order, as advisor and customer do it."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from fours.base.errors import Refused
from fours.service.models import Appointment, CheckIn, RepairOrder
from fours.service.verbs.appointment import book_appointment
from fours.service.verbs.check_in import save_check_in, sign_check_in, start_check_in
from fours.service.verbs.lines import add_labor, add_package, add_part
from fours.service.verbs.order import authorise_order, open_order
from fours.vehicles.models import Vehicle

from .catalogue import package_due, parts_for
from .shop import Shop, Visiting, user_of
from .voices import Concern

PAPERS = ("行驶证", "保养手册", "车钥匙")


def book(shop: Shop, visiting: Visiting, concern: Concern, arrives: datetime) -> Appointment | None:
    """The receptionist books the visit; nothing when the time cannot be had."""
    guest = visiting.guest
    half_hour = arrives.replace(minute=30 if arrives.minute >= 30 else 0, second=0, microsecond=0)
    try:
        return book_appointment(
            shop.staff.store,
            vehicle=Vehicle.objects.get(pk=guest.vehicle_id),
            contact_name=guest.name,
            contact_phone=guest.phone,
            at=half_hour,
            hours=Decimal(shop.rng.choice(["0.8", "1.2", "2.0"])),
            advisor=user_of(visiting.advisor),
            concern=shop.rng.choice(concern.words),
            source=shop.rng.choice(["phone", "phone", "counter", "invited"]),
            confirmed=frozenset({"overbook"}),
            actor=shop.staff.one("receptionist"),
        )
    except Refused:
        return None


def receive(shop: Shop, visiting: Visiting, concern: Concern, appointment: Appointment | None) -> CheckIn:
    """The advisor walks round the car with the customer, who signs what was found."""
    guest, advisor = visiting.guest, visiting.advisor
    vehicle = Vehicle.objects.get(pk=guest.vehicle_id)
    rng = shop.rng
    check_in = start_check_in(
        shop.staff.store,
        vehicle=vehicle,
        advisor=user_of(visiting.advisor),
        deliverer_name=guest.name,
        deliverer_phone=guest.phone,
        appointment=appointment,
        actor=advisor,
    )
    mileage = max(vehicle.mileage or 0, guest.car.odometer_on(timezone.localdate())) + rng.randint(1, 40)
    marks = [
        {
            "x": rng.randint(100, 900),
            "y": rng.randint(60, 440),
            "kind": rng.choice(["scratch", "dent", "chip"]),
        }
        for _ in range(rng.choice([0, 0, 1, 2]))
    ]
    check_in = save_check_in(
        check_in,
        changes={
            "mileage": mileage,
            "fuel_level": rng.choice([20, 30, 40, 50, 60, 75, 90]),
            "lamps": ["发动机故障灯"] if concern.safety else [],
            "items": ["备胎", "随车工具", "三角警示牌"],
            "papers": list(PAPERS[: rng.randint(1, 3)]) or ["车钥匙"],
            "valuables_reminded": True,
            "protective_set": True,
            "damage_marks": marks,
            "concern": rng.choice(concern.words),
            "findings": concern.diagnosis,
            "key_tag": f"{rng.randint(1, 60):02d}",
            "parking_place": f"待修区{rng.randint(1, 30)}",
        },
        actor=advisor,
    )
    return sign_check_in(check_in, signature=shop.signature, signed_by=guest.name, actor=advisor)


def write_order(shop: Shop, visiting: Visiting, concern: Concern, check_in: CheckIn) -> RepairOrder:
    """The order with its lines, each with its payer; the customer has not signed it yet."""
    guest, advisor = visiting.guest, visiting.advisor
    maintenance = concern.kind == "maintenance"
    insured = not maintenance and shop.rng.random() < 0.08
    kind = "periodic_service" if maintenance else "accident" if insured else "general_repair"
    order = open_order(
        shop.staff.store,
        check_in=check_in,
        actor=advisor,
        kind=kind,
        insurer_name="演示财产保险苏州分公司" if insured else "",
        claim_number=f"YB{shop.rng.randint(10**9, 10**10 - 1)}" if insured else "",
        payment_wish=shop.rng.choice(["mobile", "mobile", "card", "cash"]),
        old_parts=shop.rng.choice(["dispose", "take_back"]),
        wash_wanted=shop.rng.random() < 0.8,
        second_open_reason="上次维修尚未取车",
    )
    payer = (
        "insurer"
        if insured
        else "warranty"
        if concern.under_warranty and shop.rng.random() < 0.4
        else "customer"
    )
    if maintenance:
        menu = package_due(guest.car.model.series, check_in.mileage or 0)
        add_package(order, package=shop.catalogue.packages[menu.code], actor=advisor)
    for code in concern.operations:
        add_labor(order, operation=shop.catalogue.operations[code], payer=payer, actor=advisor)
    for fact, quantity in parts_for(concern.needs, guest.car.model.series):
        add_part(order, part=shop.catalogue.parts[fact.number], quantity=quantity, payer=payer, actor=advisor)
    if not order.jobs.exists():
        add_labor(order, name="故障检查诊断", hours=Decimal("0.5"), work_kind="mechanical", actor=advisor)
    return order


def authorise(shop: Shop, visiting: Visiting, order: RepairOrder) -> RepairOrder:
    """The customer signs the order with a promised time."""
    guest, advisor = visiting.guest, visiting.advisor
    hours = sum((job.hours for job in order.jobs.all()), Decimal(0))
    promised = timezone.now() + timedelta(hours=float(hours) + 1.5)
    order = RepairOrder.objects.get(pk=order.pk)
    return authorise_order(
        order, signature=shop.signature, signed_by=guest.name, promised_at=promised, actor=advisor
    )
