"""Parts, bins and stock for tests, made the way the product makes them."""

from decimal import Decimal

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.parts.models import Bin, LotBalance, Part, StockBalance, StockMovement, StockReceipt
from fours.parts.verbs.receive import Arrival, receive_parts


def an_order(store: Store, number: str = "RO-S01-261122-0001", pk: int = 1) -> StockReceipt:
    """A numbered document parts are issued against; any kind does, orders are above this app."""
    return StockReceipt(pk=pk, store=store, number=number)


def a_part(store: Store, number: str = "06J115403Q", name: str = "机油滤清器", **facts: object) -> Part:
    return Part.objects.create(group=store.group, number=number, name=name, unit="个", **facts)


def a_bin(store: Store, code: str = "A-01-1-01") -> Bin:
    return Bin.objects.get_or_create(store=store, code=code)[0]


def stocked(
    store: Store, part: Part, quantity: str, cost: str = "32.50", bin: str = "A-01-1-01", lot: str = ""
) -> None:
    line = Arrival(part, Decimal(quantity), Decimal(cost), a_bin(store, bin), lot)
    receive_parts(store, lines=[line], actor=Actor.system(store))


def on_hand(store: Store, part: Part) -> Decimal:
    balance = StockBalance.objects.filter(store=store, part=part).first()
    return balance.on_hand if balance else Decimal(0)


def assert_books_tie_out(store: Store, part: Part) -> None:
    """Balance = sum of movements = sum of lots, value to the cent, reserved = sum of reservations."""
    balance = StockBalance.objects.get(store=store, part=part)
    movements = list(StockMovement.objects.filter(store=store, part=part).order_by("pk"))
    assert balance.on_hand == sum(m.quantity for m in movements)
    assert balance.value == sum(m.value for m in movements)
    assert balance.on_hand == sum(p.quantity for p in LotBalance.objects.filter(store=store, lot__part=part))
    assert balance.reserved == sum(r.quantity for r in part.reservations.filter(store=store))
    assert 0 <= balance.reserved <= balance.on_hand
    assert balance.value >= 0
    assert balance.on_hand or not balance.value
    running = Decimal(0)
    for movement in movements:
        running += movement.quantity
        assert movement.balance == running
