"""`fours demo`: a year of two invented stores, played through the verbs in the order of time; the same every time."""

import base64
import heapq
import io
import random
import sys
import time as wall
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from multiprocessing import get_context

from django.db import connection, connections, transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from fours.base.calendar import is_working_day
from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer
from fours.kernel.actor import open_scope
from fours.kernel.models import Store
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import create_vehicle

from .calls import calls_of_day, close_of_day
from .cars import Car, CarGenerator
from .clock import Clock, simulated
from .founding import Catalogue, found_group, found_store, furnish, make_catalogue, stock_up
from .people import PeopleGenerator
from .staff import Staff, hire
from .visit import Guest, Hands, Shop, visit

SIZES = {"small": 500}
DAYS = 365
SEED = 20260101
SHARES = {"S01": 0.6, "S02": 0.4}
DRIVES = {"petrol": "fuel", "plug_in_hybrid": "hybrid", "electric": "battery"}
USES = {"A": "private", "T": "ride_hailing"}
# So many days up to yesterday have their daily report signed.
SIGNED_DAYS = 30
TODAY_CARS = 16
# Every visit goes through some thirty verbs and half a dozen papers; so many fit into two minutes on two cores.
SHARE_WITH_VISIT = 0.6


def make_demo(size: str = "small") -> None:
    """Fill an empty database. Raises Refused when it is not empty or the size cannot be made yet."""
    if Store.objects.exists():
        raise Refused("数据库中已有数据,演示数据只能写入空库。")
    if size not in SIZES:
        raise Refused(f"演示规模 {size} 尚未提供,请用 small。")
    started = wall.monotonic()
    now = timezone.localtime()
    since = now - timedelta(days=DAYS)
    with simulated(since), transaction.atomic():
        stores, catalogue = _found(since)
    connections.close_all()  # each store's year is played by a process of its own
    context = get_context("fork")
    players = [
        context.Process(
            target=_play, args=(store, staff, catalogue, round(SIZES[size] * SHARES[store.code]), since, now)
        )
        for store, staff in stores
    ]
    for player in players:
        player.start()
    for player in players:
        player.join()
    if any(player.exitcode for player in players):
        raise Refused("演示数据没有建完,请看上面的错误;清空数据文件夹后可重来。")
    _say(f"演示数据已建立,用时 {wall.monotonic() - started:.0f} 秒;用户 advisor 等,密码 fours-demo。")


def _found(since: datetime) -> tuple[list[tuple[Store, Staff]], Catalogue]:
    group = found_group()
    stores = [found_store(group, code) for code in SHARES]
    open_scope(store.pk for store in stores)
    catalogue = make_catalogue(group)
    staffed = []
    for number, store in enumerate(stores, start=1):
        furnish(store, since.date())
        staff = hire(store, "" if number == 1 else str(number), since.date(), few=number > 1)
        stock_up(store, catalogue, staff, _luck(store), factor=6 if number == 1 else 2)
        staffed.append((store, staff))
    return staffed, catalogue


def _play(
    store: Store,
    staff: Staff,
    catalogue: Catalogue,
    cars: int,
    since: datetime,
    now: datetime,
) -> None:
    """Play a store's year: files first, then every step of every visit in the order of its time, until now."""
    rng = _luck(store)
    with simulated(since) as clock:
        with transaction.atomic(), connection.cursor() as cursor:
            # Losing the last moments of invented data in a power cut does no harm; waiting for the disk does.
            cursor.execute("set session synchronous_commit = off")
        guests = _files(store, staff, (PeopleGenerator(rng), CarGenerator(rng)), cars, since.date(), rng)
        _live(store, staff, catalogue, guests, clock, since, now, rng)


def _live(
    store: Store,
    staff: Staff,
    catalogue: Catalogue,
    guests: list[Guest],
    clock: Clock,
    since: datetime,
    now: datetime,
    rng: random.Random,
) -> None:
    shop = Shop(staff, catalogue, Hands([*staff.actors["technician"]]), rng, signature())
    steps: list[tuple[datetime, int, Iterator[datetime]]] = []
    order = count()
    for guest, arrives, booked in _arrivals(guests, since, now, rng, share=SHARES[store.code]):
        _schedule(steps, order, visit(shop, guest, arrives, booked=booked), now)
    for day in range(DAYS + 1):
        _schedule(
            steps, order, calls_of_day(shop, (since + timedelta(days=day)).replace(hour=9, minute=30)), now
        )
    for day in range(DAYS - SIGNED_DAYS, DAYS):
        evening = (since + timedelta(days=day)).replace(hour=17, minute=50)
        _schedule(steps, order, close_of_day(shop, evening), now)
    done = 0
    while steps:
        moment, _, story = heapq.heappop(steps)
        clock.moment = moment
        with transaction.atomic():
            open_scope([store.pk])
            upcoming = next(story, None)
        if upcoming is not None and upcoming <= now:
            heapq.heappush(steps, (max(upcoming, moment), next(order), story))
        done += 1
        if done % 500 == 0:
            _say(f"{store.code} {moment:%Y-%m-%d}:{done} 步 …")


