"""Whatever is done in whatever order: balance = movements = lots, value ties out to the cent, nothing is negative."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Store, User
from fours.parts.models import IssueLine, LotBalance, Part
from fours.parts.verbs.issue import issue_parts, return_issued
from fours.parts.verbs.reserve import Ask, release_reservations, reserve_parts
from fours.parts.verbs.stock import adjust_stock

from .making import a_part, an_order, assert_books_tie_out, on_hand, stocked

QUANTITY = st.decimals("0.001", "20", places=3)
COST = st.decimals("0", "500", places=6)
STEP = st.one_of(
    st.tuples(st.just("receive"), QUANTITY, COST),
    st.tuples(st.just("issue"), QUANTITY, st.integers(1, 3)),
    st.tuples(st.just("reserve"), QUANTITY, st.integers(1, 3)),
    st.tuples(st.just("release"), st.just(Decimal(0)), st.integers(1, 3)),
    st.tuples(st.just("return"), QUANTITY, st.integers(0, 5)),
    st.tuples(st.just("count"), QUANTITY, st.integers(0, 5)),
)


def do(step: tuple[str, Decimal, object], store: Store, part: Part, receiver: User) -> None:
    word, quantity, other = step
    actor = Actor.system(store)
    if word == "receive":
        stocked(store, part, str(quantity), str(other))
        return
    number = int(str(other))
    order = an_order(store, f"RO-{number}", pk=max(number, 1))
    if word == "issue":
        lines = [Ask(number, part, quantity)]
        issue_parts(store, source=order, lines=lines, receiver=receiver, subject="", actor=actor)
    elif word == "reserve":
        reserve_parts(store, source=order, lines=[Ask(number, part, quantity)], actor=actor)
    elif word == "release":
        release_reservations(order, actor=actor)
    elif word == "return" and (line := IssueLine.objects.order_by("pk")[number : number + 1].first()):
        return_issued(line, quantity=quantity, actor=actor)
    elif word == "count" and (place := LotBalance.objects.order_by("pk")[number : number + 1].first()):
        adjust_stock(place, counted=quantity, reason="盘点", actor=actor)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=14))
def test_the_books_tie_out_after_any_work(s01: Store, person, steps: list) -> None:  # type: ignore[no-untyped-def,type-arg]
    receiver = person("technician", s01).user
    with transaction.atomic():
        part = a_part(s01)
        stocked(s01, part, "3", "7.77")
        for step in steps:
            before = on_hand(s01, part)
            try:
                do(step, s01, part, receiver)
            except Refused:
                assert on_hand(s01, part) == before
            assert_books_tie_out(s01, part)
        transaction.set_rollback(True)


@pytest.mark.parametrize("quantities", [["1", "1", "1"], ["0.333", "0.333", "0.334"], ["0.001"] * 7])
def test_an_emptied_balance_is_worth_nothing(s01: Store, person, quantities: list[str]) -> None:  # type: ignore[no-untyped-def]
    part, receiver = a_part(s01), person("technician", s01).user
    stocked(s01, part, str(sum(map(Decimal, quantities))), "10.01")
    for number, quantity in enumerate(quantities, start=1):
        do(("issue", Decimal(quantity), number), s01, part, receiver)
    assert on_hand(s01, part) == 0
    assert_books_tie_out(s01, part)
