"""Rubbish in single fields that once was a fault of the program; each is refused beside its field."""

from collections.abc import Callable

import pytest

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.service.forms.orders import LineForm
from fours.service.forms.reception import CheckInForm
from fours.service.models import CheckIn
from fours.service.tests.order_house import house, with_lines
from fours.vehicles.models import Vehicle


@pytest.mark.parametrize("discount", ["1e30%", "1e9", "NaN", "-1", "1e999999", "9" * 12])
def test_a_discount_beyond_all_measure_is_refused(
    discount: str, s01: Store, person: Callable[..., Actor], see: Callable[..., None]
) -> None:
    see(s01)
    job = with_lines(house(s01), person("advisor", s01)).jobs.get()
    typed = {"hours": "0.8", "unit_price": "120", "payer": "customer", "discount": discount}
    form = LineForm(typed, line=job)
    assert form.errors == {"discount": ["请填写金额或百分比，如 20 或 5%。"]}
    assert LineForm({**typed, "discount": "5%"}, line=job).is_valid()


@pytest.mark.parametrize("marks", ["[" * 50_000, "{", "1", "[1]", "[[]]", "9" * 5000])
def test_marks_of_damage_that_cannot_be_read_are_refused(marks: str, s01: Store) -> None:
    car = Vehicle(store=s01, plate="苏E12345")
    form = CheckInForm({"damage_marks": marks}, check_in=CheckIn(store=s01, vehicle=car))
    assert form.errors["damage_marks"] == ["外观标记无法识别，请重新标记。"]
