from decimal import Decimal

import pytest
from django.utils import timezone

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.kernel.models import Attachment, Event, PrintedForm
from fours.parts.models import Backorder, Reservation
from fours.service.models import AdditionalWork, LaborLine, RepairOrder, Statement
from fours.service.totals import totals_by_payer
from fours.service.verbs.additional import (
    accept_additional_work,
    offer_additional_work,
    open_recommendations,
    refuse_additional_work,
    report_finding,
    take_up_recommendation,
    withdraw_offer,
)
from fours.service.verbs.delivery import delivery_checklist
from fours.service.verbs.lines import add_labor, add_part
from fours.service.verbs.order import void_order

from .order_house import authorised, draft, fresh, house, in_hours, photo, signature


@pytest.fixture
def at(s01):
    return house(s01)


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


@pytest.fixture
def technician(person, s01):
    return person("technician", s01)


@pytest.fixture
def order(at, advisor):
    return authorised(at, advisor)


@pytest.fixture
def found(order, technician):
    return report_finding(order, finding="前刹车片剩 2 mm", safety_related=True, actor=technician)


@pytest.fixture
def offered(at, order, found, advisor):
    """A paint job (450.00) and a bumper (1000.00): 1450.00."""
    add_labor(order, operation=at.door_paint, additional_work=found, actor=advisor)
    add_part(order, part=at.bumper, additional_work=found, actor=advisor)
    return offer_additional_work(found, new_promised_at=in_hours(8), actor=advisor)


def test_a_technician_reports_with_photos(order, technician):
    work = report_finding(order, finding="漏油", photos=[photo()], actor=technician)
    assert (work.state, work.found_by) == ("found", technician.user)
    assert Attachment.objects.filter(purpose="finding", aggregate_id=work.pk).count() == 1
    event = Event.objects.get(kind="service.finding_reported")
    assert (event.aggregate_id, event.data["additional_work"]) == (order.pk, work.pk)


def test_an_empty_finding_is_refused(order, technician):
    with pytest.raises(Refused) as refusal:
        report_finding(order, finding="  ", actor=technician)
    assert "finding" in refusal.value.fields
    assert not AdditionalWork.objects.exists()


def test_findings_are_for_signed_orders_only(at, advisor, technician):
    with pytest.raises(IllegalMove):
        report_finding(draft(at, advisor, kind="accident"), finding="漏油", actor=technician)


def test_before_the_answer_nothing_of_it_is_authorised_reserved_or_owed(order, offered):
    line = LaborLine.objects.get(additional_work=offered)
    assert not line.is_authorised
    assert totals_by_payer(order)["customer"].total == Decimal("164.00")
    assert Reservation.objects.count() == 1
    assert not Backorder.objects.exists()
    assert fresh(order).estimated_total == Decimal("164.00")


def test_an_offer_needs_lines_and_a_time_to_come(found, advisor):
    with pytest.raises(Refused, match="加入维修项目"):
        offer_additional_work(found, new_promised_at=in_hours(8), actor=advisor)
    add_labor(found.order, name="换片", hours=Decimal(1), additional_work=found, actor=advisor)
    with pytest.raises(Refused) as refusal:
        offer_additional_work(found, new_promised_at=in_hours(-1), actor=advisor)
    assert "new_promised_at" in refusal.value.fields
    found.refresh_from_db()
    assert (found.state, found.number) == ("found", "")


def test_offered_lines_are_fixed_until_the_offer_is_taken_back(at, order, offered, advisor):
    with pytest.raises(IllegalMove):
        add_part(order, part=at.filter, additional_work=offered, actor=advisor)
    number = offered.number
    work = withdraw_offer(offered, actor=advisor)
    add_part(order, part=at.filter, additional_work=work, actor=advisor)
    work = offer_additional_work(work, new_promised_at=in_hours(9), actor=advisor)
    assert work.number == number


def test_acceptance_by_phone_extends_the_contract(order, offered, advisor):
    first = order.promised_at
    work = accept_additional_work(offered, answered_by="张三", via="电话", actor=advisor)
    order = fresh(order)
    assert (work.state, work.answered_by, work.answered_via) == ("accepted", "张三", "电话")
    assert work.answer_recorded_by == advisor.user
    assert work.answered_at is not None
    assert order.estimated_total == Decimal("1614.00")
    assert (order.first_promised_at, order.promised_at) == (first, offered.new_promised_at)
    assert totals_by_payer(order)["customer"].total == Decimal("1614.00")
    assert LaborLine.objects.get(additional_work=work).is_authorised
    assert Backorder.objects.get().quantity == 1
    view = PrintedForm.objects.get(form="service.additional_work").view
    assert (view["total_before"], view["accepted_total"], view["total_after"]) == (
        "164.00",
        "1450.00",
        "1614.00",
    )
    assert (view["answered_by"], view["channel"]) == ("张三", "电话")
    assert view["promised_before"] != view["promised_after"]
    assert view["offered_at"]


def test_an_answer_needs_a_name_and_a_way(offered, advisor):
    with pytest.raises(Refused) as refusal:
        accept_additional_work(offered, answered_by="", via=" ", actor=advisor)
    assert set(refusal.value.fields) == {"answered_by", "via"}
    offered.refresh_from_db()
    assert offered.state == "offered"


