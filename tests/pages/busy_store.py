"""A store in which eleven cars stand at every step of the story, for what must not grow with the rows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.utils import timezone

from conftest import make_store
from fours.approvals.verbs.request import request_approval
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.attachments import add_attachments
from fours.kernel.comments import add_comment
from fours.kernel.models import Group, Store, Task
from fours.org.models import TaxRate
from fours.parts.models import LotBalance, StockReceipt
from fours.parts.tests.making import a_part, stocked
from fours.parts.verbs.issue import Ask
from fours.parts.verbs.reserve import reserve_parts
from fours.service.authority import DISCOUNT
from fours.service.models import (
    AdditionalWork,
    LaborLine,
    RepairOrder,
    Statement,
    Wash,
)
from fours.service.tests.order_house import authorised, fresh, house, photo, with_lines
from fours.service.tests.reception_house import booked, filled
from fours.service.tests.settling import finished_order, holder, labor, part
from fours.service.tests.workshop_house import (
    Shop,
    dispatched,
    final_passed,
    finished,
    in_work,
    shop,
    team_checked,
)
from fours.service.verbs.additional import offer_additional_work, report_finding
from fours.service.verbs.lines import add_fee, add_labor, add_part
from fours.service.verbs.parts import Give, issue_to_order
from fours.service.verbs.payment import Part as Money
from fours.service.verbs.receivable import OldBill, collect_receivable, open_receivable
from fours.survey.models import FollowUpCall, HandlingSheet
from fours.survey.questionnaire import QUESTIONS
from fours.survey.tests.care import billed, delivered
from fours.survey.verbs.daily_report import ensure_report
from fours.survey.verbs.follow_up import complete_call
from fours.vehicles.verbs.vehicle import record_mileage

ROWS = 11
AGAIN = {"second_open_reason": "一车多单"}
Person = Callable[..., Actor]


@dataclass
class BusyStore:
    """The store, its people by post, and by a word the row each page is opened on: the one with the most to it."""

    store: Store
    person: Person
    rows: dict[str, models.Model] = field(default_factory=dict)


def busy_store() -> BusyStore:
    """Everything made through the verbs, in the caller's transaction."""
    group = Group.objects.create(name="集团")
    TaxRate.objects.create(taxpayer_kind="general", valid_from=date(2019, 4, 1), rate="0.13")
    store = make_store(group, "S01", "四方一店")
    known: dict[str, Actor] = {}

    def person(post: str, at: Store, username: str = "") -> Actor:
        name = username or post
        return known.setdefault(name, known.get(name) or holder(post, at, name))

    for post in ("crm_agent", "service_manager", "cashier", "parts_keeper"):
        person(post, store)
    busy = BusyStore(store, person)
    _stock(busy)
    shops = [shop(house(store, plate=f"苏E1{n:04}"), person) for n in range(ROWS)]
    _reception(busy, shops)
    _orders(busy, shops)
    _money_and_calls(busy)
    _history_of_one_car(busy, shops[0])
    return busy


def _stock(busy: BusyStore) -> None:
    store, source = busy.store, StockReceipt(pk=1, store=busy.store, number="RO-S01-260601-0001")
    for number in range(ROWS):
        one = a_part(store, f"N{number}", f"件{number}")
        stocked(store, one, "5", bin=f"A-0{number % 3}")
        asks = [Ask(1000 + number, one, Decimal(9))]
        reserve_parts(store, source=source, lines=asks, actor=Actor.system(store))
    busy.rows["part"] = one
    busy.rows["place"] = LotBalance.objects.latest("pk")
    busy.rows["receipt"] = StockReceipt.objects.latest("pk")


def _reception(busy: BusyStore, shops: list[Shop]) -> None:
    when = timezone.now() + timedelta(hours=2)
    for s in shops:
        appointment = booked(busy.store, s.advisor, s.at.car, when, confirmed=frozenset({"overbook"}))
        check_in = filled(busy.store, s.advisor, s.at.car)
    busy.rows |= {"appointment": appointment, "check_in": check_in}
    for _ in range(ROWS):
        add_attachments(check_in, uploads=[photo()], actor=s.advisor)


