"""What an authorised order needs is held for it; what is not there is written down at once (PT-02, PT-06)."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from random import Random

import pytest
from django.db import transaction

from fours.base.errors import Gone, Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.parts.models import Backorder, Part, Reservation, StockBalance
from fours.parts.stock import availability
from fours.parts.verbs import reserve
from fours.parts.verbs.issue import issue_parts, return_issued
from fours.parts.verbs.reserve import Ask, release_reservations, reserve_parts
from fours.parts.verbs.stock import adjust_stock

from .making import a_part, an_order, assert_books_tie_out, on_hand, stocked

Person = Callable[..., Actor]


def test_a_shortage_becomes_a_back_order_at_once(s01: Store) -> None:
    part, actor = a_part(s01), Actor.system(s01)
    stocked(s01, part, "2")
    short = reserve_parts(s01, source=an_order(s01), lines=[Ask(1, part, Decimal(5))], actor=actor)
    assert [(s.line_id, s.missing) for s in short] == [(1, 3)]
    assert Reservation.objects.get().quantity == 2
    row = Backorder.objects.get()
    assert (row.quantity, row.open, row.source_number) == (3, True, "RO-S01-261122-0001")
    assert availability(s01, [part.pk])[part.pk].free == 0
    assert_books_tie_out(s01, part)


def test_reserving_again_changes_nothing(s01: Store) -> None:
    part, actor = a_part(s01), Actor.system(s01)
    stocked(s01, part, "2")
    for _ in range(2):
        reserve_parts(s01, source=an_order(s01), lines=[Ask(1, part, Decimal(5))], actor=actor)
    assert Reservation.objects.get().quantity == 2
    assert Backorder.objects.get().quantity == 3
    assert_books_tie_out(s01, part)


def test_what_is_held_for_one_order_is_not_issued_to_another(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "3")
    mine, other = an_order(s01), an_order(s01, "RO-S01-261122-0002", pk=2)
    reserve_parts(s01, source=mine, lines=[Ask(1, part, Decimal(2))], actor=Actor.system(s01))
    receiver, keeper = person("technician", s01).user, person("parts_keeper", s01)
    assert receiver is not None
    with pytest.raises(Gone, match="只剩 1 个可领，另有 2 个已为其他单据预留"):
        issue_parts(
            s01, source=other, lines=[Ask(9, part, Decimal(2))], receiver=receiver, subject="", actor=keeper
        )
    assert on_hand(s01, part) == 3
    issue_parts(
        s01, source=mine, lines=[Ask(1, part, Decimal(2))], receiver=receiver, subject="", actor=keeper
    )
    assert not Reservation.objects.exists()
    assert StockBalance.objects.get().reserved == 0
    assert_books_tie_out(s01, part)


def test_a_delivery_goes_to_those_who_wait_first_come_first_served(s01: Store) -> None:
    part, actor = a_part(s01), Actor.system(s01)
    first, second = an_order(s01), an_order(s01, "RO-S01-261122-0002", pk=2)
    reserve_parts(s01, source=first, lines=[Ask(1, part, Decimal(2))], actor=actor)
    reserve_parts(s01, source=second, lines=[Ask(2, part, Decimal(2))], actor=actor)
    stocked(s01, part, "3")
    assert [(b.source_id, b.open, b.quantity) for b in Backorder.objects.order_by("pk")] == [
        (1, False, 2),
        (2, True, 1),
    ]
    assert [r.quantity for r in Reservation.objects.order_by("source_id")] == [2, 1]
    assert Event.objects.get(kind="parts.backorder_filled").data["source_id"] == 1
    assert_books_tie_out(s01, part)


def test_a_void_order_gives_its_parts_to_the_next_who_waits(s01: Store) -> None:
    part, actor = a_part(s01), Actor.system(s01)
    stocked(s01, part, "2")
    first, second = an_order(s01), an_order(s01, "RO-S01-261122-0002", pk=2)
    reserve_parts(s01, source=first, lines=[Ask(1, part, Decimal(3))], actor=actor)
    reserve_parts(s01, source=second, lines=[Ask(2, part, Decimal(1))], actor=actor)
    release_reservations(first, actor=actor)
    assert [(r.source_id, r.quantity) for r in Reservation.objects.all()] == [(2, 1)]
    dropped = Backorder.objects.get(source_id=1)
    assert (dropped.open, dropped.closed_at, dropped.quantity) == (False, None, 1)
    assert_books_tie_out(s01, part)


@pytest.mark.parametrize("before", ["2", ""])
def test_a_delivery_in_the_moment_of_voiding_leaves_nothing_held_for_nobody(
    before: str, s01: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The delivery has the balance's lock first: what it gave the order is given back with the rest."""
    part, actor = a_part(s01), Actor.system(s01)
    if before:
        stocked(s01, part, before)
    order = an_order(s01)
    reserve_parts(s01, source=order, lines=[Ask(1, part, Decimal(5))], actor=actor)
    real, arrivals = reserve.lock_balances, [Decimal(3)]

    def after_the_delivery(store: Store, parts: Iterable[Part]) -> dict[int, StockBalance]:
        if arrivals:
            stocked(store, part, f"{arrivals.pop()}")
        return real(store, parts)

    monkeypatch.setattr(reserve, "lock_balances", after_the_delivery)
    release_reservations(order, actor=actor)
    assert not arrivals
    assert StockBalance.objects.get().reserved == 0
    assert_books_tie_out(s01, part)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_held_and_handed_out_in_thousandths_the_books_tie_out(
    seed: int, s01: Store, person: Person
) -> None:
    """Lines of the same part, own and others' reservations, several lots and bins, refusals in between."""
    rng, keeper, receiver = Random(seed), person("parts_keeper", s01), person("technician", s01).user
    assert receiver is not None
    parts = [a_part(s01, f"P{number}", f"配件{number}") for number in range(2)]
    orders = [an_order(s01, f"RO-S01-261122-000{pk}", pk=pk) for pk in (1, 2, 3)]
    refused = issued = 0
    for _ in range(40):
        order = rng.choice(orders)
        lines = [
            Ask(order.pk * 10 + place, parts[place % 2], Decimal(rng.randint(1, 2500)).scaleb(-3))
            for place in rng.sample(range(4), rng.randint(1, 4))
        ]
        step = rng.choice(["arrive", "reserve", "issue", "issue", "release"])
        try:
            with transaction.atomic():
                if step == "arrive":
                    cost, place = f"{rng.randint(1, 99999) / 100}", f"A-0{rng.randint(1, 3)}-1-01"
                    stocked(s01, rng.choice(parts), f"{lines[0].quantity}", cost, place)
                elif step == "reserve":
                    reserve_parts(s01, source=order, lines=lines, actor=keeper)
                elif step == "issue":
                    issue_parts(s01, source=order, lines=lines, receiver=receiver, subject="", actor=keeper)
                    issued += 1
                else:
                    release_reservations(order, actor=keeper)
        except Gone:
            refused += 1
        for part in parts:
            if StockBalance.objects.filter(part=part).exists():
                assert_books_tie_out(s01, part)
        assert not Backorder.objects.filter(quantity__lte=0).exists()
    assert issued
    assert refused


