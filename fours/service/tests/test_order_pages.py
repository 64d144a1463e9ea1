from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from fours.kernel.models import Attachment, Event
from fours.service.models import AdditionalWork, CheckIn, LaborLine, PartLine, RepairOrder
from fours.service.verbs.additional import report_finding
from fours.service.verbs.lines import add_labor, add_part

from .order_house import authorised, draft, fresh, house, in_hours, photo, signature, with_lines


@pytest.fixture
def at(s01):
    return house(s01)


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


@pytest.fixture
def desk(client_of, s01):
    return client_of("advisor", s01)


def local(moment):
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def test_the_list_shows_open_orders_and_counts_every_state(at, advisor, desk):
    authorised(at, advisor)
    draft(at, advisor, kind="accident")
    closed = draft(at, advisor, kind="pdi")
    RepairOrder.objects.filter(pk=closed.pk).update(state="void", number="RO-S01-260101-0009")
    page = desk.get(reverse("orders")).content.decode()
    assert "RO-S01-" in page
    assert "RO-S01-260101-0009" not in page
    assert "RO-S01-260101-0009" in desk.get(reverse("orders") + "?state=void").content.decode()


def test_the_list_finds_by_number_and_kind(at, advisor, desk):
    order = authorised(at, advisor)
    other = authorised(at, advisor, kind="accident")
    page = desk.get(reverse("orders"), {"q": order.number}).content.decode()
    assert order.number in page
    assert f"/orders/{other.pk}/" not in page
    page = desk.get(reverse("orders"), {"kind": "accident"}).content.decode()
    assert f"/orders/{other.pk}/" in page
    assert f"/orders/{order.pk}/" not in page


def test_the_list_asks_few_questions_whatever_the_rows(at, advisor, desk, django_assert_max_num_queries):
    for number in range(12):
        authorised(at, advisor, second_open_reason=f"第 {number} 张")
    with django_assert_max_num_queries(15):
        assert desk.get(reverse("orders")).status_code == 200


def test_the_order_page_asks_few_questions_whatever_the_lines(
    at, advisor, desk, django_assert_max_num_queries
):
    order = draft(at, advisor)
    for _ in range(10):
        job = add_labor(order, operation=at.oil_change, actor=advisor)
        add_part(order, part=at.filter, job=job, actor=advisor)
    with django_assert_max_num_queries(15):
        assert desk.get(reverse("order", args=[order.pk])).status_code == 200


def test_a_signed_orders_page_asks_no_more(at, advisor, desk, person, s01, django_assert_max_num_queries):
    order = authorised(at, advisor)
    for _ in range(4):
        report_finding(order, finding="漏油", actor=person("technician", s01))
    with django_assert_max_num_queries(15):
        assert desk.get(reverse("order", args=[order.pk])).status_code == 200


def test_the_order_page_shows_lines_stock_and_sums(at, advisor, desk):
    order = with_lines(at, advisor)
    add_part(order, part=at.bumper, payer="insurer", actor=advisor)
    page = desk.get(reverse("order", args=[order.pk])).content.decode()
    for text in ("更换机油机滤", "机油滤清器", "有货 4", "缺货", "1,000.00", "164.00", "早上有异响"):
        assert text in page
    assert reverse("order_authorise", args=[order.pk]) in page


@pytest.mark.parametrize("key", ["photos", "history", "comments", "parts", "estimates", "settlement"])
def test_the_tabs_of_the_order_open(at, advisor, desk, key):
    order = authorised(at, advisor)
    assert desk.get(reverse("order_panel", args=[order.pk, key])).status_code == 200
    assert desk.get(reverse("order", args=[order.pk]) + f"?panel={key}").status_code == 200


