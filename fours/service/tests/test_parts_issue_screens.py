"""The storekeeper's day: cars waiting for parts, the issue, what comes back (PT-06)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.kernel.panels import panels_of, render_panel
from fours.parts.models import IssueLine, IssueSlip
from fours.parts.tests.making import a_part, on_hand, stocked
from fours.parts.verbs.reserve import Ask, reserve_parts
from fours.service.models import RepairOrder
from fours.service.tests.test_parts_issue import a_line, an_order, issue

Person = Callable[..., Actor]
ClientOf = Callable[..., Client]
Counted = Callable[..., object]
OF_A_PAGE = 15  # queries, the layout's own among them


def test_waiting_cars_come_by_promised_time_with_what_is_missing(
    s01: Store, person: Person, client_of: ClientOf
) -> None:
    here, missing = a_part(s01), a_part(s01, "N1", "空调滤芯")
    stocked(s01, here, "5", bin="A-03-2-05")
    later = an_order(s01, person, promised_at=timezone.now() + timedelta(hours=5))
    sooner = an_order(s01, person, promised_at=timezone.now() - timedelta(hours=1))
    done = an_order(s01, person)
    a_line(later, here)
    a_line(sooner, missing, "2")
    a_line(done, None, kind="customer")
    shown = client_of("parts_keeper", s01).get("/service/parts/").text
    assert shown.index(sooner.number) < shown.index(later.number)
    assert done.number not in shown
    assert "缺 2" in shown
    assert "齐料" in shown
    assert "超时" in shown
    assert "A-03-2-05" in shown


def test_issuing_on_the_screen_makes_the_slip(s01: Store, person: Person, client_of: ClientOf) -> None:
    part = a_part(s01)
    stocked(s01, part, "5")
    order = an_order(s01, person)
    line = a_line(order, part, "2")
    receiver = person("technician", s01).user
    assert receiver is not None
    keeper = client_of("parts_keeper", s01)
    assert f'name="give_{line.pk}" value="2"' in keeper.get(f"/service/parts/orders/{order.pk}/").text
    answer = keeper.post(
        f"/service/parts/orders/{order.pk}/", {f"give_{line.pk}": "2", "receiver": receiver.pk}
    )
    slip = IssueSlip.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/parts/slips/{slip.pk}/")
    assert on_hand(s01, part) == 3


@pytest.mark.parametrize(
    ("give", "receives", "message"),
    [
        ("3", True, "工单还可领 2"), ("2", False, "请选择领料人。"), ("", True, "请至少填写一行发料数量。"),
        ("abc", True, "请填写数字。"), ("-1", True, "不能为负。"),
    ],
)  # fmt: skip
def test_bad_input_stays_beside_its_field_and_changes_nothing(
    s01: Store, person: Person, client_of: ClientOf, give: str, receives: bool, message: str
) -> None:
    part = a_part(s01)
    stocked(s01, part, "9")
    order = an_order(s01, person)
    line = a_line(order, part, "2")
    receiver = person("technician", s01).user
    assert receiver is not None
    typed = {f"give_{line.pk}": give, "receiver": str(receiver.pk) if receives else ""}
    answer = client_of("parts_keeper", s01).post(f"/service/parts/orders/{order.pk}/", typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert not give or f'value="{give}"' in answer.text
    assert (on_hand(s01, part), IssueSlip.objects.count()) == (9, 0)


def test_pieces_held_for_others_cannot_be_given(s01: Store, person: Person, client_of: ClientOf) -> None:
    part = a_part(s01)
    stocked(s01, part, "2")
    first, second = an_order(s01, person), an_order(s01, person)
    held = a_line(first, part, "2")
    line = a_line(second, part, "1")
    reserve_parts(s01, source=first, lines=[Ask(held.pk, part, Decimal(2))], actor=Actor.system(s01))
    receiver = person("technician", s01).user
    assert receiver is not None
    answer = client_of("parts_keeper", s01).post(
        f"/service/parts/orders/{second.pk}/", {f"give_{line.pk}": "1", "receiver": receiver.pk}
    )
    assert answer.status_code == 422
    assert "库存可领 0 件，不够 1" in answer.text
    assert on_hand(s01, part) == 2


def test_unused_parts_are_taken_back_on_the_screen(s01: Store, person: Person, client_of: ClientOf) -> None:
    part = a_part(s01)
    stocked(s01, part, "2")
    order = an_order(s01, person)
    slip_line = issue(order, person, (a_line(order, part, "2"), "2")).lines.get()
    keeper = client_of("parts_keeper", s01)
    address = f"/service/parts/lines/{slip_line.pk}/return/"
    assert "可退 2 个" in keeper.get(address).text
    assert keeper.post(address, {"quantity": "3"}).status_code == 422
    assert on_hand(s01, part) == 0
    assert keeper.post(address, {"quantity": "1"}).status_code == 302
    assert on_hand(s01, part) == 1
    assert IssueLine.objects.get().returned == 1


def test_the_orders_parts_tab_shows_what_is_issued_and_free(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "5")
    order = an_order(s01, person)
    line = a_line(order, part, "3")
    slip = issue(order, person, (line, "1"))
    request = RequestFactory().get("/")
    request.actor = person("advisor", s01)  # type: ignore[attr-defined]
    (tab,) = [panel for panel in panels_of(RepairOrder, request) if panel.key == "parts"]  # type: ignore[arg-type]
    html = render_panel(tab, request, order)  # type: ignore[arg-type]
    assert slip.number in html
    assert "可领" in html
    assert "退料" not in html


def test_other_posts_and_the_other_store_stay_outside(
    s01: Store, s02: Store, person: Person, client_of: ClientOf
) -> None:
    part = a_part(s01)
    stocked(s01, part, "2")
    order = an_order(s01, person)
    slip_line = issue(order, person, (a_line(order, part, "2"), "1")).lines.get()
    addresses = (f"/service/parts/orders/{order.pk}/", f"/service/parts/lines/{slip_line.pk}/return/")
    for client, code in ((client_of("technician", s01), 403), (client_of("parts_keeper", s02), 404)):
        assert [client.get(address).status_code for address in addresses] == [code, code]
    assert order.number not in client_of("parts_keeper", s02).get("/service/parts/").text
    assert client_of("washer", s01).get("/service/parts/").status_code == 403


def test_the_pages_ask_no_more_the_more_cars_wait(
    s01: Store, person: Person, client_of: ClientOf, django_assert_max_num_queries: Counted
) -> None:
    orders = [an_order(s01, person) for _ in range(8)]
    parts = [a_part(s01, f"N{n}", f"件{n}") for n in range(6)]
    for part in parts:
        stocked(s01, part, "50")
    for order in orders:
        for part in parts:
            line = a_line(order, part, "2")
            issue(order, person, (line, "1"))
    keeper = client_of("parts_keeper", s01)
    keeper.get("/service/parts/")
    for address in ("/service/parts/", f"/service/parts/orders/{orders[0].pk}/"):
        with django_assert_max_num_queries(OF_A_PAGE):  # type: ignore[attr-defined]
            assert keeper.get(address).status_code == 200