def test_free_pieces_handed_out_make_the_back_order_smaller(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "2")
    order, other = an_order(s01), an_order(s01, "RO-S01-261122-0002", pk=2)
    receiver, keeper = person("technician", s01).user, person("parts_keeper", s01)
    assert receiver is not None
    slip = issue_parts(
        s01, source=other, lines=[Ask(9, part, Decimal(2))], receiver=receiver, subject="", actor=keeper
    )
    reserve_parts(s01, source=order, lines=[Ask(1, part, Decimal(1))], actor=keeper)
    assert Backorder.objects.get().open
    return_issued(slip.lines.get(), quantity=Decimal(1), actor=keeper)
    assert not Backorder.objects.get().open
    assert Reservation.objects.get().source_line_id == 1
    assert_books_tie_out(s01, part)


def test_a_count_books_the_difference_with_its_reason(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "10", "2.50")
    place = part.lots.get().balances.get()
    manager = person("parts_manager", s01)
    loss = adjust_stock(place, counted=Decimal(8), reason="盘亏", actor=manager)
    gain = adjust_stock(place, counted=Decimal(9), reason="找到一个", actor=manager)
    assert (loss.quantity, loss.value, gain.quantity, gain.value) == (
        -2,
        Decimal("-5.00"),
        1,
        Decimal("2.50"),
    )
    assert loss.source_number.startswith("PA-S01-")
    assert "盘亏" in Event.objects.filter(kind="parts.adjusted").first().sentence  # type: ignore[union-attr]
    for counted, reason, field in (("9", "相同", "counted"), ("1", " ", "reason"), ("-1", "负", "counted")):
        with pytest.raises(Refused) as refusal:
            adjust_stock(place, counted=Decimal(counted), reason=reason, actor=manager)
        assert list(refusal.value.fields) == [field]
    assert_books_tie_out(s01, part)


def test_a_count_cannot_take_what_is_reserved(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "2")
    reserve_parts(s01, source=an_order(s01), lines=[Ask(1, part, Decimal(2))], actor=Actor.system(s01))
    with pytest.raises(Gone):
        adjust_stock(
            part.lots.get().balances.get(),
            counted=Decimal(1),
            reason="盘亏",
            actor=person("parts_manager", s01),
        )
    assert on_hand(s01, part) == 2