def test_an_order_is_opened_from_the_check_in_with_one_choice(at, advisor, desk):
    check_in = CheckIn.objects.create(
        store=at.store, number="CI-1", vehicle=at.car, customer=at.owner, deliverer_name="李四",
        deliverer_phone="13900002222", arrived_at=timezone.now(), arrival_date=timezone.localdate(),
        advisor=advisor.user, mileage=12345, concern="刹车异响", state="signed", signed_at=timezone.now(),
    )  # fmt: skip
    address = reverse("order_new")
    page = desk.get(address, {"check_in": check_in.pk}).content.decode()
    assert "刹车异响" in page
    assert "12,345" in page
    answer = desk.post(
        address,
        {
            "check_in": check_in.pk, "kind": "general_repair", "payment_wish": "mobile", "old_parts": "dispose",
            "contact_way": "电话", "deliverer_name": "李四", "deliverer_phone": "13900002222", "concern": "刹车异响",
        },
    )  # fmt: skip
    order = RepairOrder.objects.get()
    assert answer.url == reverse("order", args=[order.pk])
    assert (order.vehicle, order.mileage_in, order.check_in) == (at.car, 12345, check_in)


def test_a_refused_new_order_keeps_what_was_typed(at, advisor, desk):
    draft(at, advisor)
    answer = desk.post(
        reverse("order_new"),
        {
            "vehicle": at.car.pk, "customer": at.owner.pk, "mileage_in": 12500, "kind": "general_repair",
            "payment_wish": "mobile", "old_parts": "dispose", "contact_way": "电话", "concern": "倒车响",
        },
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "已有未交车的" in page
    assert "倒车响" in page
    assert RepairOrder.objects.count() == 1


HX = {"HX-Request": "true"}


def row(line, **changes):
    return {
        "hours" if isinstance(line, LaborLine) else "quantity": line.amount,
        "unit_price": line.unit_price, "discount": "", "payer": line.payer, **changes,
    }  # fmt: skip


def test_a_line_is_added_and_changed_in_place(at, advisor, desk):
    order = draft(at, advisor)
    add = reverse("line_add", args=[order.pk, "labor"])
    answer = desk.post(
        add, {"operation": at.door_paint.pk, "payer": "customer", "version": order.version}, headers=HX
    )
    assert answer.status_code == 200
    assert "450.00" in answer.content.decode()
    assert "hx-swap-oob" in answer.content.decode()
    line = LaborLine.objects.get()
    change = reverse("line_change", args=[order.pk, "labor", line.pk])
    answer = desk.post(change, row(line, hours="2", discount="5%", version=fresh(order).version), headers=HX)
    assert answer.status_code == 200
    line.refresh_from_db()
    assert (line.hours, line.discount, line.gross) == (Decimal("2.00"), Decimal("15.00"), Decimal("285.00"))


def test_a_refused_change_shows_what_was_typed_beside_the_reason(at, advisor, desk):
    order = draft(at, advisor)
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    address = reverse("line_change", args=[order.pk, "labor", line.pk])
    for headers in (HX, {}):
        answer = desk.post(address, row(line, discount="200", version=fresh(order).version), headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "超过您的权限" in page
        assert 'value="200"' in page
    assert LaborLine.objects.get().gross == Decimal("450.00")


def test_a_stale_page_changes_no_line(at, advisor, desk):
    order = draft(at, advisor)
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    address = reverse("line_change", args=[order.pk, "labor", line.pk])
    answer = desk.post(address, row(line, hours="9", version=order.version), headers=HX)
    assert answer.status_code == 409
    assert "刚被他人修改" in answer.content.decode()
    assert LaborLine.objects.get().hours == Decimal("3.00")


def test_a_line_is_shared_and_removed_from_the_page(at, advisor, desk):
    order = draft(at, advisor)
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    address = reverse("line_split", args=[order.pk, "labor", line.pk])
    answer = desk.post(address, {"payer": "insurer", "amount": "999", "version": fresh(order).version})
    assert answer.status_code == 422
    answer = desk.post(address, {"payer": "insurer", "amount": "300", "version": fresh(order).version})
    assert answer.status_code == 302
    other = LaborLine.objects.get(payer="insurer")
    address = reverse("line_remove", args=[order.pk, "labor", line.pk])
    answer = desk.post(address, {"version": fresh(order).version}, headers=HX)
    assert answer.status_code == 422
    assert "请先删除拆分出的行" in answer.content.decode()
    desk.post(reverse("line_remove", args=[order.pk, "labor", other.pk]), {"version": fresh(order).version})
    assert LaborLine.objects.get().gross == Decimal("450.00")


def test_the_customer_signs_on_the_screen(at, advisor, desk):
    order = with_lines(at, advisor)
    address = reverse("order_authorise", args=[order.pk])
    assert "更换机油机滤" in desk.get(address).content.decode()
    given = {"promised_at": local(in_hours(3)), "signed_by": "张三", "version": order.version}
    answer = desk.post(address, {**given, "signature": ""})
    assert answer.status_code == 422
    assert "请客户签名" in answer.content.decode()
    drawn = signature()
    answer = desk.post(address, {**given, "signed_by": "", "signature": drawn})
    assert answer.status_code == 422
    assert f'name="signature" value="{drawn}"' in answer.content.decode()  # nobody signs twice
    answer = desk.post(address, {**given, "signature": signature()})
    assert answer.status_code == 302
    assert fresh(order).state == "authorised"
    printed = desk.get(reverse("print_form", args=["service.repair_order", order.pk]))
    assert printed["Content-Type"] == "application/pdf"


def test_a_promise_is_changed_with_its_reason(at, advisor, desk):
    order = authorised(at, advisor)
    address = reverse("order_promise", args=[order.pk])
    assert desk.get(address).status_code == 200
    given = {"promised_at": local(in_hours(30)), "reason": "配件晚到", "told_customer": "on"}
    assert desk.post(address, {**given, "version": order.version}).status_code == 302
    assert fresh(order).promise_reason == "配件晚到"


def test_signed_facts_cannot_be_edited_on_the_page(at, advisor, desk):
    order = authorised(at, advisor)
    page = desk.get(reverse("order_edit", args=[order.pk])).content.decode()
    assert 'name="concern"' not in page
    given = {
        "payment_wish": "card", "contact_way": "微信", "parking_place": "P9", "version": order.version,
        "advisor": advisor.user.pk,
    }  # fmt: skip
    assert desk.post(reverse("order_edit", args=[order.pk]), given).status_code == 302
    assert fresh(order).parking_place == "P9"


def test_a_conflict_shows_both_versions_and_can_be_sent_again(at, advisor, desk):
    order = authorised(at, advisor)
    address = reverse("order_edit", args=[order.pk])
    mine = {
        "payment_wish": "card",
        "contact_way": "电话",
        "advisor": advisor.user.pk,
        "parking_place": "我写的位",
    }
    desk.post(address, {**mine, "parking_place": "别人写的位", "version": order.version})
    answer = desk.post(address, {**mine, "version": order.version})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "别人写的位" in page
    assert "我写的位" in page
    now = fresh(order)
    assert (now.parking_place, now.version > order.version) == ("别人写的位", True)
    assert f'name="version" value="{now.version}"' in page
    assert desk.post(address, {**mine, "version": now.version}).status_code == 302
    assert fresh(order).parking_place == "我写的位"


def test_an_order_is_handed_to_a_colleague(at, advisor, desk, person, s01):
    order = authorised(at, advisor)
    colleague = person("advisor", s01, "second-advisor").user
    given = {"payment_wish": "card", "contact_way": "电话", "advisor": colleague.pk, "version": order.version}
    assert desk.post(reverse("order_edit", args=[order.pk]), given).status_code == 302
    assert fresh(order).advisor == colleague
    assert Event.objects.filter(kind="service.order_changed", sentence__contains="服务顾问").exists()


def test_a_technician_tells_and_the_advisor_offers(at, advisor, desk, client_of, s01):
    order = authorised(at, advisor)
    phone = client_of("technician", s01)
    address = reverse("finding_new", args=[order.pk])
    assert phone.get(address).status_code == 200
    assert phone.post(address, {"finding": " "}).status_code == 422
    broken = SimpleUploadedFile("x.jpg", b"not a picture", "image/jpeg")
    answer = phone.post(address, {"finding": "漏油", "photos": [broken]})
    assert answer.status_code == 422
    assert "漏油" in answer.content.decode()
    assert not AdditionalWork.objects.exists()
    photos = [photo(), photo()]
    given = {"finding": "漏油", "safety_related": "on", "photos": photos}
    assert phone.post(address, given).status_code == 302
    work = AdditionalWork.objects.get()
    assert Attachment.objects.filter(purpose="finding", aggregate_id=work.pk).count() == 2
    page = reverse("additional", args=[work.pk])
    assert "等服务顾问报价" in phone.get(page).content.decode()
    add = reverse("line_add", args=[order.pk, "part"])
    desk.post(add, {"part": at.filter.pk, "payer": "customer", "work": work.pk})
    assert PartLine.objects.get(additional_work=work).gross == Decimal("68.00")
    offer = reverse("additional_offer", args=[work.pk])
    assert desk.post(offer, {"new_promised_at": ""}).status_code == 422
    assert desk.post(offer, {"new_promised_at": local(in_hours(9))}).status_code == 302
    refuse = reverse("additional_refuse", args=[work.pk])
    answer = desk.post(refuse, {"answered_by": "张三", "via": "电话", "reason": "贵"})
    assert answer.status_code == 422
    assert "须写明已告知的后果" in answer.content.decode()
    accept = reverse("additional_accept", args=[work.pk])
    assert desk.post(accept, {"answered_by": "张三", "via": "电话"}).status_code == 302
    work.refresh_from_db()
    assert work.state == "accepted"
    assert desk.get(page).status_code == 200


def test_pages_of_another_store_are_not_there(at, advisor, client_of, person, s01, s02, see):
    order = with_lines(at, advisor)
    line = order.jobs.get()
    signed = authorised(at, advisor, kind="accident")
    work = report_finding(signed, finding="漏油", actor=person("technician", s01))
    stranger = client_of("advisor", s02)
    for name, args in (
        ("order", [order.pk]), ("order_edit", [order.pk]), ("order_authorise", [order.pk]),
        ("order_estimate", [order.pk]), ("order_promise", [order.pk]), ("order_panel", [order.pk, "history"]),
        ("additional", [work.pk]), ("print_form", ["service.repair_order", order.pk]),
    ):  # fmt: skip
        assert stranger.get(reverse(name, args=args)).status_code == 404, name
    for name, args in (
        ("line_add", [order.pk, "labor"]), ("line_change", [order.pk, "labor", line.pk]),
        ("line_remove", [order.pk, "labor", line.pk]), ("line_split", [order.pk, "labor", line.pk]),
        ("additional_offer", [work.pk]), ("additional_accept", [work.pk]), ("additional_refuse", [work.pk]),
        ("do_verb", ["void_order", order.pk]),
    ):  # fmt: skip
        assert stranger.post(reverse(name, args=args), {"reason": "x"}).status_code == 404, name
    assert (
        order.number not in stranger.get(reverse("orders") + "?state=all").content.decode()
        or not order.number
    )
    see(s01)
    assert fresh(order).state == "draft"
    assert LaborLine.objects.filter(order=order).count() == 1


def test_who_may_not_order_is_told_so(at, advisor, client_of, s01):
    order = with_lines(at, advisor)
    keeper = client_of("parts_keeper", s01)
    assert keeper.get(reverse("order", args=[order.pk])).status_code == 200
    for name in ("order_edit", "order_authorise", "order_estimate", "order_promise", "finding_new"):
        assert keeper.get(reverse(name, args=[order.pk])).status_code == 403, name
    assert keeper.get(reverse("order_new")).status_code == 403
    assert keeper.post(reverse("line_add", args=[order.pk, "fee"]), {}).status_code == 403


def test_a_void_draft_is_made_from_its_page(at, advisor, desk):
    order = draft(at, advisor)
    address = reverse("do_verb", args=["void_order", order.pk])
    assert desk.post(address, {"reason": "", "version": order.version}).status_code == 422
    assert desk.post(address, {"reason": "误开", "version": order.version}).status_code == 302
    assert fresh(order).state == "void"


def test_late_orders_are_marked_in_words(at, advisor, desk):
    order = authorised(at, advisor)
    RepairOrder.objects.filter(pk=order.pk).update(promised_at=timezone.now() - timedelta(hours=1))
    assert "超时" in desk.get(reverse("orders")).content.decode()
    assert "已过承诺时间" in desk.get(reverse("order", args=[order.pk])).content.decode()
