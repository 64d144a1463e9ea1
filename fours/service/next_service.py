"""When a car should come next: the maintenance interval of its drive, by its own history where there is one (SV-13)."""

from dataclasses import dataclass
from datetime import date, timedelta

from fours.base.calendar import add_months
from fours.kernel.models import Store
from fours.kernel.store_settings import settings_of
from fours.vehicles.models import MileageReading, Vehicle

# Below this many days two readings say nothing about how much a car is driven.
SHORTEST_HISTORY = 60
SOONEST = 30


@dataclass(frozen=True)
class NextService:
    """The next service: on a day or at a mileage, whichever comes first, and how the day was found."""

    on: date
    mileage: int
    reason: str


def next_service(store: Store, vehicle: Vehicle, *, mileage: int, on: date) -> NextService:
    """The interval after a visit; the day is earlier when the car's own readings say it drives the distance sooner.

    Two queries. The day is never sooner than 30 days.
    """
    months_key = f"service.interval_months.{vehicle.drive}"
    km_key = f"service.interval_km.{vehicle.drive}"
    interval = settings_of(store, [months_key, km_key])
    months, km = int(interval[months_key]), int(interval[km_key])
    by_calendar = add_months(on, months)
    per_day = kilometers_per_day(vehicle, mileage=mileage, on=on)
    if per_day:
        by_distance = on + timedelta(days=max(SOONEST, round(km / per_day)))
        if by_distance < by_calendar:
            return NextService(by_distance, mileage + km, f"按该车日均 {per_day:.0f} 公里推算")
    return NextService(by_calendar, mileage + km, f"按{vehicle.get_drive_display()}保养间隔 {months} 个月")


def kilometers_per_day(vehicle: Vehicle, *, mileage: int, on: date) -> float | None:
    """How far the car goes in a day since its first reading of the last two years; None without enough history."""
    readings = vehicle.mileage_readings.filter(
        MileageReading.VALID, read_on__gte=on - timedelta(days=730), read_on__lte=on
    )
    known = list(readings.order_by("read_on", "pk"))
    if not known or any(reading.instrument_replaced for reading in known):
        return None
    first = known[0]
    if (on - first.read_on).days < SHORTEST_HISTORY or mileage <= first.kilometers:
        return None
    return (mileage - first.kilometers) / (on - first.read_on).days
