"""One whole day in the store, through the verbs: from the booking to the report the manager signs, and three days on."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from fours.base.errors import Gone, Refused
from fours.customers.verbs.customer import create_customer
from fours.kernel.actor import Actor
from fours.kernel.models import PrintedForm, Store, Task, User
from fours.parts.models import Bin, Part, StockBalance
from fours.parts.verbs.receive import Arrival, open_stock
from fours.service.checklists import WASH_ITEMS
from fours.service.models import LaborOperation, LaborRate, RepairOrder
from fours.service.stage import stage_of
from fours.service.tests.order_house import signature
from fours.service.verbs.additional import accept_additional_work, offer_additional_work, report_finding
from fours.service.verbs.appointment import book_appointment
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
from fours.service.verbs.payment import receive_payments, refund_payment
from fours.service.verbs.settlement import issue_statements, put_on_account
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job
from fours.survey.models import FollowUpCall, HandlingSheet
from fours.survey.report.corrections import corrections_of
from fours.survey.verbs.daily_report import ensure_report, is_unchanged, sign_daily_report
from fours.survey.verbs.follow_up import complete_call
from fours.survey.verbs.handling import solve_handling
from fours.vehicles.verbs.vehicle import create_vehicle

MORNING = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in the store
OK = ({"name": "作业完成", "result": "ok"},)
GOOD = {"repair_quality": 5, "overall": 5}
Person = Callable[[str], Actor]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=True) as traveller:
        yield traveller


@pytest.fixture
def who(person: Callable[..., Actor], s01: Store) -> Person:
    return lambda post: person(post, s01)


@pytest.fixture
def brake_pads(clock: object, s01: Store, who: Person) -> Part:
    """Two sets on the shelf, and the rates and jobs the visit needs."""
    for kind in ("mechanical", "care"):
        LaborRate.objects.create(store=s01, work_kind=kind, price="200.00", valid_from=date(2020, 1, 1))
    LaborOperation.objects.create(group=s01.group, code="B01", name="更换前制动片", hours="1.50")
    LaborOperation.objects.create(group=s01.group, code="C01", name="空调系统清洗", hours="0.50")
    part = Part.objects.create(
        group=s01.group, number="4GD698151", name="前制动片", retail_price=Decimal("600.00")
    )
    shelf = Bin.objects.create(store=s01, code="A-01-1-01")
    open_stock(s01, lines=[Arrival(part, Decimal(2), Decimal("300"), shelf)], actor=who("parts_manager"))
    return part


def person_of(actor: Actor) -> User:
    assert actor.user is not None
    return actor.user


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_one_whole_day(clock: time_machine.Traveller, s01: Store, who: Person, brake_pads: Part) -> None:
    advisor, foreman, technician = who("advisor"), who("foreman"), who("technician")
    keeper, leader, inspector = who("parts_keeper"), who("team_leader"), who("inspector")
    for post in ("washer", "cashier", "crm_agent", "service_manager", "receptionist"):
        who(post)
    owner = create_customer(s01, name="王建国", phones=["13812345678"], actor=advisor)
    car = create_vehicle(
        s01,
        actor=advisor,
        vin="LFV2A21K6A3123456",
        plate="苏E12345",
        owner=owner,
        brand="大众",
        mileage=40_000,
    )

    # Booked, arrived, taken over, signed.
    booking = book_appointment(
        s01, vehicle=car, contact_name="王建国", contact_phone="13812345678",
        at=timezone.now() + timedelta(hours=1), hours=Decimal("1.5"), advisor=person_of(advisor),
        concern="刹车有异响", confirmed=frozenset({"overbook"}), actor=who("receptionist"),
    )  # fmt: skip
    clock.shift(timedelta(hours=1))
    check_in = start_check_in(
        s01, vehicle=car, advisor=person_of(advisor), appointment=booking, actor=advisor
    )
    back = {"mileage": 39_000, "fuel_level": 50, "valuables_reminded": True}
    check_in = save_check_in(check_in, changes=back, actor=advisor)
    with pytest.raises(Refused, match="39,000"):
        sign_check_in(check_in, signature=signature(), signed_by="王建国", actor=advisor)
    check_in = save_check_in(
        fresh(check_in),
        changes={
            "mileage": 45_230, "fuel_level": 50, "valuables_reminded": True, "papers": ["行驶证"],
            "damage_marks": [{"x": 300, "y": 200, "kind": "scratch", "note": "右前门"}],
        },
        actor=advisor,
    )  # fmt: skip
    check_in = sign_check_in(check_in, signature=signature(), signed_by="王建国", actor=advisor)
    assert check_in.number == "CI-S01-260316-0001"

    # Estimate with a payer per line, signed as the contract.
    order = open_order(s01, check_in=check_in, actor=advisor, kind="accident", insurer_name="某保险公司")
    brakes = LaborOperation.objects.get(code="B01")
    add_labor(order, operation=brakes, actor=advisor)
    pads = add_part(order, part=brake_pads, quantity=Decimal(1), actor=advisor)
    add_labor(
        order, name="前保险杠拆装", hours=Decimal(1), work_kind="mechanical", payer="insurer", actor=advisor
    )
    promised = timezone.now() + timedelta(hours=5)
    order = authorise_order(
        fresh(order), signature=signature(), signed_by="王建国", promised_at=promised, actor=advisor
    )
    assert order.number == "RO-S01-260316-0001"
    assert order.estimated_total == Decimal("1100.00")  # 300 labor + 600 pads + 200 insurer
    assert stage_of(order).label == "待派工"

    # Dispatched, clocked on, something found, the customer agrees by phone.
    jobs = list(order.jobs.order_by("pk"))
    for job in jobs:
        dispatch_job(job, technicians=[person_of(technician)], bay="A01", actor=foreman)
    clock_on(jobs[0], actor=technician)
    work = report_finding(fresh(order), finding="空调出风有异味", actor=technician)
    cleaning = add_labor(
        fresh(order), operation=LaborOperation.objects.get(code="C01"), additional_work=work, actor=advisor
    )
    with pytest.raises(Refused, match="同意"):
        dispatch_job(cleaning, technicians=[person_of(technician)], bay="", actor=foreman)
    offer_additional_work(fresh(work), new_promised_at=promised + timedelta(hours=1), actor=advisor)
    accept_additional_work(fresh(work), answered_by="王建国", via="电话", actor=advisor)
    dispatch_job(fresh(cleaning), technicians=[person_of(technician)], bay="", actor=foreman)

    # Parts leave against the order; the line cannot be issued twice.
    slip = issue_to_order(
        fresh(order), lines=[Give(pads.pk, Decimal(1))], receiver=person_of(technician), actor=keeper
    )
    assert slip.lines.count() == 1
    with pytest.raises(Refused):
        issue_to_order(
            fresh(order), lines=[Give(pads.pk, Decimal(1))], receiver=person_of(technician), actor=keeper
        )
    assert StockBalance.objects.get(part=brake_pads).on_hand == Decimal(1)

    # Three inspections, one failed check on the way.
    clock.shift(timedelta(hours=1))
    finish_job(fresh(jobs[0]), items=OK, actor=technician)
    for job in [jobs[1], cleaning]:
        clock_on(fresh(job), actor=technician)
        clock.shift(timedelta(minutes=30))
        finish_job(fresh(job), items=OK, actor=technician)
    for job in [*jobs, cleaning]:
        check_job(fresh(job), passed=True, items=OK, actor=leader)
    failed = [{"name": "路试", "result": "fail"}]
    final_check(
        fresh(order), passed=False, items=failed, reason="仍有异响", failed_jobs=[jobs[0].pk], actor=inspector
    )
    assert fresh(jobs[0]).state == "dispatched"
    clock_on(fresh(jobs[0]), actor=technician)
    finish_job(fresh(jobs[0]), items=OK, actor=technician)
    check_job(fresh(jobs[0]), passed=True, items=OK, actor=leader)
    order = final_check(fresh(order), passed=True, items=OK, actor=inspector)
    start_wash(order.wash, actor=who("washer"))
    order = finish_wash(fresh(order.wash), items=WASH_ITEMS, actor=who("washer"))
    assert order.state == RepairOrder.State.COMPLETED

    # One statement per payer, two kinds of payment, gate pass, delivery.
    check_handover(fresh(order), items=handover_checklist(order), actor=advisor)
    statements = {s.payer: s for s in issue_statements(fresh(order), actor=advisor)}
    assert {payer: s.total for payer, s in statements.items()} == {
        "customer": Decimal("1000.00"),  # 300 + 600 + 100 cleaning
        "insurer": Decimal("200.00"),
    }
    put_on_account(statements["insurer"], reason="保险公司月结", actor=who("cashier"))
    with pytest.raises(Refused, match="收"):
        give_gate_pass(fresh(order), actor=who("cashier"))
    money = [Money("cash", Decimal("400.00")), Money("wechat", Decimal("600.00"), "4200001234")]
    payments = receive_payments(statements["customer"], parts=money, actor=who("cashier"))
    with pytest.raises((Refused, Gone)):
        receive_payments(fresh(statements["customer"]), parts=money, actor=who("cashier"))
    give_gate_pass(fresh(order), actor=who("cashier"))
    order = fresh(order)
    order = deliver_order(
        order,
        mileage_out=45_231,
        items=delivery_checklist(order),
        call_from=time(15),
        call_until=time(17),
        actor=advisor,
    )
    assert order.presence == RepairOrder.Presence.LEFT
    assert fresh(car).next_service_on is not None
    evidence = set(PrintedForm.objects.values_list("form", flat=True))
    assert {
        "service.check_in",
        "service.repair_order",
        "service.statement",
        "service.additional_work",
    } <= evidence

    # The day's report needs nobody's typing; signed, it is frozen.
    report = ensure_report(s01, date(2026, 3, 16))
    report = sign_daily_report(report, actor=who("service_manager"))
    frozen = dict(report.figures)
    figures = {figure["code"]: figure["value"] for figure in frozen["figures"]}
    assert (figures["arrived"], figures["delivered"], figures["appointments_kept"]) == ("1", "1", "1")
    assert (figures["turnover"], figures["received"]) == ("1200.00", "1000.00")

    # Three days later, in the hour he named, he is not content.
    call = FollowUpCall.objects.get(vehicle=car)
    local = timezone.localtime(call.window_start)
    assert (local.date(), local.hour) == (date(2026, 3, 19), 15)
    assert (
        Task.objects.filter(source_kind="survey.followupcall", source_id=call.pk, state="open").count() == 1
    )
    clock.move_to(call.window_start + timedelta(minutes=5))
    agent = who("crm_agent")
    complete_call(
        call, answers={"repair_quality": 2, "overall": 3}, satisfied=False, words="刹车还是响", actor=agent
    )
    sheet = HandlingSheet.objects.get(call=call)
    assert sheet.words == "刹车还是响"
    solve_handling(
        sheet, cause="卡钳导销缺油", measure="回店润滑并路试", result="异响消除", actor=who("service_manager")
    )
    second = fresh(sheet).second_call
    clock.move_to(second.window_start)
    complete_call(second, answers=GOOD, satisfied=True, words="好了", actor=agent)
    assert fresh(sheet).state == "closed"

    # A correction now stands beside the signed report, and does not change it.
    refund_payment(payments[0], amount=Decimal("50.00"), reason="多收", actor=who("service_manager"))
    again = ensure_report(s01, date(2026, 3, 16))
    assert again.figures == frozen
    assert is_unchanged(again)
    assert [entry.text for entry in corrections_of(again)] != []
