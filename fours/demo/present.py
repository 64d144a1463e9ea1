"""Who is in the shop when the demo is opened, a car in every stage, and who is expected; whatever hour it is then."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from .shop import Guest, Shop, Times
from .visit import booking, present

# Stage and how many minutes before the last moment such a car came, the most telling first.
STAGES: tuple[tuple[str, int, int], ...] = (
    ("in_work", 70, 110),
    ("waiting_payment", 300, 420),
    ("waiting_dispatch", 26, 40),
    ("dispatched", 45, 60),
    ("estimate", 17, 24),
    ("check_in", 6, 12),
    ("waiting_customer", 240, 360),
    ("inspection", 240, 330),
    ("waiting_statement", 290, 400),
    ("waiting_parts", 120, 170),
    ("washing", 270, 380),
    ("waiting_delivery", 320, 430),
    ("paused", 120, 180),
    ("in_work", 60, 90),
    ("delivered", 330, 420),
    ("waiting_dispatch", 30, 50),
    ("waiting_payment", 300, 400),
    ("estimate", 18, 30),
    ("closed", 330, 430),
)
OPENS, CLOSES = time(8, 30), time(17, 0)
# The evening before, for a car that must have been here longer than the shop has been open today.
AFTERNOON = time(13, 0)


def arrivals_of_today(shop: Shop, guests: list[Guest], now: datetime) -> Iterator[Times]:
    """One car for each stage as long as there are guests."""
    last = last_busy_moment(now)
    for guest, (stage, soonest, latest) in zip(guests, STAGES * 2, strict=False):
        arrives = last - timedelta(minutes=shop.rng.randint(soonest, latest))
        if arrives.time() < OPENS or arrives.date() < last.date():
            day = last - timedelta(days=1)
            arrives = day.replace(hour=AFTERNOON.hour, minute=shop.rng.randint(0, 59))
        yield present(shop, guest, arrives, stage)


def bookings(shop: Shop, guests: list[Guest], now: datetime) -> Iterator[Times]:
    """Appointments of today and the next two days, made the days before."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for place, guest in enumerate(guests):
        day = midnight + timedelta(days=place % 3)
        arrives = day.replace(hour=9) + timedelta(minutes=30 * shop.rng.randint(0, 14))
        booked_at = midnight - timedelta(days=1, hours=-10, minutes=-shop.rng.randint(0, 400))
        yield booking(shop, guest, booked_at, arrives)


def last_busy_moment(now: datetime) -> datetime:
    """Now while the shop is open, else the last hour in which it was."""
    if now.time() < time(9, 0):
        return (now - timedelta(days=1)).replace(hour=CLOSES.hour, minute=0, second=0, microsecond=0)
    return min(now, now.replace(hour=CLOSES.hour, minute=0, second=0, microsecond=0))
