"""From a refusal beyond one's authority to the discount given: asking, deciding, using once (PF-06)."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import escape, unescape
from typing import Any

import pytest
from django.db import models
from django.test import Client, RequestFactory
from django.utils import timezone

from fours.approvals.authority import NeedsApproval
from fours.approvals.models import ApprovalRequest, ApprovalRule, AuthorityLimit, Substitution
from fours.approvals.verbs.request import (
    approve_request,
    refuse_request,
    request_approval,
    withdraw_request,
)
from fours.base.errors import IllegalMove, NotAllowed, Refused
from fours.desk.error_pages import refusal as refusal_page
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store, Task
from fours.kernel.models.scope import StoreScoped
from fours.service.authority import DISCOUNT
from fours.service.models import LaborLine, RepairOrder
from fours.service.tests.order_house import draft, house
from fours.service.verbs.lines import add_labor, change_line

PersonOf = Callable[..., Actor]
NINETY = Decimal("90.00")


@pytest.fixture
def advisor(person: PersonOf, s01: Store) -> Actor:
    return person("advisor", s01)


@pytest.fixture
def manager(person: PersonOf, s01: Store) -> Actor:
    return person("service_manager", s01)


@pytest.fixture
def line(s01: Store, advisor: Actor) -> LaborLine:
    """450 yuan of paint work on a draft."""
    at = house(s01)
    return add_labor(draft(at, advisor), operation=at.door_paint, actor=advisor)


@pytest.fixture
def order(line: LaborLine) -> RepairOrder:
    return line.order


def ask(order: StoreScoped, actor: Actor, amount: str = "20.00", **more: str) -> ApprovalRequest:
    given = {"bound": "前门喷漆 450.00 元", "reason": "老客户", **more}
    return request_approval(
        order.store, matter=DISCOUNT, target=order, amount=Decimal(amount), actor=actor, **given
    )


def again(row: models.Model) -> Any:
    """The row as it is now."""
    return type(row)._default_manager.get(pk=row.pk)


def test_beyond_the_limit_leads_to_the_form_that_asks(line: LaborLine, advisor: Actor) -> None:
    with pytest.raises(NeedsApproval) as refusal:
        change_line(line, discount=NINETY, actor=advisor)
    assert refusal.value.way_on is not None
    label, address = refusal.value.way_on
    assert label == "申请审批"
    assert "amount=20.00" in address
    assert "matter=service.discount" in address


def test_an_approved_discount_is_given_once_and_no_further(
    line: LaborLine, order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    request = ask(order, advisor)
    task = Task.objects.get(rule="approvals.decide")
    assert (task.post, task.title) == ("service_manager", "审批：单项让利 20%")
    with pytest.raises(NeedsApproval, match="正在等待审批"):
        change_line(line, discount=NINETY, actor=advisor)
    approve_request(request, actor=manager)
    assert again(task).state == "done"
    answer = Task.objects.get(rule="approvals.answered")
    assert (answer.person, answer.title) == (advisor.user, "单项让利 20% 已批准，请继续办理")
    with pytest.raises(NeedsApproval, match="须审批"):
        change_line(line, discount=Decimal("90.01"), actor=advisor)
    assert again(request).state == "approved"
    assert change_line(line, discount=NINETY, actor=advisor).gross == Decimal("360.00")
    assert again(request).state == "used"
    assert again(answer).state == "done"
    change_line(line, discount=Decimal("0.00"), actor=advisor)
    with pytest.raises(NeedsApproval, match="须审批"):
        change_line(line, discount=NINETY, actor=advisor)


def test_what_was_allowed_needs_no_second_leave_for_another_name(
    line: LaborLine, order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    change_line(line, discount=NINETY, actor=manager)
    assert change_line(line, name="前门喷漆(珍珠白)", actor=advisor).gross == Decimal("360.00")


def test_an_approval_is_for_its_own_line_price_and_document(
    line: LaborLine, order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    approve_request(ask(order, advisor), actor=manager)
    with pytest.raises(NeedsApproval):
        change_line(line, hours=Decimal("4.00"), discount=Decimal("120.00"), actor=advisor)
    assert ApprovalRequest.objects.get().state == "approved"


def test_an_approval_is_no_good_after_a_week(
    line: LaborLine, order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    request = approve_request(ask(order, advisor), actor=manager)
    ApprovalRequest.objects.filter(pk=request.pk).update(
        answered_at=timezone.now() - timedelta(days=7, minutes=1)
    )
    with pytest.raises(NeedsApproval, match="须审批"):
        change_line(line, discount=NINETY, actor=advisor)


def test_a_refusal_says_why_and_leaves_the_line_as_it_was(
    line: LaborLine, order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    request = ask(order, advisor)
    with pytest.raises(Refused, match="原因"):
        refuse_request(request, reason=" ", actor=manager)
    refuse_request(request, reason="本月让利已满", actor=manager)
    assert [step.note for step in request.steps.all()] == ["本月让利已满"]
    assert Task.objects.get(rule="approvals.answered").title == "单项让利 20% 未批准"
    with pytest.raises(NeedsApproval, match="须审批"):
        change_line(line, discount=NINETY, actor=advisor)
    assert again(line).gross == Decimal("450.00")


def test_nobody_decides_twice_or_on_their_own_request(
    order: RepairOrder, advisor: Actor, manager: Actor, person: PersonOf, s01: Store
) -> None:
    request = ask(order, advisor)
    with pytest.raises(NotAllowed, match="不由您的岗位"):
        approve_request(request, actor=advisor)
    approve_request(request, actor=manager)
    with pytest.raises(IllegalMove):
        approve_request(request, actor=manager)
    own = ask(order, manager, "30.00")
    with pytest.raises(NotAllowed, match="自己的申请"):
        approve_request(own, actor=manager)
    assert approve_request(own, actor=person("service_manager", s01, "second")).state == "approved"


def test_from_fifty_percent_the_general_manager_agrees_too(
    order: RepairOrder, advisor: Actor, manager: Actor, person: PersonOf, s01: Store
) -> None:
    request = ask(order, advisor, "60.00")
    assert approve_request(request, actor=manager).state == "waiting"
    assert Task.objects.get(rule="approvals.decide", state="open").post == "gm"
    with pytest.raises(NotAllowed):
        approve_request(request, actor=manager)
    assert approve_request(request, actor=person("gm", s01)).state == "approved"


def test_a_store_has_steps_of_its_own(order: RepairOrder, advisor: Actor, s01: Store) -> None:
    ApprovalRule.objects.create(store=s01, matter=DISCOUNT, position=1, post="frontdesk_supervisor")
    request = ask(order, advisor)
    assert [step.post for step in request.steps.all()] == ["frontdesk_supervisor"]


def test_a_store_sets_how_far_a_post_goes_alone(line: LaborLine, advisor: Actor, s01: Store) -> None:
    AuthorityLimit.objects.create(store=s01, matter=DISCOUNT, post="advisor", amount=Decimal(20))
    assert change_line(line, discount=NINETY, actor=advisor).gross == Decimal("360.00")
    with pytest.raises(NeedsApproval, match=r"20\.01%"):
        change_line(line, discount=Decimal("90.01"), actor=advisor)


def test_a_deputy_decides_while_the_manager_is_away(
    order: RepairOrder, advisor: Actor, manager: Actor, person: PersonOf, s01: Store
) -> None:
    deputy = person("frontdesk_supervisor", s01)
    today = timezone.localdate()
    with pytest.raises(NotAllowed):
        approve_request(ask(order, advisor), actor=deputy)
    away = Substitution.objects.create(
        store=s01, person=manager.user, deputy=deputy.user, starts_on=today, ends_on=today
    )
    request = ask(order, advisor, "25.00")
    assert Task.objects.get(source_id=request.pk, rule="approvals.decide").person == deputy.user
    Substitution.objects.filter(pk=away.pk).update(starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 2))
    with pytest.raises(NotAllowed):
        approve_request(request, actor=deputy)
    Substitution.objects.filter(pk=away.pk).update(ends_on=today)
    assert approve_request(request, actor=deputy).state == "approved"


def test_the_asker_takes_a_request_back(order: RepairOrder, advisor: Actor, manager: Actor) -> None:
    request = ask(order, advisor)
    with pytest.raises(NotAllowed, match="不是您提交的"):
        withdraw_request(request, actor=manager)
    assert withdraw_request(request, actor=advisor).state == "withdrawn"
    assert Task.objects.get(rule="approvals.decide").state == "cancelled"


def test_the_same_is_not_asked_twice(order: RepairOrder, advisor: Actor) -> None:
    ask(order, advisor)
    with pytest.raises(Refused, match="已有同样的申请"):
        ask(order, advisor)
    assert ApprovalRequest.objects.count() == 1


def test_on_screen_from_the_refusal_to_the_discount(
    line: LaborLine,
    order: RepairOrder,
    client_of: Callable[..., Client],
    s01: Store,
    see: Callable[..., None],
) -> None:
    advisor, manager = client_of("advisor", s01), client_of("service_manager", s01)
    asked = {"matter": DISCOUNT, "kind": "service.repairorder", "pk": order.pk, "amount": "20.00",
             "bound": "前门喷漆 450.00 元"}  # fmt: skip
    page = advisor.get(
        "/approvals/new/", asked, headers={"Referer": f"http://testserver/orders/{order.pk}/"}
    ).text
    assert "单项让利" in page
    assert "20%" in page
    refused = advisor.post("/approvals/new/", {**asked, "reason": ""})
    assert refused.status_code == 422
    answer = advisor.post(
        "/approvals/new/", {**asked, "reason": "竞品报价低", "back": f"/orders/{order.pk}/"}
    )
    assert answer.status_code == 302
    see(s01)
    request = ApprovalRequest.objects.get()
    assert "竞品报价低" in manager.get("/approvals/").text
    assert "审批：单项让利 20%" in manager.get("/").text
    assert client_of("washer", s01).get(f"/approvals/{request.pk}/").status_code == 404
    assert advisor.post(f"/approvals/{request.pk}/approve/").status_code == 403
    assert manager.post(f"/approvals/{request.pk}/approve/", {"note": "下不为例"}).status_code == 302
    shown = advisor.get(f"/approvals/{request.pk}/").text
    assert f'href="/orders/{order.pk}/"' in shown
    assert "下不为例" in shown
    see(s01)
    assert Event.objects.filter(kind="approvals.approved").count() == 1


def test_no_foreign_address_is_kept_as_the_way_back(
    order: RepairOrder, client_of: Callable[..., Client], s01: Store, see: Callable[..., None]
) -> None:
    asked = {"matter": DISCOUNT, "kind": "service.repairorder", "pk": order.pk, "amount": "20.00"}
    client_of("advisor", s01).post("/approvals/new/", {**asked, "reason": "x", "back": "//evil.example/"})
    see(s01)
    assert ApprovalRequest.objects.get().target_url == ""


@pytest.mark.parametrize(
    "back",
    ["http://testserver/\\evil.example/", "http://testserver//evil.example/", "/\\\\evil.example", "/\t/x"],
)
def test_no_path_that_a_browser_reads_as_a_host_is_kept(
    back: str, order: RepairOrder, client_of: Callable[..., Client], s01: Store, see: Callable[..., None]
) -> None:
    asked = {"matter": DISCOUNT, "kind": "service.repairorder", "pk": order.pk, "amount": "20.00"}
    client_of("advisor", s01).post("/approvals/new/", {**asked, "reason": "x", "back": back})
    see(s01)
    kept = ApprovalRequest.objects.get().target_url
    assert kept[:2] not in ("//", "/\\", "/\t")


def test_what_was_typed_is_filled_in_again_when_it_is_approved(
    line: LaborLine,
    order: RepairOrder,
    client_of: Callable[..., Client],
    s01: Store,
    see: Callable[..., None],
) -> None:
    advisor, manager = client_of("advisor", s01), client_of("service_manager", s01)
    page = f"/service/orders/{order.pk}/"
    typed = {"hours": "3", "unit_price": "150.00", "discount": "20%", "payer": "customer"}
    refused = advisor.post(f"{page}lines/labor/{line.pk}/", typed, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    found = re.search(r'href="(/approvals/new/[^"]+)"', refused.text)
    assert found is not None
    asking = advisor.get(unescape(found[1]), headers={"Referer": f"http://testserver{page}?panel=history"})
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asking.text))
    sent = {name: unescape(value) for name, value in hidden.items() if name != "idempotency_key"}
    assert advisor.post("/approvals/new/", {**sent, "reason": "老客户"}).status_code == 302
    see(s01)
    request = ApprovalRequest.objects.get()
    assert request.target_url.startswith(f"{page}?panel=history&")
    of_manager = manager.get(f"/approvals/{request.pk}/").text
    assert f'href="{page}"' in of_manager
    manager.post(f"/approvals/{request.pk}/approve/")
    answer = advisor.get(f"/approvals/{request.pk}/").text
    assert f'href="{escape(request.target_url)}"' in answer
    form = advisor.get(request.target_url).text
    assert re.search(r'name="discount" value="20%"', form)
    assert re.search(rf'class="btn btn-primary" form="form-laborline-{line.pk}"', form)
    see(s01)
    assert again(line).gross == Decimal("450.00")
    advisor.post(f"{page}lines/labor/{line.pk}/", typed)
    see(s01)
    assert again(line).gross == Decimal("360.00")
    assert again(request).state == "used"


def test_a_reason_is_typed_anew_and_a_long_address_is_cut(
    order: RepairOrder, client_of: Callable[..., Client], s01: Store, see: Callable[..., None]
) -> None:
    refusal = NeedsApproval("太多", field="discount", way_on=("申请审批", "/approvals/new/?pk=1"))
    refusal.remember({"discount": "90", "reason": "老客户" * 20, "payer": ""})
    assert refusal.way_on == ("申请审批", "/approvals/new/?pk=1&typed=discount%3D90")
    waiting = NeedsApproval("在等", field="", way_on=("查看审批单", "/approvals/7/"))
    waiting.remember({"discount": "90"})
    assert waiting.way_on == ("查看审批单", "/approvals/7/")
    asked = {"matter": DISCOUNT, "kind": "service.repairorder", "pk": order.pk, "amount": "20.00"}
    sent = {**asked, "reason": "x", "back": f"/service/orders/{order.pk}/", "typed": f"name={'长' * 40}"}
    client_of("advisor", s01).post("/approvals/new/", sent)
    see(s01)
    assert ApprovalRequest.objects.get().target_url == f"/service/orders/{order.pk}/"


def test_a_refusal_outside_of_a_form_leads_to_the_request_too(db: None, rf: RequestFactory) -> None:
    request = rf.post("/do/some_verb/1/", headers={"Referer": "http://testserver/service/orders/1/"})
    way = ("申请审批", "/approvals/new/?pk=1")
    answer = refusal_page(request, NeedsApproval("抹零 5 元，须审批。", field="rounding", way_on=way))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "抹零 5 元，须审批。" in shown
    back = "%2Fservice%2Forders%2F1%2F"
    assert f'href="/approvals/new/?pk=1&amp;back=http%3A%2F%2Ftestserver{back}"' in shown
    assert 'href="http://testserver/service/orders/1/">返回' in shown
