"""Follow-up calls (SU-01): made by the delivery, tried, answered; an unhappy answer makes a handling sheet at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from fours.base.errors import NotAllowed, Refused
from fours.base.text import clean
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date
from fours.kernel.events import announce
from fours.kernel.models import Store, User
from fours.kernel.numbers import next_number
from fours.kernel.rows import insert_row, insert_unless_there
from fours.kernel.store_settings import setting
from fours.kernel.tasks import close_tasks
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.service.defaults import wants_follow_up
from fours.service.models import RepairOrder

from ..call_time import CallTime, call_time
from ..models import CallAttempt, FollowUpCall, FollowUpOrder
from ..models.follow_up import AttemptResult, CallState
from ..questionnaire import VERSION, checked_answers, unhappy_topics
from ..transitions import CALL_MOVES
from .call_tasks import make_call_task, make_letter_task, move_call
from .handling import answer_of_second_call, open_handling

UNANSWERED = (AttemptResult.NO_ANSWER, AttemptResult.WRONG_NUMBER)
LONGEST_WAIT = timedelta(days=30)


def plan_call(order: RepairOrder, *, actor: Actor) -> FollowUpCall | None:
    """The one call for this car and delivery day; a second order of the same day joins it. None: kind not followed up."""
    if not wants_follow_up(order.store, order.kind) or order.delivered_date is None:
        return None
    call = FollowUpCall.objects.filter(
        vehicle=order.vehicle, delivered_on=order.delivered_date, second_call=False
    ).first()
    if call is None:
        call = _new_call(order, actor)
    insert_unless_there(FollowUpOrder(order=order, call=call))
    return call


def _new_call(order: RepairOrder, actor: Actor) -> FollowUpCall:
    assert order.delivered_date is not None
    when = call_time(order.store, timezone.localdate(order.delivered_at), order.call_from, order.call_until)
    customer = order.customer
    call = FollowUpCall(
        store=order.store,
        number=next_number(order.store, "FC"),
        vehicle=order.vehicle,
        customer=customer,
        delivered_on=order.delivered_date,
        contact_name=order.deliverer_name or customer.name,
        contact_phone=order.deliverer_phone,
        window_start=when.start,
        window_end=when.end,
        due_at=when.due,
        state=CallState.NOT_CALLABLE if customer.do_not_call else CallState.DUE,
        questionnaire=VERSION,
        created_by=actor.user,
    )
    insert_row(call)
    if customer.do_not_call:
        make_letter_task(call)
    else:
        make_call_task(call)
    return call


def recount_calls(store: Store) -> int:
    """Move the open first calls to the time the rules now give; how many moved. A time agreed with the customer stays."""
    agreed = CallAttempt.objects.filter(store=store, result=AttemptResult.LATER).values("call")
    calls = FollowUpCall.objects.select_for_update().filter(
        store=store, state=CallState.DUE, second_call=False
    )
    moved = 0
    for call in calls.exclude(pk__in=agreed).order_by("pk"):
        joined = call.orders.select_related("order").order_by("pk").first()
        if joined is None:
            continue
        order = joined.order
        when = call_time(store, call.delivered_on, order.call_from, order.call_until)
        if when != CallTime(call.window_start, call.window_end, call.due_at):
            move_call(call, when)
            moved += 1
    return moved


@verb("记录联系", "survey.call", states=["due"])
def record_attempt(
    call: FollowUpCall,
    *,
    result: str,
    note: str = "",
    call_again_at: datetime | None = None,
    actor: Actor,
    version: int | None = None,
) -> FollowUpCall:
    """A try that did not end in an answered questionnaire: later, no answer, refused, wrong number.

    After so many tries on so many days (settings, 3 on 2) the customer counts as not reached.
    """
    call = take(call, version=version)
    must_be(call, CallState.DUE, doing="记录联系")
    if result not in AttemptResult.values or result == AttemptResult.REACHED:
        raise Refused("请选择联系结果。", field="result")
    if result == AttemptResult.LATER:
        _check_agreed_time(call, call_again_at)
    _add_attempt(call, result, note, call_again_at, actor)
    if result == AttemptResult.LATER and call_again_at is not None:
        _agree_on(call, call_again_at)
    elif result == AttemptResult.REFUSED:
        _end(call, CallState.REFUSED, actor)
    elif result == AttemptResult.WRONG_NUMBER or _tried_enough(call):
        _end(call, CallState.UNREACHABLE, actor)
    else:
        keep(call)
    label = AttemptResult(result).label
    announce(
        "survey.call_made",
        call,
        actor=actor,
        sentence=f"回访：{label}" + (f"({clean(note)})" if clean(note) else ""),
        data={"result": result, "state": call.state},
    )
    return call


@verb("回访完成", "survey.call", states=["due"])
def complete_call(
    call: FollowUpCall,
    *,
    answers: Mapping[str, int],
    satisfied: bool | None,
    words: str,
    problem_kind: str = "other",
    actor: Actor,
    version: int | None = None,
) -> FollowUpCall:
    """The customer was reached and answered. Dissatisfied, or an answer of 2 or less: a handling sheet at once (SU-03).

    A second call after a solved sheet closes that sheet, or opens it again when the customer is still not content.
    """
    call = take(call, version=version)
    must_be(call, CallState.DUE, doing="完成回访")
    caller = _person(actor)
    answers = checked_answers(answers)
    if satisfied is None:
        raise Refused("请选择客户总的来说是否满意。", field="satisfied")
    topics = unhappy_topics(answers)
    unhappy = not satisfied or bool(topics)
    words = words.strip()
    if unhappy and not words:
        raise Refused("客户有不满意，请记下客户原话。", field="words")
    _add_attempt(call, AttemptResult.REACHED, "", None, actor)
    call.answers, call.satisfied, call.words = answers, not unhappy, words
    call.done_at, call.done_by, call.business_date = timezone.now(), caller, business_date(call.store)
    move(call, CallState.DONE, CALL_MOVES)
    keep(call, "answers", "satisfied", "words", "done_at", "done_by", "business_date", "state")
    close_tasks(call, actor=actor)
    announce(
        "survey.call_done",
        call,
        actor=actor,
        sentence="回访完成：" + ("满意" if not unhappy else f"不满意（{'、'.join(topics) or '总体'}）"),
        data={"satisfied": not unhappy},
    )
    if call.second_call:
        answer_of_second_call(call, actor=actor)
    elif unhappy:
        open_handling(call, words=words, kind=problem_kind, actor=actor)
    return call


@verb("重新联系", "survey.call", states=["unreachable"], plain=True)
def call_again(call: FollowUpCall, *, actor: Actor, version: int | None = None) -> FollowUpCall:
    """A customer who was not reached rang back, or a right number was found: the call is due again today."""
    call = take(call, version=version)
    move(call, CallState.DUE, CALL_MOVES)
    keep(call, "state")
    make_call_task(call, occurrence=f"again-{call.version}")
    announce("survey.call_made", call, actor=actor, sentence="重新列入回访", data={"state": call.state})
    return call


@verb("已寄信/发链接", "survey.call", states=["not_callable"], plain=True)
def note_letter_sent(call: FollowUpCall, *, actor: Actor, version: int | None = None) -> FollowUpCall:
    """The customer who is not to be called was written to; counted apart as not callable."""
    call = take(call, version=version)
    must_be(call, CallState.NOT_CALLABLE, doing="记录寄信")
    if call.done_at is not None:
        raise Refused("已经记录过寄信。")
    call.done_at, call.done_by, call.business_date = timezone.now(), actor.user, business_date(call.store)
    keep(call, "done_at", "done_by", "business_date")
    close_tasks(call, actor=actor)
    announce("survey.letter_sent", call, actor=actor, sentence="请勿来电客户：已改寄信函/链接")
    return call


def _add_attempt(
    call: FollowUpCall, result: str, note: str, call_again_at: datetime | None, actor: Actor
) -> None:
    CallAttempt.objects.create(
        call=call,
        result=result,
        note=clean(note)[:200],
        call_again_at=call_again_at,
        business_date=business_date(call.store),
        by=_person(actor),
    )


def _check_agreed_time(call: FollowUpCall, at: datetime | None) -> None:
    if at is None:
        raise Refused("请填写与客户约定的时间。", field="call_again_at")
    if not timezone.now() < at < timezone.now() + LONGEST_WAIT:
        raise Refused("约定时间应在现在之后 30 天以内。", field="call_again_at")
    earliest, latest = setting(call.store, "survey.earliest_call"), setting(call.store, "survey.latest_call")
    if not earliest <= timezone.localtime(at).time() <= latest:
        raise Refused(f"请约在 {earliest:%H:%M}–{latest:%H:%M} 之间。", field="call_again_at")


def _agree_on(call: FollowUpCall, at: datetime) -> None:
    """The customer's own wish moves the call and its task."""
    ends = at + timedelta(hours=1)
    move_call(call, CallTime(at, ends, ends))


def _tried_enough(call: FollowUpCall) -> bool:
    tries = list(call.attempts.filter(result__in=UNANSWERED).values_list("business_date", flat=True))
    enough = int(setting(call.store, "survey.attempts")), int(setting(call.store, "survey.attempt_days"))
    return len(tries) >= enough[0] and len(set(tries)) >= enough[1]


def _end(call: FollowUpCall, state: CallState, actor: Actor) -> None:
    move(call, state, CALL_MOVES)
    call.business_date = business_date(call.store)
    keep(call, "state", "business_date")
    close_tasks(call, actor=actor)


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise NotAllowed("回访须由回访人本人记录。")
    return actor.user
