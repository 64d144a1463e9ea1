"""Schedules: work that falls due by the clock in every store, made up when the machine was off (design, section 6)."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from .actor import Actor, open_scope
from .models import Occurrence, Store
from .store_settings import DECLARED, setting
from .verbs import must_be, take, verb

log = logging.getLogger(__name__)
Work = Callable[[Store, datetime], object]
TRIES = 3
CATCH_UP_DAYS = 7


@dataclass(frozen=True)
class Schedule:
    """Work that is due every so many minutes, or once a day `at` a time ("17:30" or the key of a time setting)."""

    name: str
    work: Work
    minutes: int = 0
    at: str = ""


SCHEDULES: dict[str, Schedule] = {}


def every(name: str, *, minutes: int) -> Callable[[Work], Work]:
    """Do `work(store, due_at)` at each full interval; of missed ones only the last is made up."""
    if minutes < 1:
        raise ValueError(f"{name}: an interval is at least one minute")
    return _register(name, minutes=minutes)


def daily(name: str, *, at: str) -> Callable[[Work], Work]:
    """Do `work(store, due_at)` once a day; each missed day of the last week is made up with its own `due_at`.

    The work runs in one transaction that sees its store only, and must give the same result when done twice.
    """
    if at not in DECLARED:
        time.fromisoformat(at)
    return _register(name, at=at)


def _register(name: str, *, minutes: int = 0, at: str = "") -> Callable[[Work], Work]:
    def register(work: Work) -> Work:
        if name in SCHEDULES:
            raise ValueError(f"two schedules are called {name}")
        SCHEDULES[name] = Schedule(name, work, minutes, at)
        return work

    return register


def run_due(now: datetime | None = None) -> int:
    """Make what has fallen due in every store and do it; how many pieces of work were done."""
    now = now or timezone.now()
    done = 0
    for store in Store.objects.filter(active=True):
        with transaction.atomic():
            open_scope([store.pk])
            make_occurrences(store, now)
            waiting = list(
                Occurrence.objects.filter(store=store, state=Occurrence.State.DUE)
                .order_by("due_at", "pk")
                .values_list("pk", flat=True)
            )
        done += sum(do_occurrence(store, pk) for pk in waiting)
    return done


def make_occurrences(store: Store, now: datetime) -> None:
    """Write a row for each moment since the last one; the unique row is what makes several workers do it once."""
    rows = [
        Occurrence(store=store, rule=schedule.name, due_at=due_at)
        for schedule in SCHEDULES.values()
        for due_at in _due_times(schedule, store, now)
    ]
    Occurrence.objects.bulk_create(rows, ignore_conflicts=True)


def _due_times(schedule: Schedule, store: Store, now: datetime) -> Iterator[datetime]:
    if schedule.minutes:
        seconds = schedule.minutes * 60
        stamp = int(now.timestamp()) // seconds * seconds
        yield datetime.fromtimestamp(stamp, tz=now.tzinfo)
        return
    at = setting(store, schedule.at) if schedule.at in DECLARED else time.fromisoformat(schedule.at)
    today = timezone.localtime(now).date()
    for day in _open_days(schedule, store, today):
        due_at = timezone.make_aware(datetime.combine(day, at))
        if due_at <= now:
            yield due_at


def _open_days(schedule: Schedule, store: Store, today: date) -> Iterator[date]:
    """The days after the last one done; a new store begins today. A changed hour never makes a day twice."""
    last = Occurrence.objects.filter(store=store, rule=schedule.name).order_by("-due_at").first()
    first = timezone.localtime(last.due_at).date() + timedelta(days=1) if last else today
    first = max(first, today - timedelta(days=CATCH_UP_DAYS))
    for number in range((today - first).days + 1):
        yield first + timedelta(days=number)


def do_occurrence(store: Store, pk: int) -> bool:
    """Do one piece of due work in a transaction of its own; after three failures it stays as failed, with its error.

    The try is counted before the work, so work that kills its process is not begun for ever.
    """
    with transaction.atomic():
        open_scope([store.pk])
        row = _locked(pk)
        if row is None:
            return False
        row.tries += 1
        row.state = Occurrence.State.FAILED if row.tries > TRIES else row.state
        row.save(update_fields=["tries", "state"])
    try:
        with transaction.atomic():
            open_scope([store.pk])
            row = _locked(pk)
            if row is None:
                return False
            # The row's own store: what it knows of settings and facts was read for this work, not for the one before.
            SCHEDULES[row.rule].work(row.store, row.due_at)
            row.state, row.finished_at, row.error = Occurrence.State.DONE, timezone.now(), ""
            row.save(update_fields=["state", "finished_at", "error"])
    except Exception as error:  # whatever the work raises is kept on its row and shown
        log.exception("schedule %s failed in store %s", pk, store.code)
        _note_failure(store, pk, error)
        return False
    return True


def _locked(pk: int) -> Occurrence | None:
    waiting = Occurrence.objects.select_for_update(skip_locked=True).filter(pk=pk, state=Occurrence.State.DUE)
    return waiting.first()


def _note_failure(store: Store, pk: int, error: Exception) -> None:
    with transaction.atomic():
        open_scope([store.pk])
        row = Occurrence.objects.select_for_update().get(pk=pk)
        row.error = f"{type(error).__name__}: {error}"[:400]
        row.state = Occurrence.State.FAILED if row.tries >= TRIES else Occurrence.State.DUE
        row.save(update_fields=["error", "state"])


@verb("重新执行", "org.change_settings", states=["failed"], plain=True)
def retry_occurrence(occurrence: Occurrence, *, actor: Actor) -> Occurrence:
    """Let failed scheduled work be tried again, three times anew, at the worker's next look."""
    row = take(occurrence)
    must_be(row, "failed", doing="重新执行")
    row.state, row.tries = Occurrence.State.DUE, 0
    row.save(update_fields=["state", "tries"])
    return row
