"""The calls of the day in the order they are made, as each agent sees them."""

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from fours.desk.worklist import end_of_day
from fours.kernel.actor import Actor
from fours.kernel.events import kind_of
from fours.kernel.models import Task

from .models import FollowUpCall
from .models.follow_up import CallState
from .verbs.call_tasks import FOLLOW_UP

CALLER = "crm_agent"


def with_person(calls: QuerySet[FollowUpCall]) -> QuerySet[FollowUpCall]:
    """The calls with `person_id`, `person_name`: whose task each is while it is open."""
    tasks = Task.objects.filter(
        store=OuterRef("store"),
        rule=FOLLOW_UP,
        source_kind=kind_of(FollowUpCall()),
        source_id=OuterRef("pk"),
        state=Task.State.OPEN,
    )
    return calls.annotate(
        person_id=Subquery(tasks.values("person")[:1]), person_name=Subquery(tasks.values("person__name")[:1])
    )


def calls_of_today(actor: Actor) -> QuerySet[FollowUpCall]:
    """What is due by the end of today, earliest hour first; an agent's own and nobody's, all for other posts."""
    due = FollowUpCall.objects.visible_to(actor).filter(
        state=CallState.DUE, window_start__lt=end_of_day(timezone.now())
    )
    rows = with_person(due).select_related("vehicle").order_by("window_start", "pk")
    if CALLER in actor.posts and actor.user is not None:
        rows = rows.filter(Q(person_id=actor.user.pk) | Q(person_id=None))
    return rows
