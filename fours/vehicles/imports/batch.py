"""Many rows of the kind `customers` at once: those that are plainly new, and those that change nothing.

A dealer's list is nearly all of these two sorts, so they are told apart in memory and written together. Every other
row, also one that an earlier row loaded alone has to do with, is loaded by `load_row` as if it were alone.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.customers.verbs.customer import CustomerFile, create_customers
from fours.customers.verbs.customer import checked_file as checked_customer
from fours.intake.kinds import REJECTED, IntakeKind, Tried, Warn
from fours.intake.plan import Issue, RowResult
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import VehicleFile, create_vehicles
from fours.vehicles.verbs.vehicle import checked_file as checked_vehicle

from .known import Known, Trait, is_another, traits_of, traits_of_car
from .row import (
    customer_facts,
    customer_news,
    is_meant,
    leave_plate,
    leave_plate_of_another,
    vehicle_facts,
    vehicle_news,
    warn_of_less,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NewRow:
    """A row whose car, and perhaps whose owner, the store does not know."""

    row: RowResult
    owner: Customer | CustomerFile
    car: VehicleFile
    warnings: list[Issue]


class Batch:
    """One run over rows. `waiting` ones are new and not stored yet; `stored` traits are those of rows stored since
    the run began, `unsure` those of rows loaded alone."""

    def __init__(self, kind: IntakeKind, store: Store, actor: Actor) -> None:
        self.kind, self.store, self.actor = kind, store, actor
        self.known = Known(store)
        self.tried: dict[int, Tried] = {}
        self.waiting: list[NewRow] = []
        self.waiting_traits: set[Trait] = set()
        self.stored: set[Trait] = set()
        self.unsure: set[Trait] = set()

    def load(self, rows: Sequence[RowResult]) -> dict[int, Tried]:
        """What became of each row, by row number."""
        self.known.learn(row.values for row in rows)
        for row in rows:
            self._take(row)
        self._store_waiting()
        return self.tried

    def _take(self, row: RowResult) -> None:
        traits = traits_of(row.values)
        if traits & self.waiting_traits:
            self._store_waiting()
        if traits & self.stored:
            self.known.learn([row.values])
        if traits & self.unsure or not self._taken_together(row, traits):
            self._load_alone(row, traits)

    def _load_alone(self, row: RowResult, traits: set[Trait]) -> None:
        self.tried[row.number] = self.kind.try_row(self.store, row, self.actor)
        # Also by what else a later row may mean the same car.
        self.unsure |= traits.union(*map(traits_of_car, self.known.cars_meant(row.values)))

    def _taken_together(self, row: RowResult, traits: set[Trait]) -> bool:
        """Whether the row is plainly new, plainly nothing new, or plainly wrong."""
        if not row.values.get("vin") and not row.values.get("plate"):
            return False
        warnings: list[Issue] = []
        car = self.known.car(row.values)
        if car is None or is_another(car, row.values):
            return self._is_new(row, traits, warnings, plate_of=car)
        if self._changes_nothing(car, row, warnings):
            self.tried[row.number] = Tried("unchanged", warnings=warnings)
            return True
        return False

    def _is_new(
        self, row: RowResult, traits: set[Trait], warnings: list[Issue], *, plate_of: Vehicle | None
    ) -> bool:
        """Whether the row can wait as a new car's; one without its plate where that is `plate_of` another car."""
        owner: Customer | CustomerFile | None = self.known.customer(row.values)
        if isinstance(owner, Customer) and customer_news(owner, row.values, _into(warnings, row)):
            return False
        facts = vehicle_facts(row.values)
        if plate_of is not None:
            leave_plate(plate_of, facts, _into(warnings, row))
        try:
            if owner is None:
                owner = checked_customer(**customer_facts(row.values))
            car = checked_vehicle(**facts)
        except Refused as refusal:
            self.tried[row.number] = Tried(REJECTED, self.kind.refusals(row.number, refusal))
            return True
        self.waiting.append(NewRow(row, owner, car, warnings))
        self.waiting_traits |= traits
        return True

    def _changes_nothing(self, car: Vehicle, row: RowResult, warnings: list[Issue]) -> bool:
        values, warn = row.values, _into(warnings, row)
        owner = self.known.owner(car)
        if owner is None or not is_meant(owner, values) or customer_news(owner, values, warn):
            return False
        news = vehicle_news(car, values, warn)
        if carrier := self.known.cars.get(("plate", news.get("plate", ""))):
            leave_plate_of_another(carrier, news, warn)
        if news:
            return False
        kilometers = values.get("mileage")
        return (
            kilometers is None
            or kilometers in self.known.readings(car)
            or warn_of_less(car, kilometers, warn)
        )

    def _store_waiting(self) -> None:
        """Store the new rows together; alone where somebody else stored one of the cars at this moment."""
        self.stored |= self.waiting_traits
        waiting, self.waiting, self.waiting_traits = self.waiting, [], set()
        if not waiting:
            return
        try:
            with transaction.atomic():
                effects = self._create(waiting)
        except (IntegrityError, Refused):
            log.info("import %s: %s new rows are loaded one by one", self.kind.name, len(waiting))
            for new in waiting:
                self._load_alone(new.row, traits_of(new.row.values))
            return
        for new, done in zip(waiting, effects, strict=True):
            self.tried[new.row.number] = Tried("created", warnings=new.warnings, effects=done)

    def _create(self, waiting: list[NewRow]) -> list[list[int]]:
        """Store the rows together; the ids of the events of each."""
        files = [new.owner for new in waiting if isinstance(new.owner, CustomerFile)]
        filing, driving = self.actor.on_trail(), self.actor.on_trail()
        made = iter(create_customers(self.store, files=files, actor=filing))
        owners = [new.owner if isinstance(new.owner, Customer) else next(made) for new in waiting]
        cars = [replace(new.car, owner=owner) for new, owner in zip(waiting, owners, strict=True)]
        create_vehicles(self.store, files=cars, actor=driving)
        filed = iter(filing.events)
        of_owners = [[next(filed).pk] if isinstance(new.owner, CustomerFile) else [] for new in waiting]
        return [[*owner, car.pk] for owner, car in zip(of_owners, driving.events, strict=True)]


def _into(warnings: list[Issue], row: RowResult) -> Warn:
    def warn(column: str, message: str) -> None:
        warnings.append(Issue(row.number, column, message))

    return warn


class CustomersKind(IntakeKind):
    """Lists of customers and cars are long, so their rows are taken together where that comes to the same."""

    def load_rows(self, store: Store, rows: Sequence[RowResult], actor: Actor) -> dict[int, Tried]:
        return Batch(self, store, actor).load(rows)
