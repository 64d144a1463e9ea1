"""Invented cars of a two-brand store: real models, made-up VINs, plates and engine numbers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from fours.demo.facts import load_series, rows

VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VIN_VALUES: Mapping[str, int] = MappingProxyType(
    dict(zip("ABCDEFGH", range(1, 9), strict=True))
    | dict(zip("JKLMN", range(1, 6), strict=True))
    | {"P": 7, "R": 9}
    | dict(zip("STUVWXYZ", range(2, 10), strict=True))
    | {str(digit): digit for digit in range(10)}
)
YEAR_LETTERS = "ABCDEFGHJKLMNPRSTVWXY123456789"
FIRST_YEAR = 2010
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PURE_ELECTRIC_LETTERS = "DDDDDACB"
OTHER_NEV_LETTERS = "FFFFFGH"
PLATE_OFFICES = (("苏E", 86), ("苏U", 6), ("苏B", 3), ("沪A", 2), ("沪C", 1), ("浙F", 2))
COLOURS = (
    ("白色", 38),
    ("黑色", 20),
    ("灰色", 16),
    ("银色", 8),
    ("蓝色", 8),
    ("红色", 6),
    ("棕色", 2),
    ("绿色", 2),
)


@dataclass(frozen=True)
class CarModel:
    """One trim (车型) sold by the store; `guide_price` is CNY with VAT.

    `fuel` is petrol, plug_in_hybrid or electric. `wmi`, `vds` and `plant` make up its VINs.
    """

    code: str
    series: str
    name: str
    maker: str
    brand: str
    group: str
    fuel: str
    engine: str
    displacement_ml: int
    power_kw: int
    gearbox: str
    guide_price: Decimal
    seats: int
    year_from: int
    year_to: int
    wmi: str
    vds: str
    plant: str
    weight: int


@dataclass(frozen=True)
class ServiceInterval:
    """When a car is due for service, whichever comes first; `first_*` count from delivery (首保)."""

    first_months: int
    first_km: int
    months: int
    km: int


@dataclass(frozen=True)
class MileageHabit:
    """How a car is used: kilometres a year between two bounds, and the 使用性质 code that goes with it."""

    name: str
    low: int
    high: int
    use_code: str
    weight: int


@dataclass(frozen=True)
class Car:
    """One invented car. `engine_number` is the drive motor's number on an electric car."""

    vin: str
    plate: str
    model: CarModel
    colour: str
    engine_number: str
    built_on: date
    registered_on: date
    habit: MileageHabit
    km_per_year: int

    def odometer_on(self, day: date) -> int:
        """Kilometres on a day if the car is driven evenly; 0 before it was registered."""
        days = max(0, (day - self.registered_on).days)
        return self.km_per_year * days // 365


SERVICE_INTERVALS: Mapping[str, ServiceInterval] = MappingProxyType(
    {
        "petrol": ServiceInterval(first_months=6, first_km=5_000, months=12, km=10_000),
        "plug_in_hybrid": ServiceInterval(first_months=6, first_km=5_000, months=12, km=10_000),
        "electric": ServiceInterval(first_months=12, first_km=10_000, months=12, km=20_000),
    }
)

HABITS = (
    MileageHabit("周末用车", 4_000, 8_000, "A", 20),
    MileageHabit("家庭代步", 8_000, 14_000, "A", 42),
    MileageHabit("上下班通勤", 14_000, 22_000, "A", 26),
    MileageHabit("业务跑动", 22_000, 36_000, "A", 9),
    MileageHabit("网约车", 45_000, 80_000, "T", 3),
)


@cache
def load_models() -> tuple[CarModel, ...]:
    """All trims in file order."""
    return tuple(_model(row) for row in rows("models.csv"))


