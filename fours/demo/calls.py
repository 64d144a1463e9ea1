"""Customer care's day in the demo: the calls of the morning, the unhappy ones handled by the afternoon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.utils import timezone

from fours.survey.models import FollowUpCall, HandlingSheet
from fours.survey.questionnaire import QUESTIONS
from fours.survey.verbs.daily_report import ensure_report, sign_daily_report
from fours.survey.verbs.follow_up import complete_call, record_attempt
from fours.survey.verbs.handling import solve_handling

from .shop import Shop
from .voices import load_answers

# What two agents can do in a day.
MOST_CALLS = 60


@dataclass(frozen=True)
class CallsDay:
    """How well a day goes: which share of the due calls is made, whether yesterday's trouble is solved,
    whether somebody is unhappy for certain."""

    share: float = 1.0
    solves: bool = True
    trouble: bool = False


def calls_of_day(shop: Shop, morning: datetime, day: CallsDay) -> Iterator[datetime]:
    """Call everybody whose hour has come; the service manager solves what came up the day before."""
    yield morning
    old = timezone.now() - timedelta(hours=3)
    sheets = HandlingSheet.objects.filter(store=shop.staff.store, state="open", created_at__lt=old)
    for sheet in sheets.order_by("pk") if day.solves else ():
        solve_handling(
            sheet,
            cause="作业后复检不到位",
            measure="请客户回店免费复检，技术主管跟车试驾确认",
            result="异响消除，客户当面确认",
            actor=shop.staff.one("service_manager"),
        )
    yield morning.replace(hour=11)
    horizon = timezone.now() + timedelta(hours=5)
    due = list(FollowUpCall.objects.filter(state="due", window_start__lte=horizon).order_by("pk"))
    for place, call in enumerate(due[: ceil(min(len(due), MOST_CALLS) * day.share)]):
        _call(shop, call, trouble=day.trouble and place == 0)


def sign_day(shop: Shop, day: date) -> None:
    """The service manager reads the day's report and signs it."""
    report = ensure_report(shop.staff.store, day)
    sign_daily_report(report, actor=shop.staff.one("service_manager"))


def _call(shop: Shop, call: FollowUpCall, *, trouble: bool) -> None:
    rng = shop.rng
    agent = rng.choice(shop.staff.actors["crm_agent"])
    if not trouble and not call.second_call and rng.random() < 0.15:
        record_attempt(call, result="no_answer", actor=agent)
        return
    answer = rng.choice([a for a in load_answers() if a.score is not None and (a.score <= 5 or not trouble)])
    grumbles = not call.second_call and answer.score is not None and answer.score <= 5
    unhappy = trouble or (grumbles and rng.random() < 0.35)
    words = answer.words if (unhappy or (answer.score or 0) > 5) else "都挺好"
    answers = {
        question.code: 2 if unhappy and question.code == "overall" else rng.choice([4, 5, 5])
        for question in QUESTIONS
    }
    complete_call(
        call,
        answers=answers,
        satisfied=not unhappy,
        words=words,
        problem_kind=rng.choice(["repair_quality", "time", "price", "cleaning"]) if unhappy else "other",
        actor=agent,
    )
