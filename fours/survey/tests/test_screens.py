"""The screens of customer care: what they show, refuse and take, to whom, and in how many queries."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fours.kernel.models import Store
from fours.service.models import Statement
from fours.service.verbs.settlement import reverse_statement
from fours.survey.models import CallAttempt, DailyReport, FollowUpCall, HandlingSheet
from fours.survey.questionnaire import QUESTIONS
from fours.survey.verbs.daily_report import ensure_report, sign_daily_report
from fours.survey.verbs.handling import solve_handling

from .care import MONDAY, ClientOf, PersonOf, billed, delivered, unhappy_call

TODAY = date(2026, 6, 8)
THURSDAY = MONDAY + timedelta(days=3)
ANSWERS = {f"answer_{question.code}": "5" for question in QUESTIONS}


@pytest.fixture(autouse=True)
def monday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def call(s01: Store, person: PersonOf) -> FollowUpCall:
    person("crm_agent", s01)
    delivered(s01, person)
    return FollowUpCall.objects.get()


@pytest.fixture
def sheet(s01: Store, person: PersonOf) -> HandlingSheet:
    unhappy_call(s01, person)
    return HandlingSheet.objects.get()


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_call_is_later_until_its_day_comes(
    call: FollowUpCall, client_of: ClientOf, monday: time_machine.Traveller
) -> None:
    address = reverse("call", args=[call.pk])
    client = client_of("crm_agent", call.store)
    assert address not in text(client.get(reverse("calls")))
    assert address in text(client.get(reverse("calls") + "?state=later"))
    monday.move_to(THURSDAY)
    client = client_of("crm_agent", call.store)
    assert address in text(client.get(reverse("calls")))
    assert address in text(client.get(reverse("calls") + "?q=苏E123"))
    assert address not in text(client.get(reverse("calls") + "?q=沪A"))


def test_the_page_says_whom_why_and_what_to_say(call: FollowUpCall, client_of: ClientOf) -> None:
    shown = text(client_of("crm_agent", call.store).get(reverse("call", args=[call.pk])))
    assert 'href="tel:13800000001"' in shown
    assert "请问是王小明吗？我是四方一店的回访专员crm_agentS01" in shown
    assert "做了更换机油机滤" in shown
    assert "保养,刹车异响" in shown
    assert "档案还缺" in shown
    assert shown.count("data-question") == len(QUESTIONS)


def test_saving_a_call_opens_the_next(
    call: FollowUpCall, person: PersonOf, client_of: ClientOf, monday: time_machine.Traveller
) -> None:
    delivered(call.store, person, plate="苏E00002")
    other = FollowUpCall.objects.exclude(pk=call.pk).get()
    monday.move_to(THURSDAY)
    client = client_of("crm_agent", call.store)
    response = client.post(
        reverse("call", args=[call.pk]),
        {**ANSWERS, "satisfied": "yes", "words": "很好", "result": "reached", "version": 1},
    )
    assert response.headers["Location"] == reverse("call", args=[other.pk])
    call.refresh_from_db()
    assert (call.state, call.answers["overall"], call.words) == ("done", 5, "很好")
    response = client.post(reverse("call", args=[other.pk]), {"result": "no_answer", "note": "占线"})
    assert response.headers["Location"] == reverse("calls")
    assert CallAttempt.objects.get(call=other).note == "占线"


def test_an_unhappy_answer_without_words_loses_nothing(call: FollowUpCall, client_of: ClientOf) -> None:
    response = client_of("crm_agent", call.store).post(
        reverse("call", args=[call.pk]),
        {**ANSWERS, "answer_cleaning": "1", "satisfied": "yes", "result": "reached", "note": "下午再问"},
    )
    shown = text(response)
    assert response.status_code == 422
    assert "客户有不满意，请记下客户原话。" in shown
    assert 'value="下午再问"' in shown
    assert shown.count("checked") == len(QUESTIONS) + 1
    assert FollowUpCall.objects.get().state == "due"


@pytest.mark.parametrize("result", ["", "later", "made_up"])
def test_a_result_that_is_none_is_refused(call: FollowUpCall, client_of: ClientOf, result: str) -> None:
    response = client_of("crm_agent", call.store).post(reverse("call", args=[call.pk]), {"result": result})
    assert response.status_code == 422
    assert not CallAttempt.objects.exists()


def test_a_stale_page_is_told_so(call: FollowUpCall, client_of: ClientOf) -> None:
    client, address = client_of("crm_agent", call.store), reverse("call", args=[call.pk])
    client.post(address, {"result": "no_answer", "version": "1"})
    response = client.post(address, {"result": "no_answer", "version": "1"})
    assert response.status_code == 409
    assert CallAttempt.objects.count() == 1


def test_an_advisor_reads_the_call_but_makes_none(call: FollowUpCall, client_of: ClientOf) -> None:
    client, address = client_of("advisor", call.store), reverse("call", args=[call.pk])
    assert "data-question" not in text(client.get(address))
    assert client.post(address, {"result": "no_answer"}).status_code == 403
    assert not CallAttempt.objects.exists()


def test_the_sheet_is_assigned_and_solved_on_screen(
    sheet: HandlingSheet, person: PersonOf, client_of: ClientOf
) -> None:
    washer = person("washer", sheet.store).user
    assert washer is not None
    client, address = client_of("service_manager", sheet.store), reverse("handling_sheet", args=[sheet.pk])
    assert address in text(client.get(reverse("handling_sheets")))
    assert "车里还是脏的" in text(client.get(address))
    response = client.post(
        reverse("assign_handling", args=[sheet.pk]),
        {"responsible": washer.pk, "department": "洗车组", "promised_at": "2026-06-09T12:00"},
    )
    assert response.headers["Location"] == address
    response = client.post(reverse("solve_handling", args=[sheet.pk]), {"cause": "漏检", "measure": ""})
    assert response.status_code == 422
    assert "漏检" in text(response)
    response = client.post(
        reverse("solve_handling", args=[sheet.pk]),
        {"cause": "漏检", "measure": "精洗", "result": "干净", "cost": "50"},
    )
    assert response.headers["Location"] == address
    sheet.refresh_from_db()
    assert (sheet.state, sheet.responsible, sheet.cost) == ("solved", washer, 50)
    assert "打开二次回访" in text(client.get(address))


def test_the_second_call_shows_what_was_wrong_and_what_was_done(
    s01: Store, sheet: HandlingSheet, person: PersonOf, client_of: ClientOf
) -> None:
    solution = {"cause": "洗车漏检", "measure": "免费精洗一次", "result": "已精洗"}
    sheet = solve_handling(sheet, **solution, actor=person("service_manager", s01))
    shown = text(client_of("crm_agent", s01).get(reverse("call", args=[sheet.second_call_id])))
    assert sheet.order is not None
    for said in ("车里还是脏的", "免费精洗一次", sheet.order.number or "?"):
        assert said in shown


def test_nobody_of_another_store_is_offered_as_responsible(
    sheet: HandlingSheet, s02: Store, person: PersonOf, client_of: ClientOf
) -> None:
    stranger = person("washer", s02).user
    assert stranger is not None
    client = client_of("service_manager", sheet.store)
    address = reverse("assign_handling", args=[sheet.pk])
    assert stranger.name not in text(client.get(address))
    response = client.post(address, {"responsible": stranger.pk, "promised_at": "2026-06-09T12:00"})
    assert response.status_code == 422
    assert HandlingSheet.objects.get().responsible is None


def test_the_car_shows_that_its_customer_is_unhappy(sheet: HandlingSheet, client_of: ClientOf) -> None:
    shown = text(client_of("advisor", sheet.store).get(reverse("vehicle", args=[sheet.vehicle_id])))
    assert f"客户不满未结：清洁（{sheet.number}）" in shown
    assert "回访：接通完成，不满意" in shown


def test_the_report_of_today_is_there_without_anybody_making_it(
    s01: Store, person: PersonOf, client_of: ClientOf
) -> None:
    delivered(s01, person)
    client = client_of("service_manager", s01)
    client.get(reverse("daily_reports"))
    report = DailyReport.objects.get()
    shown = text(client.get(reverse("daily_report", args=[report.pk])))
    assert "售后日报表" in shown
    assert "<b>280.00</b>" in shown


def test_the_manager_signs_on_screen_and_sees_later_corrections(
    s01: Store, person: PersonOf, client_of: ClientOf, monday: time_machine.Traveller
) -> None:
    statement = billed(s01, person)
    report, client = ensure_report(s01, TODAY), client_of("service_manager", s01)
    address = reverse("daily_report", args=[report.pk])
    client.post(address, {"remarks": "下午停电", "version": 1})
    client.post(reverse("do_verb", args=["sign_daily_report", report.pk]), {"version": 2})
    report.refresh_from_db()
    assert (report.state, report.remarks) == ("signed", "下午停电")
    assert "签字后没有更正" in text(client.get(address))
    monday.shift(timedelta(days=1))
    reverse_statement(statement, reason="重开", actor=person("service_manager", s01))
    shown = text(client_of("service_manager", s01).get(address))
    assert f"冲销 {statement.number} -280.00 元：重开" in shown
    assert "<b>280.00</b>" in shown


def test_a_figure_opens_the_rows_it_was_counted_from(
    s01: Store, person: PersonOf, client_of: ClientOf
) -> None:
    statement = billed(s01, person)
    report, client = ensure_report(s01, TODAY), client_of("service_manager", s01)
    for code, expected in (("arrived", statement.order.number), ("turnover", statement.number)):
        shown = text(client.get(reverse("report_rows", args=[report.pk, code])))
        assert expected in shown
    sign_daily_report(report, actor=person("service_manager", s01))
    billed(s01, person, plate="苏E00002")
    other = Statement.objects.latest("pk")
    shown = text(client.get(reverse("report_rows", args=[report.pk, "turnover"])))
    assert statement.number in shown
    assert other.number not in shown
    address = reverse("report_rows", args=[report.pk, "turnover"]) + "?payer=insurer"
    assert statement.number not in text(client.get(address))
    assert client.get(reverse("report_rows", args=[report.pk, "nonsense"])).status_code == 404


CODES = (
    "arrived", "delivered", "overnight", "appointments", "appointments_kept", "first_services", "calls_due",
    "calls_done", "calls_unhappy", "calls_failed", "sheets_opened", "sheets_open", "shortages", "turnover",
    "received", "hours",
)  # fmt: skip


def test_every_figure_opens(s01: Store, person: PersonOf, client_of: ClientOf) -> None:
    unhappy_call(s01, person)
    report, client = ensure_report(s01, TODAY), client_of("service_manager", s01)
    for code in CODES:
        assert client.get(reverse("report_rows", args=[report.pk, code])).status_code == 200


PAGES = ("calls", "handling_sheets", "daily_reports")


@pytest.mark.parametrize("route", PAGES)
def test_who_has_no_right_is_kept_out(s01: Store, client_of: ClientOf, route: str) -> None:
    assert client_of("washer", s01).get(reverse(route)).status_code == 403
    assert Client().get(reverse(route)).status_code == 302


def test_the_other_store_sees_none_of_it(sheet: HandlingSheet, s02: Store, client_of: ClientOf) -> None:
    report = ensure_report(sheet.store, TODAY)
    client = client_of("service_manager", s02)
    second = client_of("crm_agent", s02)
    assert second.get(reverse("call", args=[sheet.call_id])).status_code == 404
    assert second.post(reverse("call", args=[sheet.call_id]), {"result": "no_answer"}).status_code == 404
    for name, arguments in (
        ("handling_sheet", [sheet.pk]),
        ("assign_handling", [sheet.pk]),
        ("solve_handling", [sheet.pk]),
        ("daily_report", [report.pk]),
        ("report_rows", [report.pk, "turnover"]),
    ):
        assert client.get(reverse(name, args=arguments)).status_code == 404
    assert sheet.number not in text(client.get(reverse("handling_sheets") + "?state=all"))
    assert "王小明" not in text(second.get(reverse("calls") + "?state=done"))


def questions(client: Client, address: str) -> int:
    """How many statements the page sends the second time, without the savepoints of the test's own transaction."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)