def _orders(busy: BusyStore, shops: list[Shop]) -> None:
    one = shops[0]
    stocked(busy.store, one.at.filter, "200")
    for count, s in enumerate(shops):
        # Each technician has one clock, so every job in work needs another person.
        hand = Shop(s.at, s.advisor, s.foreman, busy.person("technician", busy.store, f"hand{count}"), s.bob,
                    s.leader, s.inspector, s.washer)  # fmt: skip
        with_lines(s.at, s.advisor, **AGAIN)
        issue_all(busy, hand.order(**AGAIN))
        dispatched(hand, hand.order(**AGAIN))
        in_work(hand, hand.order(**AGAIN))
        _rest(hand, busy)
    draft = with_lines(one.at, one.advisor, **AGAIN)
    full = authorised(one.at, one.advisor, **AGAIN)
    for order in (draft, full):
        _many_lines(one, order)
    asked = [
        request_approval(
            busy.store,
            matter=DISCOUNT,
            target=draft,
            amount=Decimal(20 + count),
            reason="老客户",
            actor=one.advisor,
        )
        for count in range(ROWS)
    ]
    busy.rows |= {
        "draft": draft,
        "approval": asked[-1],
        "order": full,
        "job": full.jobs.latest("pk"),
        "work": AdditionalWork.objects.filter(order=full).latest("pk"),
        "offered": AdditionalWork.objects.filter(order=full, state="offered").latest("pk"),
        "working": LaborLine.objects.filter(state="in_work").latest("pk"),
        "self_checked": LaborLine.objects.filter(state="self_checked").latest("pk"),
        "checked": RepairOrder.objects.filter(jobs__state="team_checked").latest("pk"),
        "wash": Wash.objects.latest("pk"),
        "car": one.at.car,
        "owner": one.at.owner,
    }


def issue_all(busy: BusyStore, order: RepairOrder) -> None:
    lines = [Give(line.pk, line.quantity) for line in order.parts.all()]
    keeper, receiver = busy.person("parts_keeper", busy.store), busy.person("technician", busy.store)
    assert receiver.user is not None
    busy.rows["slip"] = issue_to_order(order, lines=lines, receiver=receiver.user, actor=keeper)


def _rest(s: Shop, busy: BusyStore) -> None:
    """Later steps: checked by the technician, by the team, by the inspector, and waiting for the wash."""
    free = Shop(s.at, s.advisor, s.foreman, busy.person("technician", busy.store, "free"), s.bob, s.leader,
                s.inspector, s.washer)  # fmt: skip
    finished(free, free.order(**AGAIN))
    team_checked(free, free.order(**AGAIN))
    final_passed(free, free.order(wash_wanted=True, **AGAIN))


def _many_lines(s: Shop, order: RepairOrder) -> None:
    """More jobs, parts and fees; once signed, each with a finding of its own that the customer was asked about."""
    signed = order.state != RepairOrder.State.DRAFT
    for count in range(ROWS):
        work = report_finding(fresh(order), finding=f"发现 {count}", actor=s.inspector) if signed else None
        add_labor(fresh(order), operation=s.at.oil_change, additional_work=work, actor=s.advisor)
        add_part(fresh(order), part=s.at.filter, additional_work=work, actor=s.advisor)
        add_fee(fresh(order), name="拖车费", unit_price=Decimal(5), additional_work=work, actor=s.advisor)
        if work is not None and count % 2:
            offer_additional_work(work, new_promised_at=timezone.now() + timedelta(hours=9), actor=s.advisor)


def _money_and_calls(busy: BusyStore) -> None:
    store, person = busy.store, busy.person
    for count in range(ROWS):
        order = finished_order(store, plate=f"苏E2{count:04}")
        for _ in range(ROWS):
            labor(order, "30")
            part(order, "10")
        billed(store, person, plate=f"苏E3{count:04}")
        delivered(store, person, plate=f"苏E4{count:04}")
        call = FollowUpCall.objects.latest("pk")
        if count:
            complete_call(
                call, answers={q.code: 1 for q in QUESTIONS}, satisfied=False, words="不满意",
                problem_kind="cleaning", actor=person("crm_agent", store),
            )  # fmt: skip
    _old_debts(busy)
    busy.rows |= {
        "completed": order,
        "statement": Statement.objects.filter(state="issued").latest("pk"),
        "paid": Statement.objects.filter(state="paid").latest("pk"),
        "gate": RepairOrder.objects.filter(presence="left").latest("pk"),
        "call": FollowUpCall.objects.filter(state="due").latest("pk"),
        "done_call": call,
        "sheet": HandlingSheet.objects.latest("pk"),
        "report": ensure_report(store, timezone.localdate()),
        "task": Task.objects.filter(post="advisor").latest("pk"),
    }


def _old_debts(busy: BusyStore) -> None:
    store, debtor = busy.store, busy.rows["owner"]
    assert isinstance(debtor, Customer)
    for count in range(ROWS):
        bill = OldBill(f"JS-{count}", Decimal(300), plate=f"苏E9{count:04}")
        manager = busy.person("service_manager", store)
        owed = open_receivable(store, customer=debtor, bill=bill, actor=manager)
        collect_receivable(owed, parts=[Money("cash", Decimal(50))], actor=busy.person("cashier", store))
    for _ in range(ROWS):
        collect_receivable(owed, parts=[Money("cash", Decimal(5))], actor=busy.person("cashier", store))
    busy.rows["receivable"] = owed


def _history_of_one_car(busy: BusyStore, s: Shop) -> None:
    for count in range(ROWS):
        record_mileage(
            s.at.car, kilometers=60_000 + count, read_on=timezone.localdate(), source="接车", actor=s.advisor
        )
        for row in (s.at.car, s.at.owner, busy.rows["order"]):
            add_comment(row, text=f"备注 {count}", actor=s.advisor)
            add_attachments(row, uploads=[photo()], actor=s.advisor)
