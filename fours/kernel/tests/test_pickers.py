"""Pickers: the rows a field offers while one types, and only to those who may see them."""

from collections.abc import Callable, Iterator

import pytest
from django import forms
from django.test import Client

from fours.kernel.models import Store
from fours.kernel.pickers import PICKERS, Choice, PickerSelect, register_picker
from fours.org.models import Bay

ClientOf = Callable[..., Client]


@pytest.fixture(autouse=True)
def bays_to_pick() -> Iterator[None]:
    register_picker(
        "test-bays",
        "service.view",
        lambda actor, text: (
            Choice(bay.pk, bay.code, bay.get_kind_display())
            for bay in Bay.objects.visible_to(actor).filter(code__startswith=text)
        ),
    )
    yield
    del PICKERS["test-bays"]


def test_what_begins_with_the_text_is_offered(s01: Store, client_of: ClientOf) -> None:
    Bay.objects.create(store=s01, code="B02", kind=Bay.Kind.PAINT)
    answer = client_of("advisor", s01).get("/pick/test-bays/", {"q": "Ｂ"})
    assert [(i["text"], i["sub"]) for i in answer.json()["items"]] == [("B02", "喷漆工位")]


def test_at_most_thirty_rows_are_offered(s01: Store, client_of: ClientOf) -> None:
    Bay.objects.bulk_create(Bay(store=s01, code=f"C{n:02}", kind=Bay.Kind.WASH) for n in range(40))
    assert len(client_of("advisor", s01).get("/pick/test-bays/").json()["items"]) == 30


def test_another_stores_rows_are_not_offered(s01: Store, s02: Store, client_of: ClientOf) -> None:
    items = client_of("advisor", s02).get("/pick/test-bays/").json()["items"]
    assert [i["value"] for i in items] == list(Bay.objects.filter(store=s02).values_list("pk", flat=True))


def test_without_the_right_or_with_an_unknown_name_nothing_is_answered(
    s01: Store, client_of: ClientOf
) -> None:
    assert client_of("sales_manager", s01).get("/pick/test-bays/").status_code == 403
    assert client_of("advisor", s01).get("/pick/unknown/").status_code == 404


def test_the_control_writes_out_the_chosen_row_only(s01: Store) -> None:
    chosen = Bay.objects.get(store=s01)
    Bay.objects.create(store=s01, code="B02", kind=Bay.Kind.PAINT)

    class BayForm(forms.Form):
        bay = forms.ModelChoiceField(Bay.objects.filter(store=s01), widget=PickerSelect("test-bays"))

    html = BayForm(initial={"bay": chosen.pk})["bay"].as_widget()
    assert 'data-picker="/pick/test-bays/"' in html
    assert "A01" in html
    assert "B02" not in html
    assert BayForm({"bay": str(chosen.pk)}).is_valid()
    assert not BayForm({"bay": "x"}).is_valid()
    assert "A01" not in BayForm({"bay": "x"})["bay"].as_widget()