def _schedule(
    steps: list[tuple[datetime, int, Iterator[datetime]]],
    order: "count[int]",
    story: Iterator[datetime],
    now: datetime,
) -> None:
    first = next(story)
    if first <= now:
        heapq.heappush(steps, (first, next(order), story))


def _files(
    store: Store,
    staff: Staff,
    people: tuple[PeopleGenerator, CarGenerator],
    cars: int,
    today: date,
    rng: random.Random,
) -> list[Guest]:
    guests = []
    for number in range(cars):
        with transaction.atomic():
            open_scope([store.pk])
            guests.append(_file(store, staff, people, today, rng, company=number % 12 == 5))
    return guests


def _file(
    store: Store,
    staff: Staff,
    people: tuple[PeopleGenerator, CarGenerator],
    today: date,
    rng: random.Random,
    *,
    company: bool,
) -> Guest:
    clerk, car = staff.one("info_clerk"), people[1].car(today)
    if company:
        firm = people[0].company(today)
        person = firm.contact
        customer = create_customer(
            store, actor=clerk, name=firm.name, kind="company", phones=[person.phone],
            credit_code=firm.credit_code, address=firm.address.text, source="大客户",
        )  # fmt: skip
    else:
        person = people[0].person(today)
        complete = rng.random() < 0.8
        customer = create_customer(
            store, actor=clerk, name=person.name, phones=[person.phone],
            birthday=person.birthday if complete else None, address=person.address.text if complete else "",
            source=rng.choice(["本店购车", "自然来店", "朋友介绍", "网络"]),
        )  # fmt: skip
    vehicle = _car_file(store, staff, car, customer, today, rng, company=company)
    return Guest(vehicle.pk, car, person.name, person.phone)


def _car_file(
    store: Store,
    staff: Staff,
    car: Car,
    customer: Customer,
    today: date,
    rng: random.Random,
    *,
    company: bool,
) -> Vehicle:
    registered = car.registered_on
    # Most policies run on beyond the demo's last day; a few have lapsed, as in any store.
    years = (
        2
        if rng.random() < 0.85 and registered.replace(year=today.year, day=min(registered.day, 28)) <= today
        else 1
    )
    renewal = registered.replace(year=today.year + years, day=min(registered.day, 28))
    return create_vehicle(
        store,
        actor=staff.one("info_clerk"),
        vin=car.vin,
        plate=car.plate,
        owner=customer,
        owned_since=registered,
        mileage=car.odometer_on(today),
        mileage_on=today,
        engine_number=car.engine_number,
        brand=car.model.brand,
        series=car.model.name.split()[0],
        model_name=car.model.name,
        color=car.colour,
        drive=DRIVES.get(car.model.fuel, "fuel"),
        use="business" if company else USES.get(car.habit.use_code, "private"),
        produced_on=car.built_on,
        registered_on=registered,
        sold_on=registered,
        sold_here=rng.random() < 0.6,
        warranty_until=registered.replace(year=registered.year + 3, day=min(registered.day, 28)),
        warranty_mileage=100_000,
        insurance_until=renewal,
        compulsory_insurance_until=renewal,
    )


def _arrivals(
    guests: list[Guest], since: datetime, now: datetime, rng: random.Random, share: float
) -> Iterator[tuple[Guest, datetime, bool]]:
    """Visits over the year in working hours, and a shop full of cars at this very moment."""
    present = set(rng.sample(range(len(guests)), max(3, round(TODAY_CARS * share))))
    for number, guest in enumerate(guests):
        if number in present:
            yield guest, now - timedelta(minutes=rng.randint(5, 330)), rng.random() < 0.3
            continue
        if rng.random() < 0.04:
            yield guest, _coming(now, rng), True
            continue
        if rng.random() > SHARE_WITH_VISIT:
            continue
        day = since + timedelta(days=rng.randint(2, DAYS - 1))
        while not is_working_day(day.date()) and rng.random() < 0.8:
            day -= timedelta(days=1)
        start = day.replace(hour=8, minute=40, second=0, microsecond=0)
        arrives = start + timedelta(minutes=int(rng.triangular(0, 420, 60)))
        if since + timedelta(days=2) < arrives < now - timedelta(hours=8):
            yield guest, arrives, rng.random() < 0.35


def _coming(now: datetime, rng: random.Random) -> datetime:
    """A booking of the next two days; it is made before the demo's last moment and kept after it."""
    day = now + timedelta(days=rng.randint(1, 2))
    return day.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(minutes=30 * rng.randint(0, 14))


def _luck(store: Store) -> random.Random:
    return random.Random(f"{SEED}-{store.code}")


def signature() -> str:
    """A drawn line as a data URL, as the pad would send it."""
    image = Image.new("RGBA", (300, 110), (0, 0, 0, 0))
    points = [(20, 70), (60, 30), (80, 80), (120, 40), (150, 75), (190, 35), (230, 70), (280, 45)]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 60, 255), width=4, joint="curve")
    data = io.BytesIO()
    image.save(data, "PNG")
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
