"""The register itself: wrong declarations, lists of many rows, what the forms forgive and what they do not."""

import io
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import openpyxl
import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.org.models import Bay, Department
from fours.register import REGISTERS, Register
from fours.register.checks import check_registers, errors_of
from fours.register.tests.promises import RegisterPromises

ClientOf = Callable[..., Client]


def covered() -> set[str]:
    """Names of the registers whose app tests the promises."""
    for app in apps.get_app_configs():
        module = f"{app.name}.tests.test_registers"
        if app.name.startswith("fours.") and find_spec(module) is not None:
            import_module(module)
    return {each.register for each in RegisterPromises.__subclasses__()}


def test_every_register_that_is_changed_keeps_its_promises_in_a_test() -> None:
    changed = {name for name, each in REGISTERS.items() if each.change is not None and each.form}
    assert changed - covered() == set()


def test_every_register_names_fields_that_exist() -> None:
    assert check_registers() == []


def test_a_wrong_field_name_is_told_with_those_that_exist() -> None:
    class Wrong(Register):
        name = "wrong"
        model = Bay
        view = None
        columns = ("code", "colour")
        filters = ("kind",)
        search = ("store__name", "nothing__name")
        form = (("", ("code", "active")),)
        pickers = {"code": "bays"}
        ordering = ("-size",)

    errors = list(errors_of(Wrong()))
    assert [error.msg.split(".")[1] for error in errors] == [
        "columns names 'colour'",
        "search names 'nothing'",
        "form names 'active'",
        "pickers names 'code'",
        "ordering names 'size'",
    ]
    assert "code" in str(errors[0].hint)


def test_the_menu_leads_to_registers_a_post_may_enter(s01: Store, client_of: ClientOf) -> None:
    assert reverse("departments") in client_of("service_manager", s01).get("/search/").text
    assert reverse("departments") not in client_of("advisor", s01).get("/search/").text


def test_a_long_list_is_counted_to_a_thousand_and_paged(
    s01: Store, client_of: ClientOf, django_assert_max_num_queries: Callable[..., object]
) -> None:
    Bay.objects.bulk_create(Bay(store=s01, code=f"X{n:04}", kind=Bay.Kind.WASH) for n in range(1100))
    client = client_of("service_manager", s01)
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        first = client.get("/r/bays/", {"sort": "-code"}).text
    assert "共 1000+ 条" in first
    assert first.index("X1099") < first.index("X1050")
    assert "X1049" not in first
    assert "X1049" in client.get("/r/bays/", {"sort": "-code", "page": "2"}).text
    assert "X1099" in client.get("/r/bays/", {"sort": "-code", "page": "-3"}).text


def test_resting_rows_are_listed_only_when_asked_for(s01: Store, client_of: ClientOf) -> None:
    Bay.objects.create(store=s01, code="OLD1", kind=Bay.Kind.WASH, active=False)
    client = client_of("service_manager", s01)
    assert "OLD1" not in client.get("/r/bays/").text
    assert "OLD1" in client.get("/r/bays/", {"active": ""}).text
    assert "OLD1" in client.get("/r/bays/", {"active": "false"}).text


def test_filters_and_search_narrow_the_list(s01: Store, client_of: ClientOf) -> None:
    Bay.objects.create(store=s01, code="P01", kind=Bay.Kind.PAINT)
    client = client_of("service_manager", s01)
    painting = client.get("/r/bays/", {"kind": "paint"}).text
    assert "P01" in painting
    assert "A01" not in painting
    assert "A01" not in client.get("/r/bays/", {"q": "Ｐ"}).text
    assert "没有符合条件的工位" in client.get("/r/bays/", {"q": "%"}).text


def test_another_stores_rows_are_neither_listed_nor_offered(
    s01: Store, s02: Store, client_of: ClientOf, see: Callable[..., None]
) -> None:
    see(s01, s02)
    Bay.objects.create(store=s02, code="Z99", kind=Bay.Kind.WASH)
    Department.objects.create(store=s02, kind="parts", name="二店配件部")
    client = client_of("service_manager", s01)
    assert "Z99" not in client.get("/r/bays/").text
    assert "二店配件部" not in client.get("/r/teams/new/").text
    assert "二店配件部" not in client.get("/r/teams/").text


def test_the_address_fills_first_values(s01: Store, client_of: ClientOf) -> None:
    assert 'value="B77"' in client_of("service_manager", s01).get("/r/bays/new/", {"code": "B77"}).text


