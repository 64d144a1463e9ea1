"""`fours demo`: a year of two invented stores, played through the verbs and copied from what was played; always the same."""

import base64
import io
import os
import random
import time as wall
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from threading import BrokenBarrierError, Thread

from django.db import connection, connections, transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from fours.base.errors import Refused
from fours.kernel.actor import open_scope
from fours.kernel.models import Group, Store
from fours.kernel.printing import set_papers

from .clock import simulated
from .founding import Catalogue, found_group, found_store, furnish, make_catalogue, stock_up
from .multiply.bare import bare
from .multiply.writer import TABLES
from .progress import PAPER, Progress, draw, expected_work, say
from .scale import SCALES, SHARES, Scale
from .staff import Staff, hire
from .year import DAYS, LAST_DAYS, SIGNED_DAYS, Year

SEED = 20260101
# Seconds between two drawings of the bar.
REDRAWN = 0.5


def make_demo(size: str = "small") -> None:
    """Fill an empty database. Raises Refused when it is not empty or another session is filling it."""
    if Store.objects.exists() or Group.objects.exists():
        raise Refused("数据库中已有数据，演示数据只能写入空库。")
    started = wall.monotonic()
    now = timezone.localtime().replace(second=0, microsecond=0)
    scale = SCALES[size]
    say(f"演示数据：{scale.cars} 位客户，{len(SHARES)} 家门店，截至 {now:%Y-%m-%d %H:%M}")
    since = now - timedelta(days=DAYS)
    with simulated(since), transaction.atomic():
        stores, catalogue = found(since)
    connections.close_all()  # each store's year is made by a process of its own
    context = get_context("fork")
    done = [context.Value("d", 0.0) for _ in stores]
    gate, owner_url = context.Barrier(len(stores) + 1), os.environ.get("DATABASE_OWNER_URL", "")
    players = [
        context.Process(target=play, args=(staff, catalogue, scale, now, gate, share))
        for staff, share in zip(stores, done, strict=True)
    ]
    for player in players:
        player.start()
    Thread(target=strip_while_copying, args=(gate, owner_url), daemon=True).start()
    while any(player.is_alive() for player in players):
        wall.sleep(REDRAWN)
        draw([share.value for share in done], wall.monotonic() - started)
        if any(player.exitcode for player in players):
            gate.abort()
    if any(player.exitcode for player in players):
        raise Refused("演示数据没有建完，请看上面的错误；清空数据文件夹后可重来。")
    say(f"演示数据已建立，用时 {wall.monotonic() - started:.0f} 秒；用户 advisor 等，密码 fours-demo。")


def found(since: datetime) -> tuple[list[Staff], Catalogue]:
    """Group, stores, people, catalogue and opening stock, in the caller's transaction."""
    group = found_group()
    stores = [found_store(group, code) for code in SHARES]
    open_scope(store.pk for store in stores)
    catalogue = make_catalogue(group)
    staffs = []
    for number, store in enumerate(stores, start=1):
        furnish(store, since.date())
        staff = hire(store, "" if number == 1 else str(number), since.date(), few=number > 1)
        stock_up(store, catalogue, staff, luck(store, "stock"), factor=4 if number == 1 else 2)
        staffs.append(staff)
    return staffs, catalogue


def strip_while_copying(gate: Barrier, owner_url: str) -> None:
    """Keep the copied tables bare from when all stores are about to copy until all have; as they are without an owner."""
    try:
        gate.wait()
        with bare(owner_url, TABLES) if owner_url else nullcontext():
            gate.wait()
            gate.wait()
        gate.wait()
    except BrokenBarrierError:
        return  # a store's process failed and has said why
    except Exception:
        gate.abort()
        raise


@contextmanager
def all_together(gate: Barrier) -> Iterator[None]:
    """The block runs in all stores while the tables are bare (`strip_while_copying`); outside a transaction."""
    gate.wait()
    gate.wait()
    yield
    gate.wait()
    gate.wait()


def play(
    staff: Staff,
    catalogue: Catalogue,
    scale: Scale,
    now: datetime,
    gate: Barrier,
    done: "Synchronized[float]",
) -> None:
    """Make one store's year up to `now`, committing step by step."""
    store = staff.store
    cars = round(scale.cars * SHARES[store.code])
    progress = Progress(expected_work(scale, cars, LAST_DAYS, SIGNED_DAYS), done)
    with simulated(now - timedelta(days=DAYS)) as clock:
        with transaction.atomic(), connection.cursor() as cursor:
            # Losing the last moments of invented data in a power cut does no harm; waiting for the disk does.
            cursor.execute("set session synchronous_commit = off")
        rng = luck(store, "year")
        year = Year(
            staff,
            catalogue,
            clock,
            scale,
            cars,
            now,
            rng,
            signature(),
            lambda text: say(f"{store.code} {text}"),
            progress.add,
            lambda: all_together(gate),
        )
        year.live()
    set_all_papers(store, progress)


def set_all_papers(store: Store, progress: Progress) -> None:
    """The PDF of every paper the year left, as the worker would have made it."""
    done = 1
    while done:
        with transaction.atomic():
            open_scope([store.pk])
            done = set_papers(store)
        progress.add(done * PAPER)


def luck(store: Store, what: str) -> random.Random:
    """The chances of one store's year: the same at every run."""
    return random.Random(f"{SEED}-{store.code}-{what}")


def signature() -> str:
    """A drawn line as a data URL, as the pad would send it."""
    image = Image.new("RGBA", (300, 110), (0, 0, 0, 0))
    points = [(20, 70), (60, 30), (80, 80), (120, 40), (150, 75), (190, 35), (230, 70), (280, 45)]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 60, 255), width=4, joint="curve")
    data = io.BytesIO()
    image.save(data, "PNG")
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()