def test_pages_ask_few_questions_whatever_the_rows(
    s01: Store, person: PersonOf, client_of: ClientOf, monday: time_machine.Traveller
) -> None:
    unhappy_call(s01, person)
    for number in range(8):
        delivered(s01, person, plate=f"苏E0001{number}")
    call = FollowUpCall.objects.filter(state="due").latest("pk")
    sheet, report = HandlingSheet.objects.get(), ensure_report(s01, TODAY)
    monday.move_to(THURSDAY)
    agent, manager = client_of("crm_agent", s01), client_of("service_manager", s01)
    asked = {
        address: questions(client, address)
        for client, address in (
            (agent, reverse("calls")),
            (agent, reverse("call", args=[call.pk])),
            (agent, reverse("call", args=[sheet.call_id])),
            (agent, reverse("handling_sheets")),
            (manager, reverse("handling_sheet", args=[sheet.pk])),
            (manager, reverse("daily_reports")),
            (manager, reverse("daily_report", args=[report.pk])),
            (manager, reverse("report_rows", args=[report.pk, "turnover"])),
        )
    }
    sign_daily_report(report, actor=person("service_manager", s01))
    for address in (
        reverse("daily_report", args=[report.pk]), reverse("report_rows", args=[report.pk, "calls_done"]),
    ):  # fmt: skip
        asked[f"signed {address}"] = questions(manager, address)
    assert {address: number for address, number in asked.items() if number > 15} == {}
