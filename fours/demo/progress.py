"""How far the demo is: each store's process counts what it has done, the one that waits for them draws a bar."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized

from .scale import ORDERS_PER_CAR, Scale

# Milliseconds that one of each takes: a customer's and car's file, a copied visit, a step of a played one, a daily
# report, a paper that is set.
FILE, COPY, STEP, REPORT, PAPER = 2, 4, 30, 150, 25
STEPS_A_VISIT, PAPERS_A_VISIT = 18, 8
WIDTH = 30
CLEAR_LINE = "\r\x1b[K"


@dataclass(frozen=True)
class Progress:
    """Counts one store's work. `done` is the share of what is expected, at most 1."""

    expected: float
    done: "Synchronized[float]"

    def add(self, work: float) -> None:
        """So many milliseconds' worth of work are done."""
        self.done.value = min(self.done.value + work / self.expected, 1.0)


def expected_work(scale: Scale, cars: int, last_days: int, reports: int) -> float:
    """Milliseconds one store of so many cars is expected to take."""
    played = scale.patterns + scale.daily * last_days + scale.today
    copied = max(ORDERS_PER_CAR * cars - played, 0)
    a_visit = STEPS_A_VISIT * STEP + PAPERS_A_VISIT * PAPER
    return cars * FILE + played * a_visit + copied * COPY + reports * REPORT


def draw(shares: Sequence[float], seconds: float) -> None:
    """The bar, in place of the last one; on a terminal only."""
    if sys.stderr.isatty():
        print(CLEAR_LINE + bar(sum(shares) / len(shares), seconds), end="", file=sys.stderr, flush=True)


def bar(share: float, seconds: float) -> str:
    """█████░░░░░ 50 % · 已用 1:00 · 约剩 1:00"""
    full = int(share * WIDTH)
    text = f"{'█' * full}{'░' * (WIDTH - full)} {share:.0%} · 已用 {_minutes(seconds)}"
    return text if share < 0.05 else f"{text} · 约剩 {_minutes(seconds / share - seconds)}"


def say(text: str) -> None:
    """A line of progress, above the bar."""
    # At one go: the stores' processes speak at the same time.
    sys.stderr.write(f"{CLEAR_LINE if sys.stderr.isatty() else ''}{text}\n")
    sys.stderr.flush()


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