def vin_check_digit(vin: str) -> str:
    """The character due at position 9 of a 17-character VIN (GB 16735-2019); position 9 itself is ignored."""
    if len(vin) != 17:
        raise ValueError(f"a VIN has 17 characters, not {len(vin)}: {vin!r}")
    remainder = sum(VIN_VALUES[char] * weight for char, weight in zip(vin, VIN_WEIGHTS, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


def year_letter(year: int) -> str:
    """The model-year character at position 10 of a VIN; it repeats every thirty years."""
    return YEAR_LETTERS[(year - FIRST_YEAR) % len(YEAR_LETTERS)]


class CarGenerator:
    """Makes cars that never share a VIN, plate or engine number and pass the checks of real ones.

    The same random state makes the same cars.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._serials: dict[str, int] = {}
        self._plates: set[str] = set()

    def car(self, today: date, model: CarModel | None = None) -> Car:
        """A car on the road at `today`, newer ones more often than old ones; of `model` if one is given."""
        model = model or self._model(today)
        registered_on = self._registered_on(model, today)
        built_on = registered_on - timedelta(days=self._rng.randint(20, 150))
        habit = self._rng.choices(HABITS, [habit.weight for habit in HABITS])[0]
        return Car(
            vin=self._vin(model, built_on.year),
            plate=self._plate(model.fuel),
            model=model,
            colour=self._weighted(COLOURS),
            engine_number=self._engine_number(model),
            built_on=built_on,
            registered_on=registered_on,
            habit=habit,
            km_per_year=self._rng.randrange(habit.low, habit.high, 100),
        )

    def _model(self, today: date) -> CarModel:
        models = [model for model in load_models() if model.year_from < today.year]
        return self._rng.choices(models, [model.weight for model in models])[0]

    def _registered_on(self, model: CarModel, today: date) -> date:
        first = date(model.year_from, 7, 1)
        last = min(date(model.year_to, 12, 31), today - timedelta(days=10))
        if last <= first:
            raise ValueError(f"{model.name} was not on sale before {today}")
        return first + timedelta(days=round((last - first).days * self._rng.betavariate(2.0, 1.5)))

    def _vin(self, model: CarModel, year: int) -> str:
        stem = model.wmi + model.vds
        tail = year_letter(year) + model.plant + self._serial(f"{stem}{year}")
        return stem + vin_check_digit(f"{stem}0{tail}") + tail

    def _engine_number(self, model: CarModel) -> str:
        return model.engine + self._serial(model.engine, most=9_999_999)

    def _serial(self, key: str, most: int = 999_999) -> str:
        """Six digits that only rise per key, with gaps, since other stores sell cars of the same series."""
        last = self._serials.get(key) or self._rng.randint(1_000, 60_000)
        self._serials[key] = last + self._rng.randint(1, 9)
        if self._serials[key] > most:
            raise ValueError(f"no serial numbers left for {key}")
        return f"{self._serials[key]:06d}"

    def _plate(self, fuel: str) -> str:
        while True:
            office = self._weighted(PLATE_OFFICES)
            plate = office + (self._ordinary_serial() if fuel == "petrol" else self._nev_serial(fuel))
            if plate not in self._plates:
                self._plates.add(plate)
                return plate

    def _ordinary_serial(self) -> str:
        places = [str(self._rng.randrange(10)) for _ in range(5)]
        for place in self._rng.sample(range(5), self._rng.choices((0, 1, 2), (20, 45, 35))[0]):
            places[place] = self._rng.choice(PLATE_LETTERS)
        return "".join(places)

    def _nev_serial(self, fuel: str) -> str:
        first = self._rng.choice(PURE_ELECTRIC_LETTERS if fuel == "electric" else OTHER_NEV_LETTERS)
        second = self._rng.choice(PLATE_LETTERS + "0123456789")
        return f"{first}{second}{self._rng.randrange(10_000):04d}"

    def _weighted(self, choices: tuple[tuple[str, int], ...]) -> str:
        return self._rng.choices([word for word, _ in choices], [weight for _, weight in choices])[0]


def _model(row: Mapping[str, str]) -> CarModel:
    series = load_series()[row["series"]]
    return CarModel(
        code=row["code"],
        series=series.code,
        name=row["name"],
        maker=row["maker"],
        brand=series.brand,
        group=series.group,
        fuel=row["fuel"],
        engine=row["engine"],
        displacement_ml=int(row["displacement_ml"]),
        power_kw=int(row["power_kw"]),
        gearbox=row["gearbox"],
        guide_price=Decimal(row["guide_price"]),
        seats=int(row["seats"]),
        year_from=int(row["year_from"]),
        year_to=int(row["year_to"]),
        wmi=row["wmi"],
        vds=row["vds"],
        plant=row["plant"],
        weight=int(row["weight"]),
    )
