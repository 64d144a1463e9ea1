"""Writing copies: ids from the sequences, numbers by the number rule, all rows of a batch of visits per table at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from fours.desk.search import number_keys
from fours.kernel.actor import open_scope
from fours.kernel.models import NumberCounter, SearchKey, Store, User
from fours.service.search import KIND as ORDER_KIND

from ..shop import Guest
from .cloth import Cloth, columns_of, fill
from .declared import COPIED, model_of
from .shelf import Shelf, needs

BATCH = 1000
# What copies are written into.
TABLES = (*(model_of(label)._meta.db_table for label in COPIED), SearchKey._meta.db_table)


@dataclass(frozen=True)
class Copy:
    """One visit of another car: its day of arrival, mileage, and who works on it."""

    cloth: Cloth
    guest: Guest
    arrives: date
    mileage: int
    technician: User


class Writer:
    """Writes copies of one store in batches, each a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counters: dict[tuple[str, date], int] = {}
        self._drawn: set[tuple[str, date]] = set()

    def write(self, copies: Sequence[Copy]) -> None:
        """Write the copies in their order. The parts they take must be on the shelf."""
        for begin in range(0, len(copies), BATCH):
            with transaction.atomic():
                open_scope([self._store.pk])
                if not begin:
                    self._read_counters()
                self._write(copies[begin : begin + BATCH])

    def _write(self, copies: Sequence[Copy]) -> None:
        shelf = Shelf(self._store, needs(copy.cloth.takes for copy in copies))
        filled = [self._filled(copy, shelf) for copy in copies]
        self._give_ids(copies, filled)
        for label in COPIED:
            _insert(label, zip(copies, filled, strict=True))
        self._write_search_keys(copies, filled)
        shelf.write()
        self._write_counters()
        _update_vehicles(copies)

    def _filled(self, copy: Copy, shelf: Shelf) -> dict[str, Any]:
        guest, cloth = copy.guest, copy.cloth
        filled = fill(cloth, copy.arrives, copy.mileage)
        filled |= {
            "vehicle": guest.vehicle_id,
            "customer": guest.customer_id,
            "plate": guest.car.plate,
            "phone": guest.phone,
            "contact": guest.name,
            "owner": guest.customer_name,
            "tech": copy.technician.pk,
            "tech_name": copy.technician.name,
        }
        for place, (_, kind, days) in enumerate(cloth.numbers):
            filled[f"no.{place}"] = self._number(kind, copy.arrives + timedelta(days=days))
        for place in range(cloth.counts.get("kernel.attachment", 0)):
            filled[f"token.{place}"] = uuid4()
        for place, taken in enumerate(cloth.takes):
            movement = shelf.take(taken)
            for name in ("lot", "bin", "value", "balance"):
                filled[f"{name}.{place}"] = getattr(movement, name)
        return filled

    def _give_ids(self, copies: Sequence[Copy], filled: Sequence[dict[str, Any]]) -> None:
        for label in COPIED:
            ids = _ids(label, sum(copy.cloth.counts.get(label, 0) for copy in copies))
            for copy, holes in zip(copies, filled, strict=True):
                for place in range(copy.cloth.counts.get(label, 0)):
                    holes[f"{label}.{place}"] = next(ids)

    def _read_counters(self) -> None:
        rows = NumberCounter.objects.filter(store=self._store).values_list("kind", "date", "last")
        self._counters = {(kind, day): last for kind, day, last in rows}

    def _number(self, kind: str, day: date) -> str:
        last = self._counters[kind, day] = self._counters.get((kind, day), 0) + 1
        self._drawn.add((kind, day))
        return f"{kind}-{self._store.code}-{day:%y%m%d}-{last:04d}"

    def _write_counters(self) -> None:
        rows = [
            NumberCounter(store=self._store, kind=kind, date=day, last=self._counters[kind, day])
            for kind, day in sorted(self._drawn)
        ]
        self._drawn.clear()
        NumberCounter.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["store", "kind", "date"], update_fields=["last"]
        )

    def _write_search_keys(self, copies: Sequence[Copy], filled: Sequence[dict[str, Any]]) -> None:
        lines = (
            f"{key}\t{ORDER_KIND}\t{holes['service.repairorder.0']}\t{rank}\t{self._store.pk}\n"
            for copy, holes in zip(copies, filled, strict=True)
            for key, rank in number_keys(holes[copy.cloth.order_number()])
        )
        _copy_in(SearchKey._meta.db_table, ["key", "kind", "target_id", "rank", "store_id"], lines)


def _insert(label: str, filled: Iterable[tuple[Copy, dict[str, Any]]]) -> None:
    texts = (copy.cloth.tables[label] % holes for copy, holes in filled if label in copy.cloth.tables)
    names = [str(column.column) for column in columns_of(label)]
    _copy_in(model_of(label)._meta.db_table, names, texts)


def _copy_in(table: str, columns: Sequence[str], texts: Iterable[str]) -> None:
    """COPY does not go through row-level security, so it fills a temporary table, and an insert takes the rows over."""
    first = next(iterator := iter(texts), None)
    if first is None:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"create temporary table if not exists demo_rows_{table} as select {names} from {table} with no data"
        )
        with cursor.copy(f"copy demo_rows_{table} ({names}) from stdin") as copying:
            for text in chain([first], iterator):
                copying.write(text)
        cursor.execute(f"insert into {table} ({names}) select {names} from demo_rows_{table}")
        cursor.execute(f"truncate demo_rows_{table}")


def _ids(label: str, size: int) -> Iterator[int]:
    """So many new ids, rising. Drawn one by one, since the other store's people draw at the same time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [model_of(label)._meta.db_table, size],
        )
        return iter([pk for (pk,) in cursor.fetchall()])


def _update_vehicles(copies: Sequence[Copy]) -> None:
    """What the last of these visits left on each car's file."""
    last = {copy.guest.vehicle_id: copy for copy in copies}
    rows = []
    for copy in last.values():
        order = copy.cloth.story.rows["service.repairorder"][0]
        story = copy.cloth.story
        shift = copy.arrives - story.arrived_on
        rows.append(
            (
                copy.guest.vehicle_id,
                copy.mileage + order["mileage_out"] - story.mileage,
                order["delivered_date"] + shift,
                order["next_service_on"] + shift if order["next_service_on"] else None,
                copy.mileage + order["next_service_mileage"] - story.mileage
                if order["next_service_mileage"]
                else None,
                order["delivered_date"] + shift if story.package else None,
            )
        )
    values = ", ".join(["(%s, %s, %s::date, %s::date, %s::int, %s::date)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            update vehicles_vehicle set mileage = new.km, mileage_on = new.visit, last_visit_on = new.visit,
                next_service_on = new.next_on, next_service_mileage = new.next_km,
                last_service_on = coalesce(new.service, last_service_on)
            from (values {values}) as new (id, km, visit, next_on, next_km, service)
            where vehicles_vehicle.id = new.id
            """,
            [cell for row in rows for cell in row],
        )
