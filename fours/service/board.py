"""The shop board (车间看板): every car in the shop as a card in the column of its stage."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from fours.base.money import round_hours
from fours.kernel.actor import Actor
from fours.kernel.deadlines import DAY_ENDS
from fours.kernel.models import Store
from fours.kernel.store_settings import settings_of
from fours.org.people import present_assignments

from .defaults import WORKSHOP_EFFICIENCY
from .models import JobAssignment, LaborLine, RepairOrder
from .stage import (
    DISPATCHED,
    IN_WORK,
    INSPECTION,
    PAUSED,
    WAITING_CUSTOMER,
    WAITING_DELIVERY,
    WAITING_DISPATCH,
    WAITING_PARTS,
    WAITING_PAYMENT,
    WAITING_STATEMENT,
    WASHING,
    Stage,
    stage_of,
    with_stage_rows,
)

SOON = timedelta(hours=1)
HANDS = ("technician", "team_leader")
Job = LaborLine.State
DONE = frozenset({Job.SELF_CHECKED, Job.TEAM_CHECKED})
WAITING = "waiting"
READY = "ready"
COLUMNS: tuple[tuple[str, str, frozenset[Stage]], ...] = (
    (WAITING_DISPATCH.code, WAITING_DISPATCH.label, frozenset({WAITING_DISPATCH})),
    (DISPATCHED.code, DISPATCHED.label, frozenset({DISPATCHED})),
    (IN_WORK.code, IN_WORK.label, frozenset({IN_WORK})),
    (WAITING, "等待", frozenset({WAITING_PARTS, WAITING_CUSTOMER, PAUSED})),
    (INSPECTION.code, INSPECTION.label, frozenset({INSPECTION})),
    (WASHING.code, WASHING.label, frozenset({WASHING})),
    (READY, "竣工待交", frozenset({WAITING_STATEMENT, WAITING_PAYMENT, WAITING_DELIVERY})),
)


@dataclass(frozen=True)
class Card:
    """A car on the board. `jobs` are those agreed to."""

    order: RepairOrder
    stage: Stage
    jobs: list[LaborLine]
    now: datetime

    @property
    def finished(self) -> bool:
        return self.order.state == RepairOrder.State.COMPLETED

    @property
    def left(self) -> timedelta | None:
        return self.order.promised_at - self.now if self.order.promised_at else None

    @property
    def late(self) -> bool:
        return not self.finished and self.left is not None and self.left < timedelta(0)

    @property
    def soon(self) -> bool:
        return not self.finished and self.left is not None and timedelta(0) <= self.left < SOON

    @property
    def countdown(self) -> str:
        """剩 1 小时 20 分, 超时 25 分: to the minute within a day, else in days. Finished cars have none."""
        if self.finished or self.left is None:
            return ""
        return f"{'超时' if self.late else '剩'} {in_words(abs(self.left))}"

    @property
    def technicians(self) -> list[str]:
        """The people on jobs that are not done yet, else on all."""
        todo = [job for job in self.jobs if job.state not in DONE] or self.jobs
        names = (one.technician.name for job in todo for one in job.assignments.all())
        return list(dict.fromkeys(names))

    @property
    def bays(self) -> list[str]:
        return list(dict.fromkeys(job.bay for job in self.jobs if job.bay and job.state not in DONE))

    @property
    def done(self) -> int:
        return sum(job.state in DONE for job in self.jobs)

    @property
    def to_dispatch(self) -> bool:
        """Some job waits for hands; on a car in work one that was agreed to later."""
        return any(job.state == Job.OPEN for job in self.jobs)

    @property
    def to_team_check(self) -> LaborLine | None:
        """The first finished job that waits for the team leader."""
        return next((job for job in self.jobs if job.state == Job.SELF_CHECKED), None)

    @property
    def why_waiting(self) -> str:
        """Why nothing moves, where the stage says no more than that it waits."""
        if self.stage == PAUSED:
            return "、".join(
                dict.fromkeys(job.get_pause_reason_display() for job in self.jobs if job.pause_reason)
            )
        return self.stage.label if self.stage in (WAITING_PARTS, WAITING_CUSTOMER) else ""

    @property
    def hours_left(self) -> Decimal:
        return sum((job.hours for job in self.jobs if job.state not in DONE), Decimal(0))

    @property
    def technician_ids(self) -> set[int]:
        return {one.technician_id for job in self.jobs for one in job.assignments.all()}


@dataclass(frozen=True)
class Column:
    code: str
    label: str
    cards: list[Card]


def in_words(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60)} 天"
    hours, rest = divmod(minutes, 60)
    return f"{hours} 小时 {rest} 分" if hours else f"{rest} 分"


def cars_in_shop(actor: Actor) -> QuerySet[RepairOrder]:
    """Signed or completed orders whose car has not left, with all a card shows, in a fixed number of queries."""
    orders = RepairOrder.objects.visible_to(actor).filter(
        state__in=[RepairOrder.State.AUTHORISED, RepairOrder.State.COMPLETED]
    )
    hands = JobAssignment.objects.select_related("technician")
    people = Prefetch("jobs__assignments", hands)
    return (
        with_stage_rows(orders.exclude(presence=RepairOrder.Presence.LEFT))
        .select_related("vehicle", "advisor", "wash")
        .prefetch_related(people)
        .order_by("promised_at", "pk")
    )


def cards_of(orders: Iterable[RepairOrder]) -> list[Card]:
    now = timezone.now()
    return [
        Card(order, stage_of(order), [job for job in order.jobs.all() if _agreed(job)], now)
        for order in orders
    ]


def _agreed(job: LaborLine) -> bool:
    return job.additional_work is None or job.additional_work.state == "accepted"


def columns_of(cards: Iterable[Card]) -> list[Column]:
    """The cards in their columns, the car promised first on top."""
    listed = list(cards)
    return [
        Column(code, label, [card for card in listed if card.stage in stages])
        for code, label, stages in COLUMNS
    ]


@dataclass(frozen=True)
class Load:
    """What the workshop still has to do against what its people can do until closing time today."""

    needed: Decimal
    available: Decimal

    @property
    def over(self) -> bool:
        return self.needed > self.available


def people_by_team(store: Store) -> dict[str, set[int]]:
    """Who works in the workshop today, by team; "" for those without one. One query."""
    rows = present_assignments(store).filter(post__in=HANDS)
    teams: dict[str, set[int]] = {}
    for team, user in rows.values_list("team", "user"):
        teams.setdefault(team, set()).add(user)
    return teams


def load_today(store: Store, cards: Iterable[Card], people: int) -> Load:
    """Hours of unfinished jobs promised for today or earlier, against people × hours until closing × efficiency."""
    now = timezone.localtime()
    rules = settings_of(store, [WORKSHOP_EFFICIENCY, DAY_ENDS])
    closes = datetime.combine(now.date(), rules[DAY_ENDS], now.tzinfo)
    left = Decimal(max(0, int((closes - now).total_seconds()))) / 3600
    efficiency = Decimal(rules[WORKSHOP_EFFICIENCY])
    today = now.date()
    due = (
        card.hours_left
        for card in cards
        if card.order.promised_at and timezone.localtime(card.order.promised_at).date() <= today
    )
    return Load(round_hours(sum(due, Decimal(0))), round_hours(left * people * efficiency))
