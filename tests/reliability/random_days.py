"""A store whose people do what comes into their heads: any verb, on any order, in any state, day after day.

What may not be done is refused by the verbs; whatever is left must tie out. The same seed plays the same days.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fours.base.errors import Refused
from fours.demo.clock import Clock
from fours.demo.founding import Catalogue
from fours.demo.staff import Staff
from fours.kernel.actor import open_scope
from fours.service.models import AdditionalWork, Inspection, RepairOrder

from .random_acts import RandomActs


class RandomDays(RandomActs):
    """Plays steps; `done` and `refused` count them by name, so that a test can see that all were really tried."""

    def __init__(self, staff: Staff, catalogue: Catalogue, clock: Clock, seed: int) -> None:
        super().__init__(staff, catalogue, seed)
        self.clock = clock
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.told: dict[str, str] = {}
        self.steps: list[Callable[[], object]] = [
            self.arrive, self.add, self.split, self.authorise, self.void, self.dispatch, self.take_back, self.clock_on,
            self.pause, self.finish, self.team_check, self.issue, self.return_part, self.find, self.answer,
            self.final_check, self.wash, self.hand_over, self.settle, self.pay, self.pay, self.on_account, self.refund,
            self.reverse, self.gate_pass, self.deliver, self.call, self.solve,
        ]  # fmt: skip

    def play(self, days: int, steps_a_day: int) -> None:
        """Whole days from the clock's moment on; most of them are signed in the evening, some with work after it."""
        for _ in range(days):
            morning = self.clock.moment.replace(hour=8, minute=0)
            for number in range(steps_a_day):
                self.clock.moment = morning + timedelta(seconds=number * 36_000 // steps_a_day)
                self.step(self.move_on if self.rng.random() < 0.6 else self.rng.choice(self.steps))
            if self.rng.random() < 0.8:
                self.step(self.sign_day)
                for _ in range(steps_a_day // 10):
                    self.step(self.move_on)
            self.clock.moment = morning + timedelta(days=1)

    def step(self, act: Callable[[], object]) -> None:
        """One act in a transaction of its own; what is refused leaves nothing."""
        try:
            with transaction.atomic():
                open_scope([self.store.pk])
                _ = act() if act == self.move_on else self.counted(act)
        except Refused:
            pass  # counted already

    # ---- what comes next ----

    def move_on(self) -> object:
        """The next sensible act on one order of the shop, or hardly one would ever leave."""
        order = self.order("draft", "authorised", "completed")
        if order is None or self.rng.random() < 0.15:
            return self.counted(self.arrive)
        if order.state == RepairOrder.State.DRAFT:
            return self.counted(self.authorise, order)
        if order.state == RepairOrder.State.AUTHORISED:
            return self.work_on(order)
        return self.leave(order)

    def work_on(self, order: RepairOrder) -> object:
        acts = {
            "open": self.dispatch, "dispatched": self.clock_on, "in_work": self.finish, "paused": self.finish,
            "self_checked": self.team_check,
        }  # fmt: skip
        lines = order.parts.filter(issued__lt=F("quantity"), part__isnull=False, additional_work=None)
        if (line := lines.first()) and self.rng.random() < 0.7:
            return self.counted(self.issue, line)
        jobs = order.jobs.exclude(state="team_checked").exclude(
            additional_work__state__in=["refused", "offered"]
        )
        if job := jobs.select_related("order", "additional_work").first():
            return self.counted(acts[job.state], job)
        if self.rng.random() < 0.3 and AdditionalWork.objects.filter(order=order, state="offered").exists():
            return self.counted(self.answer)
        washed = hasattr(order, "wash") and order.wash.state != "done"
        checked = Inspection.objects.filter(order=order, level="final", passed=True).exists()
        return self.counted(self.wash, order) if washed and checked else self.counted(self.final_check, order)

    def leave(self, order: RepairOrder) -> object:
        if order.handover_checked_at is None:
            return self.counted(self.hand_over, order)
        live = order.statements.exclude(state="reversed").filter(reverses=None)
        if not live.exists():
            return self.counted(self.settle, order)
        if bill := live.filter(state__in=["issued", "part_paid"]).first():
            return self.counted(self.on_account if bill.payer != "customer" else self.pay, bill)
        return self.counted(self.gate_pass if order.presence == "arrived" else self.deliver, order)

    def counted(self, act: Callable[..., object], *on: object) -> object:
        """Do the act; it is counted under its own name, done or refused."""
        try:
            done = act(*on)
        except Refused as refusal:
            self.refused[act.__name__] += 1
            self.told[act.__name__] = refusal.message
            raise
        self.done[act.__name__] += done is not None
        return done


def first_morning() -> datetime:
    """A fixed Monday, so that the same seed plays the same days."""
    return timezone.make_aware(datetime(2026, 3, 2, 8))
