"""One store's year: played visits at its beginning, copies of them through the year, the last days played again."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from fours.base.calendar import is_working_day
from fours.kernel.actor import Actor, open_scope
from fours.service.models import RepairOrder
from fours.survey.verbs.daily_report import ensure_report

from .calls import CallsDay, calls_of_day, sign_day
from .clock import Clock
from .facts import load_series
from .founding import Catalogue
from .multiply.cloth import Cloth, cut
from .multiply.plan import Visit, Window, patterns_of, plan_again, plan_visits
from .multiply.story import read_stories
from .multiply.year import write_year
from .present import arrivals_of_today, bookings
from .progress import COPY, FILE, REPORT, STEP
from .scale import ORDERS_PER_CAR, Scale
from .shop import Guest, Hands, Shop
from .staff import Staff
from .stage_play import StagePlay
from .store_files import make_files
from .visit import visit

DAYS = 365
# So many days up to yesterday have their daily report signed; the last few are played, not copied.
SIGNED_DAYS = 30
LAST_DAYS = 5
PATTERNS_A_DAY = 4
# Brand and engine family: what parts and standard hours go by. Each begins with a short repair any such car can have.
KINDS_OF_CAR = {(series.brand, series.group) for series in load_series().values()}
# By then even an insurer has paid for the visits of the first days.
PATTERNS_DONE = timedelta(days=36)
OPENS, READS_REPORT = time(8, 40), time(17, 50)
# The last two mornings nobody solves what came up, so that something is overdue; fewer calls are made then.
LATE_DAYS: Mapping[int, CallsDay] = {
    3: CallsDay(trouble=True),
    2: CallsDay(solves=False, trouble=True),
    1: CallsDay(solves=False, share=0.6),
    0: CallsDay(solves=False, share=0.4),
}
Say = Callable[[str], None]


@dataclass
class Year:
    """The year of one store up to `now`; the same random state makes the same one."""

    staff: Staff
    catalogue: Catalogue
    clock: Clock
    scale: Scale
    cars: int
    now: datetime
    rng: random.Random
    signature: str
    say: Say
    did: Callable[[float], None]
    # The stores copy their years at the same time.
    all_together: Callable[[], AbstractContextManager[None]] = nullcontext
    guests: list[Guest] = field(default_factory=list)
    seen_lately: set[int] = field(default_factory=set)
    shop: Shop = field(init=False)
    play: StagePlay = field(init=False)

    def __post_init__(self) -> None:
        hands = Hands([*self.staff.actors["technician"]])
        self.shop = Shop(self.staff, self.catalogue, hands, self.rng, self.signature)
        self.play = StagePlay(self.staff.store, self.clock, lambda: self.did(STEP))

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=DAYS)

    @property
    def midnight(self) -> datetime:
        """The beginning of today."""
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def last_days(self) -> datetime:
        return self.midnight - timedelta(days=LAST_DAYS)

    def live(self) -> None:
        """Files, first visits, their copies, the last days with their reports, today."""
        self._make_files()
        first = self._play_patterns()
        cloths = self._cut(self.since.date(), first)
        here, recent = self._guests_of_the_end()
        with self.all_together():
            copied = self._copy_year(cloths, first, {guest.vehicle_id for guest in here + recent})
        played = len(cloths) + len(here) + len(recent)
        self.say(f"往来记录已补齐：{copied} 张工单")
        self._begin_last_days(here, recent)
        self.play.run(self.midnight)
        if self.scale.last_days_copied:
            self._copy_last_days(ORDERS_PER_CAR * self.cars - played - copied, here + recent)
        self._sign_reports()
        self.say("近 30 天日报已签")
        self.play.run(self.now)
        self.clock.moment = self.now
        with self._scope():
            ensure_report(self.staff.store, self.now.date())

    def _make_files(self) -> None:
        for guest in make_files(self.staff.store, self.staff, self.cars, self.since.date(), self.rng):
            self.guests.append(guest)
            self.did(FILE)
            if len(self.guests) % 5000 == 0:
                self.say(f"客户和车辆档案 {len(self.guests)} / {self.cars}")
        self.say(f"客户和车辆档案 {self.cars}")

    def _play_patterns(self) -> date:
        """Play the visits that will be copied; the day after which copies may begin."""
        days = self._open_days(self.since.date() + timedelta(days=3))
        last = self.since.date()
        for place, guest in enumerate(self._pattern_guests()):
            if place % PATTERNS_A_DAY == 0:
                last = next(days)
            minutes = int(self.rng.triangular(0, 360, 40))
            arrives = _at(last, OPENS) + timedelta(minutes=minutes)
            booked, small = self.rng.random() < 0.4, place // len(KINDS_OF_CAR) % 2 == 0
            self.play.add(visit(self.shop, guest, arrives, booked=booked, small=small))
        done = _at(last, OPENS) + PATTERNS_DONE
        for day in range(PATTERNS_DONE.days + (last - self.since.date()).days):
            morning = _at(self.since.date() + timedelta(days=day + 1), time(9, 30))
            self.play.add(calls_of_day(self.shop, morning, CallsDay()))
        self.play.run(done)
        self.play.forget()
        return last + timedelta(days=2)

    def _open_days(self, day: date) -> Iterator[date]:
        while True:
            if is_working_day(day):
                yield day
            day += timedelta(days=1)

    def _pattern_guests(self) -> list[Guest]:
        """Private cars, every brand and engine family in turn, so that each kind of car finds visits to copy."""
        kinds: dict[tuple[str, str], list[Guest]] = {}
        for guest in self.guests:
            if guest.may_be_called and guest.name == guest.customer_name:
                series = load_series()[guest.car.model.series]
                kinds.setdefault((series.brand, series.group), []).append(guest)
        queues = [kinds[kind] for kind in sorted(kinds)]
        rounds = max(len(queue) for queue in queues)
        mixed = [queue[place] for place in range(rounds) for queue in queues if place < len(queue)]
        return mixed[: self.scale.patterns]

    def _cut(self, first: date, last: date) -> list[Cloth]:
        with self._scope():
            orders = RepairOrder.objects.filter(
                store=self.staff.store, arrival_date__gte=first, arrival_date__lt=last
            )
            rows = orders.select_related("vehicle", "customer", "check_in__appointment").order_by("pk")
            return [cut(story) for story in read_stories(rows)]

    def _guests_of_the_end(self) -> tuple[list[Guest], list[Guest]]:
        """Who is in the shop or expected today, and who comes on the last days."""
        count = self.scale.today + self.scale.daily * LAST_DAYS
        silent = [guest for guest in self.guests if not guest.may_be_called][:2]
        others = [guest for guest in self.guests if guest.may_be_called]
        taken = self.rng.sample(others, min(count, len(others) // 2))
        return taken[: self.scale.today], silent + taken[self.scale.today :]

    def _copy_year(self, cloths: list[Cloth], first: date, kept_free: set[int]) -> int:
        """Copies up to the last days; who comes at the end has been away for a month. How many there are."""
        closed = [cloth for cloth in cloths if cloth.story.closed]
        series = {guest.vehicle_id: guest.car.model.series for guest in self.guests}
        seen = {cloth.story.vehicle_id for cloth in cloths}
        last, month = self.last_days.date() - timedelta(days=2), timedelta(days=30)
        windows = {
            pk: Window(
                first + month if pk in seen else first,
                last - month if pk in kept_free else last,
                self.midnight.date(),
            )
            for pk in series
        }
        share = (DAYS - LAST_DAYS) / DAYS if self.scale.last_days_copied else 1
        wanted = round(ORDERS_PER_CAR * self.cars * share) - len(cloths) - len(kept_free)
        visits = plan_visits(patterns_of(closed, series), self.guests, wanted, windows, self.rng)
        self.seen_lately = {visit.guest.vehicle_id for visit in visits if visit.arrives > last - month}
        self._write(visits, self.staff.actors["technician"])
        return len(visits)

    def _write(self, visits: list[Visit], technicians: list[Actor]) -> None:
        weeks = write_year(self.staff, visits, self.clock, technicians)
        for done, (week, count) in enumerate(weeks, start=1):
            self.did(COPY * count)
            if done % 13 == 0:
                self.say(f"往来记录至 {week:%Y-%m-%d}")

    def _begin_last_days(self, here: list[Guest], recent: list[Guest]) -> None:
        for place, guest in enumerate(recent):
            day = self.last_days.date() + timedelta(days=place % LAST_DAYS)
            arrives = _at(day, OPENS) + timedelta(minutes=int(self.rng.triangular(0, 300, 40)))
            self.play.add(visit(self.shop, guest, arrives, booked=False))
        for story in arrivals_of_today(self.shop, here[: len(here) * 3 // 5], self.now):
            self.play.add(story)
        for story in bookings(self.shop, here[len(here) * 3 // 5 :], self.now):
            self.play.add(story)
        for ago in range(LAST_DAYS, -1, -1):
            morning = self.midnight - timedelta(days=ago) + timedelta(hours=9, minutes=30)
            self.play.add(calls_of_day(self.shop, morning, LATE_DAYS.get(ago, CallsDay())))

    def _copy_last_days(self, wanted: int, taken: list[Guest]) -> None:
        """The visits of the last days once more, on the same days, for other cars."""
        silent = {guest.vehicle_id for guest in self.guests if not guest.may_be_called}
        played = self._cut(self.last_days.date(), self.midnight.date())
        cloths = [cloth for cloth in played if cloth.story.vehicle_id not in silent]
        series = {guest.vehicle_id: guest.car.model.series for guest in self.guests}
        busy = {guest.vehicle_id for guest in taken} | self.seen_lately
        free = [guest for guest in self.guests if guest.may_be_called and guest.vehicle_id not in busy]
        visits = plan_again(patterns_of(cloths, series), free, wanted, self.rng)
        self._write(visits, technicians=[])
        self.say(f"最近几天的往来记录已补齐：{len(visits)} 张工单")

    def _sign_reports(self) -> None:
        for ago in range(SIGNED_DAYS, 0, -1):
            day = self.midnight.date() - timedelta(days=ago)
            self.clock.moment = _at(day, READS_REPORT)
            with self._scope():
                sign_day(self.shop, day)
            self.did(REPORT)

    @contextmanager
    def _scope(self) -> Iterator[None]:
        with transaction.atomic():
            open_scope([self.staff.store.pk])
            yield


def _at(day: date, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))
