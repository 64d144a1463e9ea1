"""Which car comes when, and as which played visit: histories that look as a year of a store does."""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fours.base.calendar import is_working_day

from ..catalogue import load_operations, package_due, parts_by_number
from ..facts import load_series
from ..shop import Guest
from .cloth import Cloth

# How many visits a car has in the year, with weights: about two.
VISITS = ((0, 12), (1, 26), (2, 26), (3, 20), (4, 11), (5, 5))
LINES_PER_ORDER = 3.0
# By how much of their distance a car's visits stray from it.
JITTER = 0.15


@dataclass(frozen=True)
class Pattern:
    """A played visit, the series it could have happened to, and how often it is taken."""

    cloth: Cloth
    series: frozenset[str]
    weight: float

    @property
    def days(self) -> int:
        """Days from the arrival until the last thing that happened."""
        return (self.cloth.story.ends.date() - self.cloth.story.arrived_on).days + 1


@dataclass(frozen=True)
class Window:
    """The days on which copied visits may begin, and the day by which all of them are over."""

    first: date
    last: date
    over: date


@dataclass(frozen=True)
class Visit:
    """A visit to be copied."""

    pattern: Pattern
    guest: Guest
    arrives: date
    mileage: int


def patterns_of(cloths: Sequence[Cloth], series_by_vehicle: Mapping[int, str]) -> list[Pattern]:
    """The played visits with weights that make three lines an order on average."""
    if not cloths:
        return []
    lines = [cloth.story.lines for cloth in cloths]
    steepness = _steepness(lines)
    return [
        Pattern(
            cloth,
            fitting_series(cloth, series_by_vehicle[cloth.story.vehicle_id]),
            math.exp(-steepness * cloth.story.lines),
        )
        for cloth in cloths
    ]


def fitting_series(cloth: Cloth, series: str) -> frozenset[str]:
    """The series with the same parts, jobs and standard hours."""
    story, all_series = cloth.story, load_series()
    own = all_series[series]
    fits = {code for code, one in all_series.items() if (one.group, one.brand) == (own.group, own.brand)}
    for number in story.parts:
        fits &= parts_by_number()[number].fits
    for code in story.operations:
        fits &= load_operations()[code].fits
    return frozenset(fits)


def _steepness(lines: Sequence[int]) -> float:
    """How much rarer a visit is for each line it has more, so that the weighted mean is LINES_PER_ORDER."""
    low, high = 0.0, 3.0
    for _ in range(40):
        middle = (low + high) / 2
        weights = [math.exp(-middle * n) for n in lines]
        mean = sum(n * weight for n, weight in zip(lines, weights, strict=True)) / sum(weights)
        low, high = (middle, high) if mean > LINES_PER_ORDER else (low, middle)
    return high


def plan_visits(
    patterns: Sequence[Pattern],
    guests: Sequence[Guest],
    wanted: int,
    windows: Mapping[int, Window],
    rng: random.Random,
) -> list[Visit]:
    """So many visits in the order of their days; each guest's fall into the window given by vehicle id."""
    by_series: dict[str, list[Pattern]] = {}
    for pattern in patterns:
        for series in pattern.series:
            by_series.setdefault(series, []).append(pattern)
    served = [guest for guest in guests if guest.may_be_called and guest.car.model.series in by_series]
    counts = _counts(len(served), wanted, rng)
    visits = [
        visit
        for guest, count in zip(served, counts, strict=True)
        for visit in _visits_of(guest, count, windows[guest.vehicle_id], by_series, rng)
    ]
    return sorted(visits, key=lambda v: (v.arrives, v.pattern.cloth.story.works_from.time()))


def plan_again(
    patterns: Sequence[Pattern], guests: Sequence[Guest], wanted: int, rng: random.Random
) -> list[Visit]:
    """So many visits of other cars on the very days of the played ones, at most one a car."""
    visits: list[Visit] = []
    for guest in rng.sample(list(guests), len(guests)):
        if len(visits) >= wanted:
            break
        fitting = [pattern for pattern in patterns if _could_be(pattern, guest)]
        if fitting:
            pattern = rng.choices(fitting, [pattern.weight for pattern in fitting])[0]
            day = pattern.cloth.story.arrived_on
            visits.append(Visit(pattern, guest, day, guest.car.odometer_on(day) + 1))
    return sorted(visits, key=lambda v: (v.arrives, v.pattern.cloth.story.works_from.time()))


def _could_be(pattern: Pattern, guest: Guest) -> bool:
    story, series = pattern.cloth.story, guest.car.model.series
    due = package_due(series, guest.car.odometer_on(story.arrived_on)).name
    return series in pattern.series and story.package in ("", due)


def _counts(cars: int, wanted: int, rng: random.Random) -> list[int]:
    """Visits per car by the usual distribution, together as many as wanted."""
    choices, weights = zip(*VISITS, strict=True)
    counts = rng.choices(choices, weights, k=cars) if cars else []
    missing = wanted - sum(counts)
    while missing and counts:
        place = rng.randrange(cars)
        step = 1 if missing > 0 else -1
        if 0 <= counts[place] + step <= 2 * VISITS[-1][0]:
            counts[place] += step
            missing -= step
    return counts


def _visits_of(
    guest: Guest, count: int, window: Window, by_series: Mapping[str, Sequence[Pattern]], rng: random.Random
) -> Iterable[Visit]:
    each = (window.last - window.first).days / max(count, 1)
    offset = rng.random()
    for place in range(count):
        # Visits at the same distance would look made.
        days = (place + min(max(offset + rng.uniform(-JITTER, JITTER), 0), 1)) * each
        arrives = _open_day(window.first + timedelta(days=int(days)), window.first, rng)
        mileage = guest.car.odometer_on(arrives) + 1
        pattern = _pattern(guest, arrives, mileage, window, by_series, rng)
        if pattern is not None:
            yield Visit(pattern, guest, arrives, mileage)


def _open_day(day: date, first: date, rng: random.Random) -> date:
    """The day itself, or mostly the working day before it, but never one before the first."""
    while day > first and not is_working_day(day) and rng.random() < 0.8:
        day -= timedelta(days=1)
    return day


def _pattern(
    guest: Guest,
    arrives: date,
    mileage: int,
    window: Window,
    by_series: Mapping[str, Sequence[Pattern]],
    rng: random.Random,
) -> Pattern | None:
    """A visit this car could have that day; maintenance only as its mileage asks for."""
    series = guest.car.model.series
    due = package_due(series, mileage).name
    fitting = [
        pattern
        for pattern in by_series[series]
        if pattern.cloth.story.package in ("", due) and arrives + timedelta(days=pattern.days) <= window.over
    ]
    if not fitting:
        return None
    return rng.choices(fitting, [pattern.weight for pattern in fitting])[0]
