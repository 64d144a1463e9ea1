"""How large the demo is and how much of it people play; the rest is copied from what they played."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ORDERS_PER_CAR = 2


@dataclass(frozen=True)
class Scale:
    """`cars` is customers and cars of all stores together. The others are visits played in each store:

    `patterns` at the year's beginning, to be copied; `daily` on each of the last days, which are copied onto the same
    days where so few would be too few; `today` are in the shop or expected.
    """

    cars: int
    patterns: int
    daily: int
    today: int
    last_days_copied: bool = False


SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        "small": Scale(cars=500, patterns=26, daily=3, today=26),
        "10k": Scale(cars=10_000, patterns=48, daily=6, today=36, last_days_copied=True),
        "100k": Scale(cars=100_000, patterns=60, daily=6, today=36, last_days_copied=True),
        "1m": Scale(cars=1_000_000, patterns=60, daily=6, today=36, last_days_copied=True),
    }
)
SHARES: Mapping[str, float] = MappingProxyType({"S01": 0.55, "S02": 0.45})