def test_an_answer_is_given_once(offered, advisor):
    accept_additional_work(offered, answered_by="张三", via="电话", actor=advisor)
    with pytest.raises(IllegalMove):
        accept_additional_work(offered, answered_by="张三", via="电话", actor=advisor)
    with pytest.raises(IllegalMove):
        refuse_additional_work(
            offered,
            answered_by="张三",
            via="到店",
            reason="贵",
            consequence="危险",
            signature=signature(),
            actor=advisor,
        )
    assert Event.objects.filter(kind="service.additional_accepted").count() == 1


def test_work_nobody_offered_cannot_be_accepted(found, advisor):
    with pytest.raises(IllegalMove):
        accept_additional_work(found, answered_by="张三", via="电话", actor=advisor)


def test_a_stale_answer_is_refused(offered, advisor):
    with pytest.raises(Stale):
        accept_additional_work(
            offered, answered_by="张三", via="电话", actor=advisor, version=offered.version - 1
        )
    offered.refresh_from_db()
    assert offered.state == "offered"


def test_a_safety_item_refused_by_phone_is_signed_at_delivery(offered, advisor):
    given = {"reason": "下次再说", "consequence": "制动距离变长"}
    refuse_additional_work(offered, answered_by="张三", via="电话", actor=advisor, **given)
    offered.refresh_from_db()
    assert offered.state == "refused"
    to_sign = "客户已在结算单上签字，知悉未修的安全项目：前刹车片剩 2 mm"
    assert to_sign in delivery_checklist(offered.order)


@pytest.mark.parametrize("missing", ["reason", "consequence", "signature"])
def test_a_refused_safety_item_needs_reason_consequence_and_signature(offered, advisor, missing):
    given = {"reason": "下次再说", "consequence": "制动距离变长", "signature": signature(), missing: ""}
    with pytest.raises(Refused) as refusal:
        refuse_additional_work(offered, answered_by="张三", via="到店", actor=advisor, **given)
    assert set(refusal.value.fields) == {missing}
    offered.refresh_from_db()
    assert (offered.state, offered.answered_by) == ("offered", "")


def refuse(work, advisor):
    return refuse_additional_work(
        work,
        answered_by="张三",
        via="到店",
        reason="下次再说",
        consequence="制动距离变长",
        signature=signature(),
        actor=advisor,
    )


def test_refused_work_is_not_owed_and_comes_back_as_a_recommendation(at, order, offered, advisor):
    work = refuse(offered, advisor)
    assert totals_by_payer(order)["customer"].total == Decimal("164.00")
    assert not LaborLine.objects.get(additional_work=work).is_authorised
    assert list(open_recommendations(at.car)) == [work]
    view = PrintedForm.objects.get(form="service.additional_work").view
    assert view["items"][0]["refusal_reason"] == "下次再说"
    assert view["items"][0]["consequence"] == "制动距离变长"
    assert view["customer_signature"]["image"].startswith("data:image/png")


def test_a_recommendation_taken_up_is_done_with_until_the_order_is_void(at, order, offered, advisor):
    work = refuse(offered, advisor)
    later = draft(at, advisor, kind="body_paint")
    later = take_up_recommendation(later, work=work, actor=advisor)
    assert totals_by_payer(later)["customer"].total == Decimal("1450.00")
    assert not open_recommendations(at.car).exists()
    with pytest.raises(IllegalMove):
        take_up_recommendation(later, work=work, actor=advisor)
    void_order(later, reason="误开", actor=advisor)
    assert list(open_recommendations(at.car)) == [work]


def test_the_next_contract_names_what_was_refused(at, order, offered, advisor):
    refuse(offered, advisor)
    later = authorised(at, advisor, kind="periodic_service")
    view = PrintedForm.objects.get(form="service.repair_order", aggregate_id=later.pk).view
    assert [one["text"] for one in view["recommendations"]] == ["前刹车片剩 2 mm"]


def test_accepting_after_completion_opens_the_order_again(order, offered, advisor):
    RepairOrder.objects.filter(pk=order.pk).update(
        state="completed", completed_at=timezone.now(), completed_date=timezone.localdate()
    )
    accept_additional_work(offered, answered_by="张三", via="电话", actor=advisor)
    order = fresh(order)
    assert (order.state, order.completed_at, order.completed_date) == ("authorised", None, None)


def test_after_the_statement_is_issued_nothing_is_added(order, offered, advisor):
    Statement.objects.create(
        store=order.store, order=order, number="ST-1", payer="customer", payer_name="张三", state="issued"
    )
    with pytest.raises(Refused, match="结算单"):
        accept_additional_work(offered, answered_by="张三", via="电话", actor=advisor)
    offered.refresh_from_db()
    assert offered.state == "offered"


def test_lines_belong_to_additional_work_of_their_own_order(at, order, found, advisor, s01):
    other = authorised(at, advisor, kind="accident")
    with pytest.raises(NotThere):
        add_labor(other, operation=at.oil_change, additional_work=found, actor=advisor)


def test_who_may_do_what_with_additional_work(at, order, offered, advisor, technician, person, s01, s02, see):
    stranger = person("advisor", s02)
    see(s01, s02)
    with pytest.raises(NotAllowed):
        report_finding(order, finding="x", actor=person("cashier", s01))
    for actor, error in ((technician, NotAllowed), (stranger, NotThere)):
        for call in (accept_additional_work, refuse_additional_work):
            with pytest.raises(error):
                call(offered, answered_by="张三", via="电话", actor=actor)
        with pytest.raises(error):
            withdraw_offer(offered, actor=actor)
    with pytest.raises(NotThere):
        report_finding(order, finding="x", actor=person("technician", s02))
    offered.refresh_from_db()
    assert offered.state == "offered"
