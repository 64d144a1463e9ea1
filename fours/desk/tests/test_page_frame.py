"""What all pages share: the menu, the words of empty choices and of refused passwords."""

from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from conftest import PersonOf
from fours.desk.passwords import LongEnough
from fours.kernel.forms import TablerForm
from fours.kernel.menu import menu_for
from fours.kernel.models import Store

ClientOf = Callable[..., Client]


class Options(HTMLParser):
    """The options of the select of one name: value → whether it is chosen."""

    def __init__(self, name: str, page: str) -> None:
        super().__init__()
        self.name, self.inside = name, False
        self.found: dict[str, bool] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "select":
            self.inside = given.get("name") == self.name
        if tag == "option" and self.inside:
            self.found[given.get("value") or ""] = "selected" in given


def test_a_page_that_two_areas_lead_to_stands_in_the_menu_once(s01: Store, person: PersonOf) -> None:
    admin = person("it_admin", s01)
    assert admin.can("customers.import")
    assert admin.can("parts.import")
    listed = [item.url for section in menu_for(admin, "/") for item in section.items]
    assert listed.count(reverse("intakes")) == 1
    assert len(listed) == len(set(listed))


def test_a_planner_of_parts_still_finds_the_import(s01: Store, person: PersonOf) -> None:
    planner = person("parts_planner", s01)
    assert not planner.can("customers.import")
    sections = {section.label: [item.url for item in section.items] for section in menu_for(planner, "/")}
    assert reverse("intakes") in sections["配件"]


def test_a_yes_no_filter_says_that_nothing_is_filtered(s01: Store, client_of: ClientOf) -> None:
    page = client_of("advisor", s01).get(reverse("customers")).content.decode()
    assert list(Options("do_not_call", page).found) == ["", "true", "false"]
    assert not Options("do_not_call", page).found["true"]
    assert Options("active", page).found["true"]


def test_a_choice_that_must_be_made_says_so(s01: Store, client_of: ClientOf) -> None:
    page = client_of("service_manager", s01).get(reverse("bays_new")).content.decode()
    assert "请选择</option>" in page
    assert "---------" not in page


def test_a_password_that_is_too_short_is_refused_in_chinese() -> None:
    with pytest.raises(ValidationError) as refused:
        LongEnough().validate("short12")
    assert refused.value.messages == ["密码太短，至少要 8 个字符。"]


def test_a_quantity_is_filled_in_without_idle_zeros() -> None:
    class Wanted(TablerForm, forms.Form):
        quantity = forms.DecimalField(max_digits=12, decimal_places=3)
        price = forms.DecimalField(max_digits=12, decimal_places=2)

    form = Wanted(initial={"quantity": Decimal("1200.000"), "price": Decimal("3.50")})
    assert 'value="1200"' in str(form["quantity"])
    assert 'value="3.50"' in str(form["price"])
    typed = Wanted({"quantity": "1.500", "price": "x"})
    assert 'value="1.500"' in str(typed["quantity"])