def test_full_width_and_stray_spaces_are_cleaned_when_saved(s01: Store, client_of: ClientOf) -> None:
    client_of("service_manager", s01).post("/r/bays/new/", {"code": " Ｂ０２ ", "kind": "wash"})
    assert Bay.objects.filter(code="B02").exists()


def test_saving_without_a_change_writes_no_history(s01: Store, client_of: ClientOf) -> None:
    bay = Bay.objects.get(store=s01)
    answer = client_of("service_manager", s01).post(
        f"/r/bays/{bay.pk}/edit/", {"code": "A01", "kind": "mechanical"}
    )
    assert answer.status_code == 302
    assert not Event.objects.filter(aggregate_kind="org.bay").exists()


def test_history_says_old_and_new_in_the_words_of_the_screen(s01: Store, client_of: ClientOf) -> None:
    client, bay = client_of("service_manager", s01), Bay.objects.get(store=s01)
    client.post(f"/r/bays/{bay.pk}/edit/", {"code": "A01", "kind": "paint"})
    assert Event.objects.get().data == {"changes": {"kind": ["机电工位", "喷漆工位"]}}
    assert "类别：机电工位 → 喷漆工位" in client.get(f"/r/bays/{bay.pk}/").text


def test_a_conflict_shows_both_versions_and_keeps_what_was_typed(s01: Store, client_of: ClientOf) -> None:
    client, bay = client_of("service_manager", s01), Bay.objects.get(store=s01)
    seen = client.get(f"/r/bays/{bay.pk}/edit/").text.split('name="seen" value="')[1].split('"')[0]
    Bay.objects.filter(pk=bay.pk).update(kind="paint")
    answer = client.post(f"/r/bays/{bay.pk}/edit/", {"code": "A77", "kind": "wash", "seen": seen})
    assert answer.status_code == 409
    assert all(text in answer.text for text in ("喷漆工位", "洗车工位", 'value="A77"'))
    bay.refresh_from_db()
    assert (bay.code, bay.kind) == ("A01", "paint")


def test_a_wrong_field_does_not_hide_a_conflict(s01: Store, client_of: ClientOf) -> None:
    client, bay = client_of("service_manager", s01), Bay.objects.get(store=s01)
    address = f"/r/bays/{bay.pk}/edit/"
    seen = client.get(address).text.split('name="seen" value="')[1].split('"')[0]
    Bay.objects.filter(pk=bay.pk).update(kind="paint")
    corrected = client.post(address, {"code": "", "kind": "wash", "seen": seen}).text
    kept = corrected.split('name="seen" value="')[1].split('"')[0]
    assert client.post(address, {"code": "A77", "kind": "wash", "seen": kept}).status_code == 409


def test_a_name_that_looks_like_a_formula_is_exported_as_text(s01: Store, client_of: ClientOf) -> None:
    Department.objects.create(store=s01, kind="office", name='=HYPERLINK("x")')
    answer = client_of("service_manager", s01).get("/r/departments/export/", {"q": "="})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet["A"]] == ["s", "s"]
    assert sheet["A2"].value == '=HYPERLINK("x")'


def test_the_list_is_not_exported_without_that_right(s01: Store, client_of: ClientOf) -> None:
    client = client_of("advisor", s01)
    assert client.get("/r/bays/").status_code == 200
    assert client.get("/r/bays/export/").status_code == 403


@pytest.mark.parametrize("post", ["", "1"])
def test_resting_a_row_twice_says_so(s01: Store, client_of: ClientOf, post: str) -> None:
    bay = Bay.objects.create(store=s01, code="R01", kind=Bay.Kind.WASH, active=post == "1")
    answer = client_of("service_manager", s01).post(f"/r/bays/{bay.pk}/rest/", {"active": post})
    assert answer.status_code == 422


def test_people_are_picked_by_pinyin_with_their_posts(
    s01: Store, s02: Store, client_of: ClientOf, person: Callable[..., Actor], see: Callable[..., None]
) -> None:
    see(s01, s02)
    for store, name in ((s01, "单小明"), (s02, "单大明")):
        user = person("technician", store).user
        assert user is not None
        user.name = name
        user.save(update_fields=["name"])
    items = client_of("advisor", s01).get("/pick/people/", {"q": "shan"}).json()["items"]
    assert [(i["text"], i["sub"]) for i in items] == [("单小明", "维修技师")]
