"""Search: how things are typed, what is found, and what must never be found."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from fours.desk import search as searching
from fours.desk.search import (
    Hit,
    Source,
    matching_ids,
    name_keys,
    normal,
    number_keys,
    phone_keys,
    plate_keys,
    register_creation,
    register_source,
    remove_keys,
    search,
    vin_keys,
    write_keys,
)
from fours.kernel.actor import Actor
from fours.kernel.models import Comment, SearchKey, Store

# Comments stand in for cars and people: the kernel knows neither.
PersonOf = Callable[..., Actor]


def describe(actor: Actor, ids: list[int]) -> dict[int, Hit]:
    rows = Comment.objects.visible_to(actor).filter(pk__in=ids)
    return {row.pk: Hit(row.text, "一条备注", f"/c/{row.pk}/") for row in rows}


@pytest.fixture(autouse=True)
def sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SOURCES", {})
    monkeypatch.setattr(searching, "_CREATIONS", [])
    register_source(Source("car", "车辆", "car", "vehicles.view", describe, order=10))
    register_source(Source("person", "客户", "user", "customers.view", describe, order=20))
    register_source(Source("secret", "密件", "lock", "nobody.holds", describe))
    register_creation(
        "vehicles.change", lambda text: f"/new/?plate={text}" if text.startswith("苏") else None
    )


def put(author: Actor, text: str, kind: str, keys: list[tuple[str, int]]) -> Comment:
    row = Comment.objects.create(
        store=author.must_store,
        aggregate_kind="x",
        aggregate_id=1,
        text=text,
        author=author.user,
        at=timezone.now(),
    )
    write_keys(row, kind, keys)
    return row


def titles(actor: Actor, text: str) -> list[str]:
    return [hit.title for hit in search(actor, text)]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("苏Ｅ·１２３４５", "苏e12345"),
        (" 苏e 123 45 ", "苏e12345"),
        ("RO-S01-261122-0001", "ros012611220001"),
        ("阿迪力·买买提", "阿迪力买买提"),
    ],
)
def test_text_is_compared_without_width_case_spaces_and_dots(typed: str, stored: str) -> None:
    assert normal(typed) == stored


def test_keys_of_each_kind_of_text() -> None:
    assert dict(plate_keys("苏E12345")) == {"苏e12345": 1, "e12345": 2, "12345": 3, "2345": 4, "345": 5}
    assert dict(phone_keys("13812345678")) == {"13812345678": 1, "5678": 4}
    assert dict(phone_keys("051266000001")) == {"051266000001": 1, "66000001": 2, "0001": 4}
    assert dict(vin_keys("LFV3A23C0D3000001")) == {"lfv3a23c0d3000001": 1, "d3000001": 2, "000001": 3}
    assert {"王小明", "小明", "wangxiaoming", "wxm"} == {key for key, _ in name_keys("王小明", person=True)}
    assert {"单雪", "shanxue", "danxue", "sx", "dx"} == {key for key, _ in name_keys("单雪", person=True)}
    assert [key for key, _ in number_keys("RO-S01-261122-0001")] == [
        "ros012611220001", "s012611220001", "2611220001", "0001",
    ]  # fmt: skip
    assert plate_keys("") == phone_keys("") == vin_keys("") == number_keys("") == []


@pytest.mark.parametrize("typed", ["苏E12345", "苏e·123", "12345", "２３４５", "345", "e1234"])
def test_a_car_is_found_by_any_end_of_its_plate(s01: Store, person: PersonOf, typed: str) -> None:
    advisor = person("advisor", s01)
    put(advisor, "小明的车", "car", plate_keys("苏E12345"))
    assert titles(advisor, typed) == ["小明的车"]


@pytest.mark.parametrize("typed", ["+86 138 1234 5678", "5678", "王", "小明", "wxm", "wangxiao"])
def test_a_person_is_found_by_phone_name_pinyin_and_initials(
    s01: Store, person: PersonOf, typed: str
) -> None:
    advisor = person("advisor", s01)
    put(advisor, "王小明", "person", [*phone_keys("13812345678"), *name_keys("王小明", person=True)])
    assert titles(advisor, typed) == ["王小明"]


def test_whole_matches_come_first_then_rank_then_cars(s01: Store, person: PersonOf) -> None:
    advisor = person("advisor", s01)
    put(advisor, "尾号的人", "person", [("2345", 4)])
    put(advisor, "尾号的车", "car", [("2345", 4)])
    put(advisor, "更长的车", "car", [("23456", 1)])
    put(advisor, "编号的人", "person", [("2345", 1)])
    assert titles(advisor, "2345") == ["编号的人", "尾号的车", "尾号的人", "更长的车"]


def test_a_single_letter_or_digit_and_blanks_find_nothing(s01: Store, person: PersonOf) -> None:
    advisor = person("advisor", s01)
    put(advisor, "小明的车", "car", plate_keys("苏E12345"))
    assert [titles(advisor, text) for text in ("1", "e", "", "  ", "-·")] == [[], [], [], [], []]


def test_rewritten_keys_replace_the_old_and_removed_ones_find_nothing(s01: Store, person: PersonOf) -> None:
    advisor = person("advisor", s01)
    car = put(advisor, "小明的车", "car", plate_keys("苏E12345"))
    write_keys(car, "car", plate_keys("苏E99345"))
    assert titles(advisor, "12345") == []
    assert titles(advisor, "99345") == ["小明的车"]
    remove_keys(car, "car")
    assert not SearchKey.objects.filter(target_id=car.pk).exists()


def test_another_stores_car_and_kinds_without_right_are_not_found(
    s01: Store, s02: Store, person: PersonOf, see: Callable[..., None]
) -> None:
    see(s01, s02)
    put(person("advisor", s01), "小明的车", "car", plate_keys("苏E12345"))
    put(person("advisor", s01), "密件", "secret", [("12345", 1)])
    assert titles(person("advisor", s02), "12345") == []
    assert titles(person("advisor", s01), "12345") == ["小明的车"]
    assert titles(person("tool_keeper", s01), "12345") == []


def test_a_key_whose_thing_the_actor_may_not_see_shows_nothing(s01: Store, person: PersonOf) -> None:
    advisor = person("advisor", s01)
    SearchKey.objects.create(store=s01, key="12345", kind="car", target_id=999_999, rank=1)
    assert titles(advisor, "12345") == []


def test_a_kind_the_group_shares_is_found_by_its_own_lookup(s01: Store, person: PersonOf) -> None:
    advisor = person("advisor", s01)
    row = put(advisor, "机油滤清器", "none", [])
    register_source(
        Source(
            "part", "配件", "box", "parts.view", describe, matches=lambda actor, text, limit: [(row.pk, 2)]
        )
    )
    assert [(hit.kind, hit.id, hit.icon) for hit in search(advisor, "jl")] == [("part", row.pk, "box")]


def test_lists_look_up_ids_of_one_kind_by_the_same_keys(s01: Store, person: PersonOf) -> None:
    advisor = person("advisor", s01)
    longer = put(advisor, "更长的车", "car", plate_keys("苏E123456"))
    whole = put(advisor, "小明的车", "car", plate_keys("苏E12345"))
    put(advisor, "王小明", "person", [("苏e12345", 1)])
    assert matching_ids(advisor, "car", "苏E·12345") == [whole.pk, longer.pk]
    assert matching_ids(advisor, "car", " ") == []


def test_the_box_gets_a_list_and_the_address_bar_a_page(
    s01: Store, person: PersonOf, client_of: Callable[..., Client]
) -> None:
    put(person("advisor", s01), "小明的车", "car", plate_keys("苏E12345"))
    client = client_of("advisor", s01)
    box = client.get("/search/", {"q": "12345"}, headers={"HX-Request": "true"})
    page = client.get("/search/", {"q": "12345"})
    assert "小明的车" in box.text
    assert "<html" not in box.text
    assert "小明的车" in page.text
    assert "<html" in page.text
    assert "HX-Request" in page.headers["Vary"]


def test_what_is_not_found_can_be_made_by_those_who_may(s01: Store, client_of: Callable[..., Client]) -> None:
    found = client_of("advisor", s01).get("/search/", {"q": "苏E88888"})
    assert "/new/?plate=苏E88888" in found.text
    assert "/new/" not in client_of("technician", s01).get("/search/", {"q": "苏E88888"}).text
    assert "/new/" not in client_of("advisor", s01).get("/search/", {"q": "王小明"}).text


def test_the_page_takes_few_queries_whatever_it_finds(
    s01: Store,
    person: PersonOf,
    client_of: Callable[..., Client],
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for number in range(60):
        put(person("advisor", s01), f"车{number}", "car", plate_keys(f"苏E12{number:03}"))
    client = client_of("advisor", s01)
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        page = client.get("/search/", {"q": "苏E12"})
    assert page.text.count("search-item") == 50
