"""What the storekeeper and others see of stock; money only where the post may (PT-02)."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.parts.models import Bin, LotBalance, StockBalance, StockReceipt, StorePart
from fours.parts.verbs.issue import issue_parts
from fours.parts.verbs.reserve import Ask, reserve_parts
from fours.parts.verbs.store_part import set_store_part
from fours.parts.worklist import low_parts, missing_parts

from .making import a_bin, a_part, an_order, on_hand, stocked

Person = Callable[..., Actor]
ClientOf = Callable[..., Client]
Counted = Callable[..., object]
OF_A_PAGE = 15  # queries, the layout's own among them


def receipt_form(*lines: dict[str, object], **head: str) -> dict[str, str]:
    typed = {"supplier": "主机厂配件中心", "form-TOTAL_FORMS": "6", "form-INITIAL_FORMS": "0", **head}
    for number, line in enumerate(lines):
        typed |= {f"form-{number}-{name}": str(value) for name, value in line.items()}
    return typed


def test_the_stock_list_has_tabs_for_what_needs_doing(
    s01: Store, person: Person, client_of: ClientOf
) -> None:
    low, wanted = a_part(s01), a_part(s01, "N1", "空调滤芯")
    stocked(s01, low, "2")
    set_store_part(
        s01, part=low, bin=a_bin(s01), retail_price=None, minimum_stock=Decimal(5),
        actor=person("parts_manager", s01),
    )  # fmt: skip
    reserve_parts(s01, source=an_order(s01), lines=[Ask(1, wanted, Decimal(2))], actor=Actor.system(s01))
    keeper = client_of("parts_keeper", s01)
    both = keeper.get("/parts/stock/").text
    assert "机油滤清器" in both
    assert "空调滤芯" in both
    only_low = keeper.get("/parts/stock/?show=low").text
    assert "机油滤清器" in only_low
    assert "空调滤芯" not in only_low
    short = keeper.get("/parts/stock/?show=short").text
    assert "缺 2" in short
    assert "机油滤清器" not in short
    assert "N1" in keeper.get("/parts/backorders/").text


def test_costs_are_shown_only_to_posts_that_may_see_them(s01: Store, client_of: ClientOf) -> None:
    part = a_part(s01)
    stocked(s01, part, "2", "123.45")
    for post, sees in (("parts_keeper", True), ("gm", True), ("technician", False), ("advisor", False)):
        client = client_of(post, s01)
        for address in ("/parts/stock/", f"/parts/{part.pk}/", "/parts/receipts/"):
            assert ("246.90" in client.get(address).text) is sees, (post, address)


def test_the_card_ledger_shows_every_in_and_out(s01: Store, person: Person, client_of: ClientOf) -> None:
    part = a_part(s01)
    stocked(s01, part, "5")
    receiver = person("technician", s01).user
    assert receiver is not None
    slip = issue_parts(
        s01, source=an_order(s01), lines=[Ask(1, part, Decimal(2))], receiver=receiver, subject="苏E12345",
        actor=person("parts_keeper", s01),
    )  # fmt: skip
    shown = client_of("parts_keeper", s01).get(f"/parts/{part.pk}/").text
    assert "+5" in shown
    assert "-2" in shown
    assert f'href="/parts/slips/{slip.pk}/">{slip.number}</a>' in shown
    listed = client_of("parts_keeper", s01).get("/parts/slips/", {"q": "苏E·123"}).text
    assert slip.number in listed
    assert "technicianS01" in client_of("parts_keeper", s01).get(f"/parts/slips/{slip.pk}/").text


def test_a_receipt_is_typed_and_booked(s01: Store, client_of: ClientOf) -> None:
    part, other = a_part(s01), a_part(s01, "N1", "空调滤芯")
    StorePart.objects.create(store=s01, part=other, bin=a_bin(s01, "B-01-1-01"))
    a_bin(s01, "A-03-2-05")
    lines = [
        {"part": part.pk, "quantity": "10", "unit_cost": "32.5", "bin": "a-03-2-05"},
        {"part": other.pk, "quantity": "4", "unit_cost": "18", "lot_code": "L7"},
    ]
    answer = client_of("parts_keeper", s01).post("/parts/receipts/new/", receipt_form(*lines))
    made = StockReceipt.objects.get()
    assert answer.url == f"/parts/receipts/{made.pk}/"  # type: ignore[attr-defined]
    assert (on_hand(s01, part), on_hand(s01, other)) == (10, 4)
    assert LotBalance.objects.get(lot__code="L7").bin.code == "B-01-1-01"
    assert "325.00" in client_of("parts_keeper", s01).get(answer.url).text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"quantity": "3", "unit_cost": "1"}, "请选择配件。"),
        ({"part": "P", "unit_cost": "1", "bin": "A-01-1-01"}, "请填写数量。"),
        ({"part": "P", "quantity": "0", "unit_cost": "1", "bin": "A-01-1-01"}, "数量必须大于 0。"),
        ({"part": "P", "quantity": "3", "bin": "A-01-1-01"}, "请填写单价。"),
        ({"part": "P", "quantity": "3", "unit_cost": "1", "bin": "X-99"}, "本店没有货位 X-99。"),
        ({"part": "P", "quantity": "3", "unit_cost": "1"}, "没有常用货位"),
        ({"part": "999999", "quantity": "3", "unit_cost": "1"}, "请从列表中选择"),
    ],
)
def test_a_wrong_line_says_what_is_wrong_and_keeps_what_was_typed(
    s01: Store, client_of: ClientOf, line: dict[str, str], message: str
) -> None:
    part = a_part(s01)
    a_bin(s01)
    typed = {name: str(part.pk) if value == "P" else value for name, value in line.items()}
    good = {"part": part.pk, "quantity": "7", "unit_cost": "2", "bin": "A-01-1-01"}
    answer = client_of("parts_keeper", s01).post(
        "/parts/receipts/new/", receipt_form(good, typed, delivery_note="DN-77")
    )
    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="DN-77"' in answer.text
    assert 'value="7"' in answer.text
    assert not StockReceipt.objects.exists()


def test_an_empty_receipt_is_refused(s01: Store, client_of: ClientOf) -> None:
    answer = client_of("parts_keeper", s01).post("/parts/receipts/new/", receipt_form())
    assert answer.status_code == 422
    assert "至少要有一行" in answer.text


def test_more_lines_keep_what_was_typed(s01: Store, client_of: ClientOf) -> None:
    typed = receipt_form({"quantity": "3"}, more="1")
    answer = client_of("parts_keeper", s01).post("/parts/receipts/new/", typed)
    assert 'name="form-11-quantity"' in answer.text
    assert not StockReceipt.objects.exists()


def test_a_count_and_the_stores_own_rules_are_forms_of_their_own(s01: Store, client_of: ClientOf) -> None:
    part = a_part(s01)
    stocked(s01, part, "5")
    place, bin = LotBalance.objects.get(), Bin.objects.get()
    manager = client_of("parts_manager", s01)
    assert (
        manager.post(f"/parts/places/{place.pk}/adjust/", {"counted": "4", "reason": ""}).status_code == 422
    )
    assert on_hand(s01, part) == 5
    manager.post(f"/parts/places/{place.pk}/adjust/", {"counted": "4", "reason": "破损"})
    assert on_hand(s01, part) == 4
    manager.post(f"/parts/{part.pk}/store/", {"bin": bin.pk, "retail_price": "61.5", "minimum_stock": "3"})
    row = StorePart.objects.get()
    assert (row.bin, row.retail_price, row.minimum_stock) == (bin, Decimal("61.50"), 3)
    assert "61.5" in manager.get(f"/parts/{part.pk}/store/").text


ADDRESSES = ("/parts/{part}/", "/parts/{part}/store/", "/parts/places/{place}/adjust/",
             "/parts/receipts/{receipt}/", "/parts/slips/{slip}/")  # fmt: skip


def test_the_other_store_finds_none_of_it(
    s01: Store, s02: Store, person: Person, client_of: ClientOf, see: Callable[..., None]
) -> None:
    part = a_part(s01)
    stocked(s01, part, "5")
    receiver = person("technician", s01).user
    assert receiver is not None
    slip = issue_parts(
        s01, source=an_order(s01), lines=[Ask(1, part, Decimal(2))], receiver=receiver, subject="苏E12345",
        actor=person("parts_keeper", s01),
    )  # fmt: skip
    ids = {
        "part": part.pk,
        "place": LotBalance.objects.get().pk,
        "receipt": StockReceipt.objects.get().pk,
        "slip": slip.pk,
    }
    stranger = client_of("parts_manager", s02)
    codes = [stranger.get(address.format(**ids)).status_code for address in ADDRESSES]
    assert codes == [200, 200, 404, 404, 404]
    for address in ("/parts/stock/", f"/parts/{part.pk}/", "/parts/receipts/", "/parts/slips/"):
        shown = stranger.get(address).text
        assert slip.number not in shown
        assert "A-01-1-01" not in shown
    see(s01)
    assert StockBalance.objects.get().on_hand == 3


@pytest.mark.parametrize(
    ("post", "codes"),
    [
        ("parts_keeper", [200, 200, 403, 403]), ("parts_manager", [200, 200, 200, 200]),
        ("parts_planner", [200, 403, 200, 200]), ("technician", [200, 403, 403, 403]),
        ("washer", [403, 403, 403, 403]),
    ],
)  # fmt: skip
def test_who_may_open_what(s01: Store, client_of: ClientOf, post: str, codes: list[int]) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    place = LotBalance.objects.get()
    addresses = (
        "/parts/stock/",
        "/parts/receipts/new/",
        f"/parts/{part.pk}/store/",
        f"/parts/places/{place.pk}/adjust/",
    )
    client = client_of(post, s01)
    assert [client.get(address).status_code for address in addresses] == codes


def test_pages_ask_no_more_the_more_rows_there_are(
    s01: Store, client_of: ClientOf, person: Person, django_assert_max_num_queries: Counted
) -> None:
    receiver = person("technician", s01).user
    assert receiver is not None
    for number in range(12):
        part = a_part(s01, f"N{number}", f"件{number}")
        stocked(s01, part, "5", bin=f"A-0{number % 3}")
        issue_parts(
            s01, source=an_order(s01), lines=[Ask(number, part, Decimal(2))], receiver=receiver, subject="",
            actor=Actor.system(s01),
        )  # fmt: skip
        reserve_parts(
            s01,
            source=an_order(s01, pk=2),
            lines=[Ask(100 + number, part, Decimal(9))],
            actor=Actor.system(s01),
        )
    keeper = client_of("parts_keeper", s01)
    slip, receipt = (
        part.movements.get(kind="issue").source_id,
        StockReceipt.objects.get(pk=part.movements.get(kind="receipt").source_id),
    )
    keeper.get("/parts/stock/")
    for address in (
        "/parts/stock/", f"/parts/{part.pk}/", "/parts/backorders/", "/parts/receipts/", f"/parts/receipts/{receipt.pk}/",
        "/parts/slips/", f"/parts/slips/{slip}/",
    ):  # fmt: skip
        with django_assert_max_num_queries(OF_A_PAGE):  # type: ignore[attr-defined]
            assert keeper.get(address).status_code == 200


def test_the_home_figures_count_what_is_missing_and_low(s01: Store, person: Person) -> None:
    low, wanted = a_part(s01), a_part(s01, "N1", "空调滤芯")
    stocked(s01, low, "2")
    manager = person("parts_manager", s01)
    set_store_part(s01, part=low, bin=None, retail_price=None, minimum_stock=Decimal(5), actor=manager)
    reserve_parts(s01, source=an_order(s01), lines=[Ask(1, wanted, Decimal(2))], actor=manager)
    assert (missing_parts(manager), low_parts(manager)) == (1, 1)
