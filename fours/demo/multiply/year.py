"""A store's year made of copies of played visits: week by week, parts first, then the visits that take them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from fours.kernel.actor import Actor, open_scope
from fours.parts.models import Bin, Part, StorePart
from fours.parts.verbs.receive import Arrival, receive_parts

from ..catalogue import parts_by_number
from ..clock import Clock
from ..staff import Staff, another_technician
from .lanes import Lanes
from .plan import Visit
from .shelf import needs
from .writer import Copy, Writer

SUPPLIER = "一汽-大众华东配件中心"
MORNING = time(8, 35)


@dataclass(frozen=True)
class Stock:
    """The group's parts by id and where each lies in the store."""

    parts: dict[int, Part]
    bins: dict[int, Bin]

    @classmethod
    def of(cls, staff: Staff) -> "Stock":
        """Read in a transaction of the store."""
        store = staff.store
        parts = {part.pk: part for part in Part.objects.filter(group=store.group_id)}
        places = StorePart.objects.filter(store=store).exclude(bin=None).select_related("bin")
        bins = {place.part_id: place.bin for place in places if place.bin is not None}
        return cls(parts, bins)


def write_year(
    staff: Staff, visits: Sequence[Visit], clock: Clock, technicians: list[Actor]
) -> Iterator[tuple[date, int]]:
    """Write the visits in weeks, telling each week that is done and how many visits it had.

    The clock stands at a week's first morning.
    """
    store = staff.store
    with transaction.atomic():
        open_scope([store.pk])
        stock = Stock.of(staff)
    users = [actor.user for actor in technicians if actor.user is not None]
    lanes = Lanes(users, lambda number: another_technician(staff, number))
    writer = Writer(store)
    for week, group in groupby(
        visits, key=lambda visit: visit.arrives - timedelta(days=visit.arrives.weekday())
    ):
        copies = _copies(list(group), lanes, store.pk)
        clock.moment = timezone.make_aware(datetime.combine(week, MORNING))
        with transaction.atomic():
            open_scope([store.pk])
            _receive(staff, stock, copies)
        writer.write(copies)
        yield week, len(copies)


def _copies(visits: Sequence[Visit], lanes: Lanes, store_id: int) -> list[Copy]:
    """The visits with a technician each; who is hired for them is hired in a transaction of the store."""
    with transaction.atomic():
        open_scope([store_id])
        started = sorted(visits, key=lambda visit: _works(visit)[0])
        hands = {id(visit): lanes.give(*_works(visit)) for visit in started}
    return [
        Copy(visit.pattern.cloth, visit.guest, visit.arrives, visit.mileage, hands[id(visit)])
        for visit in visits
    ]


def _works(visit: Visit) -> tuple[datetime, datetime]:
    story = visit.pattern.cloth.story
    shift = visit.arrives - story.arrived_on
    return story.works_from + shift, story.works_until + shift


def _receive(staff: Staff, stock: Stock, copies: Sequence[Copy]) -> None:
    wanted = needs(copy.cloth.takes for copy in copies)
    arrivals = [
        Arrival(part, quantity, parts_by_number()[part.number].cost, stock.bins[part.pk])
        for part, quantity in sorted(
            ((stock.parts[pk], quantity) for pk, quantity in wanted.items()), key=lambda need: need[0].number
        )
    ]
    if arrivals:
        keeper = staff.one("parts_manager")
        receive_parts(staff.store, lines=arrivals, supplier=SUPPLIER, note="每周补货", actor=keeper)
