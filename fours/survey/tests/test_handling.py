"""Handling sheets (SU-03): made by an unhappy call, solved by the service manager, closed by a second call."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused
from fours.kernel.models import Store, Task
from fours.survey.models import FollowUpCall, HandlingSheet
from fours.survey.verbs.follow_up import complete_call
from fours.survey.verbs.handling import assign_handling, solve_handling

from .care import HAPPY, PersonOf, delivered, unhappy_call

SOLUTION: dict[str, Any] = {"cause": "洗车漏检", "measure": "免费精洗一次", "result": "客户满意取车"}


@pytest.fixture
def sheet(s01: Store, person: PersonOf) -> HandlingSheet:
    unhappy_call(s01, person)
    return HandlingSheet.objects.get()


def test_one_bad_answer_makes_a_sheet_for_the_service_manager(sheet: HandlingSheet) -> None:
    assert (sheet.state, sheet.kind, sheet.words) == ("open", "cleaning", "车里还是脏的")
    assert sheet.order is not None
    assert sheet.call is not None
    assert sheet.call.satisfied is False
    task = Task.objects.get(rule="survey.handle")
    assert (task.post, task.state) == ("service_manager", "open")


def test_an_unknown_kind_of_problem_undoes_the_whole_call(s01: Store, person: PersonOf) -> None:
    delivered(s01, person)
    with pytest.raises(Refused) as refusal:
        complete_call(
            FollowUpCall.objects.get(), answers=HAPPY, satisfied=False, words="太慢", problem_kind="weather",
            actor=person("crm_agent", s01),
        )  # fmt: skip
    assert "problem_kind" in refusal.value.fields
    assert FollowUpCall.objects.get().state == "due"
    assert not HandlingSheet.objects.exists()


def test_the_manager_names_who_answers_for_it_and_by_when(sheet: HandlingSheet, person: PersonOf) -> None:
    washer = person("washer", sheet.store).user
    assert washer is not None
    promised = timezone.now() + timedelta(hours=4)
    sheet = assign_handling(
        sheet, responsible=washer, department="洗车组", promised_at=promised,
        actor=person("service_manager", sheet.store),
    )  # fmt: skip
    assert (sheet.responsible, sheet.promised_at, sheet.department) == (washer, promised, "洗车组")


def test_a_promise_in_the_past_is_refused(sheet: HandlingSheet, person: PersonOf) -> None:
    manager = person("service_manager", sheet.store)
    assert manager.user is not None
    with pytest.raises(Refused) as refusal:
        assign_handling(
            sheet, responsible=manager.user, department="", promised_at=timezone.now() - timedelta(minutes=1),
            actor=manager,
        )  # fmt: skip
    assert "promised_at" in refusal.value.fields
    assert HandlingSheet.objects.get().responsible is None


def test_only_people_of_the_store_answer_for_its_problems(
    sheet: HandlingSheet, s02: Store, person: PersonOf
) -> None:
    stranger = person("washer", s02).user
    assert stranger is not None
    with pytest.raises(Refused) as refusal:
        assign_handling(
            sheet, responsible=stranger, department="", promised_at=timezone.now() + timedelta(hours=1),
            actor=person("service_manager", sheet.store),
        )  # fmt: skip
    assert "responsible" in refusal.value.fields
    assert HandlingSheet.objects.get().responsible is None


def test_a_solved_sheet_asks_for_a_second_call(sheet: HandlingSheet, person: PersonOf) -> None:
    manager = person("service_manager", sheet.store)
    sheet = solve_handling(sheet, **SOLUTION, cost=Decimal("50"), actor=manager)
    assert (sheet.state, sheet.cost, sheet.solved_by, sheet.responsible) == (
        "solved", Decimal("50.00"), manager.user, manager.user,
    )  # fmt: skip
    second = sheet.second_call
    assert second is not None
    assert (second.second_call, second.state, second.contact_phone) == (True, "due", "13800000001")
    assert Task.objects.get(rule="survey.handle").state == "done"
    open_task = Task.objects.get(rule="survey.follow_up", state="open")
    assert open_task.source_id == second.pk


@pytest.mark.parametrize("left_out", ["cause", "measure", "result"])
def test_a_solution_without_its_words_is_refused(
    sheet: HandlingSheet, person: PersonOf, left_out: str
) -> None:
    with pytest.raises(Refused) as refusal:
        solve_handling(sheet, **{**SOLUTION, left_out: " "}, actor=person("service_manager", sheet.store))
    assert list(refusal.value.fields) == [left_out]
    assert HandlingSheet.objects.get().state == "open"
    assert not FollowUpCall.objects.filter(second_call=True).exists()


def solved(sheet: HandlingSheet, person: PersonOf) -> FollowUpCall:
    second = solve_handling(sheet, **SOLUTION, actor=person("service_manager", sheet.store)).second_call
    assert second is not None
    return second


def test_a_content_customer_closes_the_sheet(sheet: HandlingSheet, person: PersonOf) -> None:
    second = solved(sheet, person)
    complete_call(second, answers=HAPPY, satisfied=True, words="好了", actor=person("crm_agent", sheet.store))
    sheet.refresh_from_db()
    assert (sheet.state, sheet.accepted_by_customer) == ("closed", True)
    assert not Task.objects.filter(rule__startswith="survey.h", state="open").exists()


def test_who_is_still_not_content_goes_back_to_the_manager(sheet: HandlingSheet, person: PersonOf) -> None:
    agent = person("crm_agent", sheet.store)
    for number in (1, 2):
        second = solved(sheet, person)
        complete_call(second, answers=HAPPY, satisfied=False, words=f"第{number}次还是脏", actor=agent)
        sheet.refresh_from_db()
        assert (sheet.state, sheet.reopened, sheet.second_call) == ("open", number, None)
        assert f"二次回访：第{number}次还是脏" in sheet.words
        assert Task.objects.filter(rule="survey.handle_again", state="open").count() == 1
    assert HandlingSheet.objects.count() == 1


@pytest.mark.parametrize("state", ["solved", "closed"])
def test_a_sheet_that_is_not_open_takes_no_solution(
    sheet: HandlingSheet, person: PersonOf, state: str
) -> None:
    HandlingSheet.objects.update(state=state, solved_at=timezone.now(), measure="x")
    sheet.refresh_from_db()
    manager = person("service_manager", sheet.store)
    assert manager.user is not None
    with pytest.raises(IllegalMove):
        solve_handling(sheet, **SOLUTION, actor=manager)
    with pytest.raises(IllegalMove):
        assign_handling(
            sheet, responsible=manager.user, department="", promised_at=timezone.now() + timedelta(hours=1),
            actor=manager,
        )  # fmt: skip
    assert HandlingSheet.objects.get().state == state


SOLVERS = {"service_manager", "aftersales_manager", "crm_manager"}


@pytest.mark.parametrize("post", ["advisor", "crm_agent", "info_clerk", "technician", "gm", *sorted(SOLVERS)])
def test_only_managers_solve(sheet: HandlingSheet, person: PersonOf, post: str) -> None:
    actor = person(post, sheet.store)
    if post in SOLVERS:
        assert solve_handling(sheet, **SOLUTION, actor=actor).state == "solved"
        return
    with pytest.raises(NotAllowed):
        solve_handling(sheet, **SOLUTION, actor=actor)
    assert HandlingSheet.objects.get().state == "open"


def test_the_other_store_has_no_such_sheet(sheet: HandlingSheet, s02: Store, person: PersonOf) -> None:
    with pytest.raises(NotThere):
        solve_handling(sheet, **SOLUTION, actor=person("service_manager", s02))


def test_the_second_call_comes_in_the_hours_the_customer_named(s01: Store, person: PersonOf) -> None:
    delivered(s01, person, call_from=time(15), call_until=time(17))
    complete_call(
        FollowUpCall.objects.get(),
        answers=HAPPY,
        satisfied=False,
        words="太慢",
        actor=person("crm_agent", s01),
    )
    sheet = solve_handling(HandlingSheet.objects.get(), **SOLUTION, actor=person("service_manager", s01))
    assert sheet.second_call is not None
    assert timezone.localtime(sheet.second_call.window_start).time() == time(15)
