"""Who could do a job (SV-07): the people of the workshop with their load and what they have done, the likeliest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, F, Sum
from django.utils import timezone

from fours.base.money import round_hours
from fours.kernel.models import Store, User
from fours.org.people import present_assignments

from .models import JobAssignment, LaborLine, RepairOrder
from .verbs.workshop import HANDS

TO_DO = (LaborLine.State.DISPATCHED, LaborLine.State.IN_WORK, LaborLine.State.PAUSED)
MEMORY = timedelta(days=180)


@dataclass(frozen=True)
class Hand:
    """A person of the workshop: `open_hours` of jobs given to them and not finished, `practice` = jobs done by kind of work."""

    user: User
    team: str
    open_hours: Decimal
    is_technician: bool
    practice: dict[str, int] = field(default_factory=dict)

    def reason(self, work_kind: str) -> str:
        """Why this person, or why not, in a few words."""
        done = self.practice.get(work_kind, 0)
        load = f"手上 {self.open_hours.normalize():f} 小时" if self.open_hours else "空闲"
        return f"{load} · 近半年同工种 {done} 项" if done else load


def hands_of(store: Store) -> list[Hand]:
    """Everybody who may be given a job in the store today, by team and name. Three queries."""
    people: dict[int, Hand] = {}
    load = _open_hours(store)
    practice = _practice(store)
    rows = present_assignments(store).filter(post__in=HANDS).select_related("user")
    for row in rows.order_by("team", "user__name", "pk"):
        user = row.user
        known = people.get(user.pk)
        technician = row.post == "technician" or (known is not None and known.is_technician)
        team = row.team or (known.team if known else "")
        hours = round_hours(load.get(user.pk, Decimal(0)))
        people[user.pk] = Hand(user, team, hours, technician, practice.get(user.pk, {}))
    return list(people.values())


def likeliest(hands: Sequence[Hand], work_kind: str, taken: Collection[int] = ()) -> Hand | None:
    """Technicians who have done such work first, among them the one with the fewest open hours."""
    free = [hand for hand in hands if hand.user.pk not in taken and hand.is_technician]
    return min(
        free,
        key=lambda hand: (not hand.practice.get(work_kind), hand.open_hours, hand.user.name),
        default=None,
    )


def _open_hours(store: Store) -> dict[int, Decimal]:
    rows = JobAssignment.objects.filter(
        store=store, job__state__in=TO_DO, job__order__state=RepairOrder.State.AUTHORISED
    )
    summed = rows.values_list("technician").annotate(hours=Sum(F("share") * F("job__hours")))
    return {technician: Decimal(hours) for technician, hours in summed}


def _practice(store: Store) -> dict[int, dict[str, int]]:
    since = timezone.now() - MEMORY
    rows = JobAssignment.objects.filter(store=store, at__gte=since, job__state=LaborLine.State.TEAM_CHECKED)
    found: dict[int, dict[str, int]] = {}
    counted = rows.values_list("technician", "job__work_kind").annotate(n=Count("pk"))
    for technician, kind, number in counted:
        found.setdefault(technician, {})[kind] = number
    return found
