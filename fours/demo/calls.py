"""Customer care's day in the demo: the calls of the morning, the unhappy ones handled by the afternoon."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from fours.survey.models import FollowUpCall, HandlingSheet
from fours.survey.questionnaire import QUESTIONS
from fours.survey.verbs.daily_report import ensure_report, sign_daily_report
from fours.survey.verbs.follow_up import complete_call, record_attempt
from fours.survey.verbs.handling import solve_handling

from .visit import Shop
from .voices import load_answers


def calls_of_day(shop: Shop, morning: datetime) -> Iterator[datetime]:
    """Call everybody whose hour has come; the service manager solves what came up the day before."""
    yield morning
    for sheet in HandlingSheet.objects.filter(
        state="open", created_at__lt=timezone.now() - timedelta(hours=3)
    ):
        solve_handling(
            sheet,
            cause="作业后复检不到位",
            measure="请客户回店免费复检,技术主管跟车试驾确认",
            result="异响消除,客户当面确认",
            actor=shop.staff.one("service_manager"),
        )
    yield morning.replace(hour=11)
    due = FollowUpCall.objects.filter(state="due", window_start__lte=timezone.now() + timedelta(hours=5))
    for call in due.order_by("pk"):
        _call(shop, call)


def close_of_day(shop: Shop, evening: datetime) -> Iterator[datetime]:
    """The service manager reads the day's report and signs it."""
    yield evening
    report = ensure_report(shop.staff.store, evening.date())
    sign_daily_report(report, actor=shop.staff.one("service_manager"))


def _call(shop: Shop, call: FollowUpCall) -> None:
    rng = shop.rng
    agent = rng.choice(shop.staff.actors["crm_agent"])
    if not call.second_call and rng.random() < 0.15:
        record_attempt(call, result="no_answer", actor=agent)
        return
    answer = rng.choice([a for a in load_answers() if a.score is not None])
    unhappy = not call.second_call and answer.score is not None and answer.score <= 5 and rng.random() < 0.35
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
