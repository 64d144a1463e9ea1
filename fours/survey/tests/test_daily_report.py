"""The daily report (SU-13): nobody types a figure, the manager signs, what comes later is a correction beside it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date
from fours.kernel.models import CalendarDay, ClosedDate, PrintedForm, Store, Task
from fours.kernel.store_settings import change_setting
from fours.org.models import Assignment
from fours.service.models import JobAssignment, LaborLine, Payment, Statement
from fours.service.tests.settling import finished_order, issued, labor
from fours.service.verbs.order import void_order
from fours.service.verbs.payment import refund_payment
from fours.service.verbs.settlement import reverse_statement
from fours.survey.jobs import make_daily_report
from fours.survey.models import DailyReport
from fours.survey.report.build import build
from fours.survey.report.corrections import corrections_of
from fours.survey.verbs.daily_report import ensure_report, is_unchanged, sign_daily_report, write_remarks

from .care import MONDAY, PersonOf, billed, delivered, unhappy_call

TODAY = date(2026, 6, 8)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def monday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def values(store: Store, on: date = TODAY) -> dict[str, str]:
    return {figure["code"]: figure["value"] for figure in build(store, on)["figures"]}


def table(store: Store, name: str, on: date = TODAY) -> list[list[str]]:
    rows: list[list[str]] = build(store, on)["tables"][name]["rows"]
    return rows


def signed(store: Store, person: PersonOf, on: date = TODAY) -> DailyReport:
    return sign_daily_report(ensure_report(store, on), actor=person("service_manager", store))


def test_the_figures_of_a_day_come_from_its_rows(s01: Store, person: PersonOf) -> None:
    delivered(s01, person, kind="first_service")
    finished_order(s01, plate="苏E00002")
    found = values(s01)
    assert {code: found[code] for code in ("arrived", "delivered", "overnight", "first_services")} == {
        "arrived": "2", "delivered": "1", "overnight": "1", "first_services": "1",
    }  # fmt: skip
    assert (found["turnover"], found["received"]) == ("280.00", "280.00")


def test_two_orders_of_a_car_are_one_car(s01: Store) -> None:
    first = finished_order(s01)
    finished_order(s01, plate="苏E00002", vehicle=first.vehicle)
    assert values(s01)["arrived"] == "1"


def test_a_voided_order_is_no_car(s01: Store) -> None:
    finished_order(s01, state="void")
    assert values(s01)["arrived"] == "0"


def test_calls_and_sheets_are_counted(s01: Store, person: PersonOf) -> None:
    unhappy_call(s01, person)
    found = values(s01)
    assert (found["calls_done"], found["calls_unhappy"]) == ("1", "1")
    assert (found["sheets_opened"], found["sheets_open"]) == ("1", "1")
    assert values(s01, TODAY + 3 * DAY)["calls_due"] == "0"


def test_a_call_is_due_until_it_was_made(s01: Store, person: PersonOf) -> None:
    delivered(s01, person)
    assert values(s01, TODAY + 2 * DAY)["calls_due"] == "0"
    assert values(s01, TODAY + 3 * DAY)["calls_due"] == "1"
    assert values(s01, TODAY + 9 * DAY)["calls_due"] == "1"


def test_turnover_stands_by_payer_kind_and_advisor(s01: Store, person: PersonOf) -> None:
    billed(s01, person)
    assert table(s01, "by_payer") == [["客户", "200.00", "80.00", "0.00", "280.00"]]
    assert table(s01, "by_kind") == [["一般维修", "1", "0", "280.00"]]
    assert table(s01, "by_advisor") == [["顾问甲", "1", "0", "280.00"]]


def test_hours_are_shared_among_the_teams(s01: Store, person: PersonOf) -> None:
    order = finished_order(s01)
    job: LaborLine = labor(order, "200.00")
    for username, team in (("zhao", "机电一组"), ("qian", "机电二组")):
        user = person("technician", s01, username).user
        assert user is not None
        Assignment.objects.filter(user=user).update(team=team)
        JobAssignment.objects.create(job=job, technician=user, share=Decimal("0.5"))
    issued(order, person("advisor", s01))
    assert table(s01, "by_team") == [["机电一组", "0.50"], ["机电二组", "0.50"]]


def test_hours_of_nobody_are_said_so(s01: Store, person: PersonOf) -> None:
    billed(s01, person)
    assert table(s01, "by_team") == [["未分配", "1.00"]]


def test_open_orders_stand_by_age(s01: Store) -> None:
    for number, days in enumerate((0, 2, 8)):
        finished_order(s01, plate=f"苏E0000{number}", arrival_date=TODAY - days * DAY)
    assert table(s01, "open_orders") == [
        ["当天", "1"], ["1–2 天", "1"], ["3–6 天", "0"], ["7 天及以上", "1"],
    ]  # fmt: skip


def test_a_day_is_compared_with_the_same_day_of_last_week(s01: Store, person: PersonOf) -> None:
    delivered(s01, person)
    with time_machine.travel(MONDAY + 7 * DAY, tick=False):
        figures = {figure["code"]: figure for figure in build(s01, TODAY + 7 * DAY)["figures"]}
    assert (figures["arrived"]["value"], figures["arrived"]["last_week"]) == ("0", "1")
    assert (figures["turnover"]["value"], figures["turnover"]["last_week"]) == ("0.00", "280.00")


def test_a_target_stands_beside_its_figure(s01: Store, person: PersonOf) -> None:
    manager = person("service_manager", s01)
    change_setting(s01, key="survey.target_arrived", value="20", actor=manager)
    targets = {figure["code"]: figure["target"] for figure in build(s01, TODAY)["figures"]}
    assert (targets["arrived"], targets["turnover"]) == ("20", "")


def test_the_other_store_is_in_no_figure(s01: Store, s02: Store, person: PersonOf) -> None:
    delivered(s01, person)
    assert set(values(s02).values()) == {"0", "0.00"}


def test_the_report_is_there_by_the_clock_with_its_task(s01: Store) -> None:
    make_daily_report(s01, MONDAY.replace(hour=16, minute=30))
    make_daily_report(s01, MONDAY.replace(hour=16, minute=30))
    assert DailyReport.objects.get().date == TODAY
    task = Task.objects.get(rule="survey.sign_report")
    assert (task.post, task.due_at) == ("service_manager", MONDAY.replace(hour=17, minute=30))


def test_a_closed_day_has_no_report_unless_there_was_business(s01: Store, person: PersonOf) -> None:
    s01.facts.closed_on_holidays = True
    s01.facts.save()
    CalendarDay.objects.create(date=TODAY, working=False)
    make_daily_report(s01, MONDAY)
    assert not DailyReport.objects.exists()
    billed(s01, person)
    make_daily_report(s01, MONDAY)
    assert DailyReport.objects.get().date == TODAY


def test_signing_freezes_the_figures_the_paper_and_the_day(s01: Store, person: PersonOf) -> None:
    delivered(s01, person)
    report = signed(s01, person)
    assert report.state == "signed"
    assert report.figures["figures"][0]["value"] == "1"
    assert is_unchanged(report)
    assert ClosedDate.objects.get().date == TODAY
    assert business_date(s01) == TODAY + DAY
    assert Task.objects.get(rule="survey.sign_report").state == "done"
    assert PrintedForm.objects.get(form="survey.daily_report").aggregate_id == report.pk


def test_what_comes_after_the_signature_counts_for_the_next_day(s01: Store, person: PersonOf) -> None:
    signed(s01, person)
    billed(s01, person)
    assert Statement.objects.get().business_date == TODAY + DAY
    assert values(s01)["turnover"] == "0.00"
    assert values(s01, TODAY + DAY)["turnover"] == "280.00"


def test_a_reversal_is_a_correction_and_the_report_stays(
    s01: Store, person: PersonOf, monday: time_machine.Traveller
) -> None:
    statement = billed(s01, person)
    report = signed(s01, person)
    before = dict(report.figures)
    monday.shift(DAY)
    reverse_statement(statement, reason="打错折扣", actor=person("service_manager", s01))
    report = DailyReport.objects.get(date=TODAY)
    assert report.figures == before
    assert is_unchanged(report)
    (correction,) = corrections_of(report)
    assert correction.text == f"冲销 {statement.number} -280.00 元：打错折扣"
    assert values(s01, TODAY + DAY)["turnover"] == "-280.00"


def test_a_refund_is_a_correction(s01: Store, person: PersonOf, monday: time_machine.Traveller) -> None:
    delivered(s01, person)
    report = signed(s01, person)
    monday.shift(DAY)
    payment = Payment.objects.get()
    refund_payment(
        payment, amount=Decimal("30"), reason="多收", reference="", actor=person("service_manager", s01)
    )
    (correction,) = corrections_of(report)
    assert correction.text == f"退款 -30.00 元（{payment.number}）：多收"


def test_an_order_voided_later_is_a_correction(
    s01: Store, person: PersonOf, monday: time_machine.Traveller
) -> None:
    order = finished_order(s01, state="draft", completed_at=None, completed_date=None)
    report = signed(s01, person)
    monday.shift(DAY)
    void_order(order, reason="客户改约", actor=person("advisor", s01))
    (correction,) = corrections_of(report)
    assert (correction.document, correction.text) == (order.number, "工单作废：客户改约")
    assert report.figures["figures"][0]["value"] == "1"


def test_a_posting_that_slipped_in_while_signing_is_listed(s01: Store, person: PersonOf) -> None:
    report = signed(s01, person)
    statement = billed(s01, person)
    Statement.objects.filter(pk=statement.pk).update(business_date=TODAY)
    assert [one.text for one in corrections_of(report)] == ["签字后补记 280.00 元"]


def test_a_draft_has_no_corrections(s01: Store, person: PersonOf) -> None:
    statement = billed(s01, person)
    reverse_statement(statement, reason="打错", actor=person("service_manager", s01))
    assert corrections_of(ensure_report(s01, TODAY)) == []


def test_a_report_is_signed_once(s01: Store, person: PersonOf) -> None:
    report = signed(s01, person)
    with pytest.raises(IllegalMove):
        sign_daily_report(report, actor=person("gm", s01))
    with pytest.raises(IllegalMove):
        write_remarks(report, remarks="改一下", actor=person("info_clerk", s01))
    assert DailyReport.objects.get().signed_by == person("service_manager", s01).user


def test_an_earlier_open_report_comes_first(s01: Store, person: PersonOf) -> None:
    ensure_report(s01, TODAY - DAY)
    with pytest.raises(Refused, match="2026-06-07 的日报还没有签字"):
        signed(s01, person)
    assert not ClosedDate.objects.exists()
    signed(s01, person, TODAY - DAY)
    assert signed(s01, person).state == "signed"


def test_a_day_with_business_and_no_report_comes_first(
    s01: Store, person: PersonOf, monday: time_machine.Traveller
) -> None:
    signed(s01, person)
    monday.shift(DAY)
    delivered(s01, person)
    monday.shift(DAY)
    with pytest.raises(Refused, match="2026-06-09 的日报还没有签字"):
        signed(s01, person, TODAY + 2 * DAY)


def test_a_day_to_come_is_not_signed(s01: Store, person: PersonOf) -> None:
    with pytest.raises(Refused, match="还没有到"):
        signed(s01, person, TODAY + DAY)
    assert DailyReport.objects.get().state == "draft"


def test_remarks_are_kept_with_who_wrote_them(s01: Store, person: PersonOf) -> None:
    clerk = person("info_clerk", s01)
    report = write_remarks(ensure_report(s01, TODAY), remarks=" 下午停电两小时 ", actor=clerk)
    assert (report.remarks, report.prepared_by) == ("下午停电两小时", clerk.user)
    with pytest.raises(Refused) as refusal:
        write_remarks(report, remarks="字" * 2001, actor=clerk)
    assert "remarks" in refusal.value.fields


SIGNERS = {"service_manager", "aftersales_manager", "gm"}
WRITERS = SIGNERS | {"info_clerk", "frontdesk_supervisor"}
POSTS = sorted(WRITERS | {"advisor", "crm_agent", "crm_manager", "cashier", "technician"})


@pytest.mark.parametrize("post", POSTS)
def test_who_signs_and_who_writes(s01: Store, person: PersonOf, post: str) -> None:
    actor, report = person(post, s01), ensure_report(s01, TODAY)
    attempts: list[tuple[bool, Callable[[], Any]]] = [
        (post in WRITERS, lambda: write_remarks(report, remarks="好", actor=actor)),
        (post in SIGNERS, lambda: sign_daily_report(report, actor=actor)),
    ]
    for allowed, work in attempts:
        if allowed:
            work()
        else:
            with pytest.raises(NotAllowed):
                work()
    found = DailyReport.objects.get()
    assert (found.remarks == "好", found.state == "signed") == (post in WRITERS, post in SIGNERS)


def test_the_system_signs_nothing(s01: Store) -> None:
    with pytest.raises(NotAllowed):
        sign_daily_report(ensure_report(s01, TODAY), actor=Actor.system(s01))


def test_the_other_store_has_no_such_report(s01: Store, s02: Store, person: PersonOf) -> None:
    with pytest.raises(NotThere):
        sign_daily_report(ensure_report(s01, TODAY), actor=person("service_manager", s02))
    assert DailyReport.objects.get().state == "draft"
