"""Follow-up calls (SU-01): one per car and day, in the customer's hours, within three days, tried often enough."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.models import CalendarDay, Store, Task
from fours.kernel.store_settings import change_setting
from fours.org.models import StoreFacts
from fours.service.models import RepairOrder
from fours.service.tests.settling import finished_order, issued, labor
from fours.survey.models import CallAttempt, FollowUpCall, HandlingSheet
from fours.survey.verbs.follow_up import call_again, complete_call, note_letter_sent, record_attempt

from .care import HAPPY, MONDAY, PersonOf, delivered, leave, paid

DAY = timedelta(days=1)


@pytest.fixture
def call(s01: Store, person: PersonOf) -> FollowUpCall:
    with time_machine.travel(MONDAY, tick=False):
        delivered(s01, person)
        return FollowUpCall.objects.get()


def at(on: datetime, hour: int, minute: int = 0) -> datetime:
    return on.replace(hour=hour, minute=minute)


def test_a_delivery_makes_a_call_in_the_hours_the_customer_named(s01: Store, person: PersonOf) -> None:
    agent = person("crm_agent", s01)
    with time_machine.travel(MONDAY, tick=False):
        delivered(s01, person, call_from=time(18), call_until=time(19, 30))
    call = FollowUpCall.objects.get()
    assert (call.window_start, call.window_end) == (at(MONDAY + 3 * DAY, 18), at(MONDAY + 3 * DAY, 19, 30))
    assert timezone.localdate(call.due_at) == date(2026, 6, 11)
    assert (call.contact_name, call.contact_phone) == ("王小明", "13800000001")
    task = Task.objects.get(rule="survey.follow_up")
    assert (task.post, task.person, task.window_start) == ("crm_agent", agent.user, call.window_start)


def test_without_wishes_the_hours_of_the_store_hold(call: FollowUpCall) -> None:
    assert (call.window_start, call.window_end) == (at(MONDAY + 3 * DAY, 10), at(MONDAY + 3 * DAY, 12))
    assert call.due_at == at(MONDAY + 3 * DAY, 18)


@pytest.mark.parametrize(("wished", "got"), [(time(6), time(9)), (time(22), time(20))])
def test_nobody_is_called_in_hours_of_rest(s01: Store, person: PersonOf, wished: time, got: time) -> None:
    with time_machine.travel(MONDAY, tick=False):
        delivered(s01, person, call_from=wished, call_until=time(wished.hour, 30))
    assert timezone.localtime(FollowUpCall.objects.get().window_start).time() == got


def closed(*days: date) -> None:
    StoreFacts.objects.update(closed_on_holidays=True)
    for day in days:
        CalendarDay.objects.create(date=day, working=False)


def test_a_closed_third_day_moves_the_call_forward(s01: Store, person: PersonOf) -> None:
    closed(date(2026, 6, 11))
    with time_machine.travel(MONDAY, tick=False):
        delivered(s01, person)
    assert timezone.localdate(FollowUpCall.objects.get().due_at) == date(2026, 6, 10)


def test_a_store_closed_on_all_three_days_calls_on_the_first_open_one(s01: Store, person: PersonOf) -> None:
    closed(date(2026, 6, 9), date(2026, 6, 10), date(2026, 6, 11))
    with time_machine.travel(MONDAY, tick=False):
        delivered(s01, person)
    assert timezone.localdate(FollowUpCall.objects.get().due_at) == date(2026, 6, 12)


def test_a_second_order_of_the_car_and_day_joins_the_call(s01: Store, person: PersonOf) -> None:
    with time_machine.travel(MONDAY, tick=False):
        first = delivered(s01, person)
        second = finished_order(s01, plate="苏E99999", vehicle=first.vehicle, customer=first.customer)
        labor(second, "0", "warranty")
        issued(second, person("advisor", s01))
        leave(second, person)
    call = FollowUpCall.objects.get()
    assert {link.order_id for link in call.orders.all()} == {first.pk, second.pk}
    assert Task.objects.filter(rule="survey.follow_up").count() == 1


@pytest.mark.parametrize("kind", ["pdi", "own_car", "rework_internal"])
def test_work_without_a_customer_is_not_followed_up(s01: Store, person: PersonOf, kind: str) -> None:
    delivered(s01, person, kind=kind)
    assert not FollowUpCall.objects.exists()


def test_a_manager_may_switch_a_kind_off(s01: Store, person: PersonOf) -> None:
    change_setting(
        s01, key="service.follow_up.general_repair", value="", actor=person("service_manager", s01)
    )
    delivered(s01, person)
    assert not FollowUpCall.objects.exists()


def test_a_manager_changes_the_days_and_open_calls_move(call: FollowUpCall, person: PersonOf) -> None:
    with time_machine.travel(MONDAY, tick=False):
        change_setting(
            call.store,
            key="deadline.survey.follow_up",
            value="2",
            actor=person("service_manager", call.store),
        )
    call.refresh_from_db()
    assert (call.window_start, call.due_at) == (at(MONDAY + 2 * DAY, 10), at(MONDAY + 2 * DAY, 18))
    assert Task.objects.get(rule="survey.follow_up").due_at == call.due_at


def test_who_is_not_to_be_called_gets_a_letter(s01: Store, person: PersonOf) -> None:
    statement = paid(s01, person)
    Customer.objects.filter(pk=statement.order.customer_id).update(do_not_call=True)
    leave(RepairOrder.objects.get(), person)
    call = FollowUpCall.objects.get()
    assert call.state == "not_callable"
    assert Task.objects.get(rule="survey.letter").post == "info_clerk"
    assert not Task.objects.filter(rule="survey.follow_up").exists()
    agent = person("info_clerk", s01)
    with pytest.raises(IllegalMove):
        record_attempt(call, result="no_answer", actor=agent)
    note_letter_sent(call, actor=agent)
    assert Task.objects.get(rule="survey.letter").state == "done"
    with pytest.raises(Refused, match="已经记录"):
        note_letter_sent(call, actor=agent)


def test_three_tries_on_two_days_and_the_customer_counts_as_not_reached(
    call: FollowUpCall, person: PersonOf
) -> None:
    agent = person("crm_agent", call.store)
    with time_machine.travel(MONDAY + DAY, tick=False):
        for _ in range(3):
            call = record_attempt(call, result="no_answer", actor=agent)
    assert call.state == "due"
    with time_machine.travel(MONDAY + 2 * DAY, tick=False):
        call = record_attempt(call, result="no_answer", actor=agent)
    assert call.state == "unreachable"
    assert Task.objects.get(rule="survey.follow_up").state == "done"


def test_a_customer_who_rings_back_is_due_again(call: FollowUpCall, person: PersonOf) -> None:
    agent = person("crm_agent", call.store)
    call = record_attempt(call, result="wrong_number", actor=agent)
    assert call.state == "unreachable"
    call = call_again(call, actor=agent)
    assert call.state == "due"
    assert Task.objects.filter(rule="survey.follow_up", state="open").count() == 1


def test_a_refusal_ends_the_call(call: FollowUpCall, person: PersonOf) -> None:
    call = record_attempt(call, result="refused", note="开会", actor=person("crm_agent", call.store))
    assert call.state == "refused"
    assert CallAttempt.objects.get().note == "开会"


def test_an_agreed_time_moves_the_call_and_its_task(call: FollowUpCall, person: PersonOf) -> None:
    wished = at(MONDAY + 5 * DAY, 19)
    with time_machine.travel(MONDAY + DAY, tick=False):
        call = record_attempt(
            call, result="later", call_again_at=wished, actor=person("crm_agent", call.store)
        )
    assert (call.state, call.window_start) == ("due", wished)
    assert Task.objects.get(rule="survey.follow_up").window_start == wished


@pytest.mark.parametrize(
    ("wished", "said"),
    [(None, "请填写"), (at(MONDAY, 7), "现在之后"), (at(MONDAY + 2 * DAY, 22), "09:00–20:00")],
)
def test_a_time_nobody_can_call_at_is_refused(
    call: FollowUpCall, person: PersonOf, wished: datetime | None, said: str
) -> None:
    with time_machine.travel(MONDAY + DAY, tick=False), pytest.raises(Refused, match=said) as refusal:
        record_attempt(call, result="later", call_again_at=wished, actor=person("crm_agent", call.store))
    assert "call_again_at" in refusal.value.fields
    assert not CallAttempt.objects.exists()


def test_a_happy_customer_closes_the_call_and_its_task(call: FollowUpCall, person: PersonOf) -> None:
    agent = person("crm_agent", call.store)
    with time_machine.travel(MONDAY + 3 * DAY, tick=False):
        call = complete_call(call, answers=HAPPY, satisfied=True, words="都好", actor=agent)
    assert (call.state, call.satisfied, call.words) == ("done", True, "都好")
    assert (call.done_by, call.business_date) == (agent.user, date(2026, 6, 11))
    assert Task.objects.get(rule="survey.follow_up").state == "done"
    assert CallAttempt.objects.get().result == "reached"
    assert not HandlingSheet.objects.exists()


@pytest.mark.parametrize(
    ("answers", "satisfied", "words", "field"),
    [
        ({**HAPPY, "overall": 6}, True, "", "answer_overall"),
        ({"overall": 5}, True, "", "answer_repair_quality"),
        ({**HAPPY, "price": 3}, True, "", "answer_price"),
        (HAPPY, None, "", "satisfied"),
        (HAPPY, False, " ", "words"),
        ({**HAPPY, "staff": 2}, True, "", "words"),
    ],
)
def test_an_incomplete_questionnaire_is_refused_beside_the_question(
    call: FollowUpCall,
    person: PersonOf,
    answers: dict[str, int],
    satisfied: bool | None,
    words: str,
    field: str,
) -> None:
    with pytest.raises(Refused) as refusal:
        complete_call(
            call, answers=answers, satisfied=satisfied, words=words, actor=person("crm_agent", call.store)
        )
    assert field in refusal.value.fields
    call.refresh_from_db()
    assert (call.state, call.answers) == ("due", {})
    assert not CallAttempt.objects.exists()


@pytest.mark.parametrize("result", ["", "reached", "spoke"])
def test_an_unknown_result_is_refused(call: FollowUpCall, person: PersonOf, result: str) -> None:
    with pytest.raises(Refused, match="请选择联系结果"):
        record_attempt(call, result=result, actor=person("crm_agent", call.store))
    assert not CallAttempt.objects.exists()


def test_a_call_that_somebody_else_has_changed_is_stale(call: FollowUpCall, person: PersonOf) -> None:
    agent = person("crm_agent", call.store)
    record_attempt(call, result="no_answer", actor=agent, version=1)
    with pytest.raises(Stale):
        complete_call(call, answers=HAPPY, satisfied=True, words="", actor=agent, version=1)
    assert FollowUpCall.objects.get().state == "due"


CALLERS = {"crm_agent", "crm_manager", "info_clerk"}


@pytest.mark.parametrize(
    "post", ["advisor", "service_manager", "technician", "cashier", "gm", *sorted(CALLERS)]
)
def test_only_customer_care_calls(call: FollowUpCall, person: PersonOf, post: str) -> None:
    actor = person(post, call.store)
    if post in CALLERS:
        record_attempt(call, result="no_answer", actor=actor)
        return
    for work in (
        lambda: record_attempt(call, result="no_answer", actor=actor),
        lambda: complete_call(call, answers=HAPPY, satisfied=True, words="", actor=actor),
        lambda: call_again(call, actor=actor),
        lambda: note_letter_sent(call, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            work()
    assert FollowUpCall.objects.get().version == 1


def test_the_other_store_has_no_such_call(
    call: FollowUpCall, s02: Store, person: PersonOf, see: Callable[..., None]
) -> None:
    agent: Actor = person("crm_agent", s02)
    see(call.store, s02)
    with pytest.raises(NotThere):
        record_attempt(call, result="no_answer", actor=agent)
    assert not CallAttempt.objects.exists()


ENDED = {
    "done": {"done_at": MONDAY, "satisfied": True},
    "unreachable": {},
    "refused": {},
    "not_callable": {},
}


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_is_over_cannot_be_called_or_answered(call: FollowUpCall, person: PersonOf, state: str) -> None:
    FollowUpCall.objects.update(state=state, **ENDED[state])
    agent = person("crm_agent", call.store)
    call.refresh_from_db()
    with pytest.raises(IllegalMove):
        record_attempt(call, result="no_answer", actor=agent)
    with pytest.raises(IllegalMove):
        complete_call(call, answers=HAPPY, satisfied=True, words="", actor=agent)
    if state != "unreachable":
        with pytest.raises(IllegalMove):
            call_again(call, actor=agent)
    assert FollowUpCall.objects.get().state == state
    assert not CallAttempt.objects.exists()
