"""One car through the store by verbs, one after the other: each `next` does one, so it can be stopped anywhere."""

from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from fours.customers.verbs.customer import create_customer
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.parts.models import Part
from fours.service.checklists import WASH_ITEMS
from fours.service.models import RepairOrder
from fours.service.tests.order_house import signature
from fours.service.verbs.check_in import save_check_in, sign_check_in, start_check_in
from fours.service.verbs.delivery import (
    check_handover,
    deliver_order,
    delivery_checklist,
    give_gate_pass,
    handover_checklist,
)
from fours.service.verbs.inspection import check_job, final_check
from fours.service.verbs.lines import add_labor, add_part
from fours.service.verbs.order import authorise_order, open_order
from fours.service.verbs.parts import Give, issue_to_order
from fours.service.verbs.payment import Part as Money
from fours.service.verbs.payment import receive_payments
from fours.service.verbs.settlement import issue_statements
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job
from fours.vehicles.verbs.vehicle import create_vehicle

OK = ({"name": "作业完成", "result": "ok"},)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def one_car(
    store: Store, who: Mapping[str, Actor], *, plate: str, phone: str, vin: str = ""
) -> Iterator[RepairOrder | None]:
    """New brake pads (1.5 hours, one set of the only part) paid in cash; yields the order after each verb."""
    advisor, technician = who["advisor"], who["technician"]
    owner = create_customer(store, name="王建国", phones=[phone], actor=advisor)
    yield None
    car = create_vehicle(store, actor=advisor, vin=vin, plate=plate, owner=owner, brand="大众")
    yield None
    check_in = start_check_in(
        store, vehicle=car, advisor=advisor.user, deliverer_name="王建国", deliverer_phone=phone, actor=advisor
    )  # fmt: skip
    yield None
    changes = {"mileage": 45_230, "fuel_level": 50, "valuables_reminded": True, "concern": "刹车异响"}
    check_in = save_check_in(check_in, changes=changes, actor=advisor)
    yield None
    check_in = sign_check_in(check_in, signature=signature(), signed_by="王建国", actor=advisor)
    yield None
    order = open_order(store, check_in=check_in, actor=advisor)
    yield order
    job = add_labor(order, name="更换前制动片", hours=Decimal("1.5"), work_kind="mechanical", actor=advisor)
    yield order
    pads = add_part(order, part=Part.objects.get(), quantity=Decimal(1), actor=advisor)
    yield order
    authorise_order(
        fresh(order), signature=signature(), signed_by="王建国", promised_at=timezone.now() + timedelta(hours=5),
        actor=advisor,
    )  # fmt: skip
    yield fresh(order)
    dispatch_job(job, technicians=[technician.user], bay="J01", actor=who["foreman"])
    yield fresh(order)
    issue_to_order(
        fresh(order),
        lines=[Give(pads.pk, Decimal(1))],
        receiver=technician.user,
        actor=who["parts_keeper"],
    )
    yield fresh(order)
    clock_on(fresh(job), actor=technician)
    yield fresh(order)
    finish_job(fresh(job), items=OK, actor=technician)
    yield fresh(order)
    check_job(fresh(job), passed=True, items=OK, actor=who["team_leader"])
    yield fresh(order)
    done = final_check(fresh(order), passed=True, items=OK, actor=who["inspector"])
    yield fresh(order)
    if done.state == RepairOrder.State.AUTHORISED:
        start_wash(done.wash, actor=who["washer"])
        yield fresh(order)
        finish_wash(fresh(done.wash), items=WASH_ITEMS, actor=who["washer"])
        yield fresh(order)
    check_handover(fresh(order), items=handover_checklist(fresh(order)), actor=advisor)
    yield fresh(order)
    (statement,) = issue_statements(fresh(order), actor=advisor)
    yield fresh(order)
    receive_payments(statement, parts=[Money("cash", statement.total)], actor=who["cashier"])
    yield fresh(order)
    give_gate_pass(fresh(order), actor=who["cashier"])
    yield fresh(order)
    deliver_order(
        fresh(order), mileage_out=45_231, items=delivery_checklist(fresh(order)), call_from=time(15), call_until=time(17),
        actor=advisor,
    )  # fmt: skip
    yield fresh(order)
