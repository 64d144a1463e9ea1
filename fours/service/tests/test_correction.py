"""A signed order is put right before it is billed: payer, discount, share, what is not done (SV-19)."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused
from fours.desk.tokens import issue_token
from fours.kernel.models import Event, Task
from fours.parts.models import Backorder, Reservation, StockBalance
from fours.service.checks import issued_is_the_sum_of_slips
from fours.service.models import FeeLine, LaborLine, PartLine, Statement
from fours.service.verbs.correction import cancel_line, correct_line, share_line
from fours.service.verbs.lines import add_fee, add_labor, add_part
from fours.service.verbs.order import authorise_order
from fours.service.verbs.settlement import reverse_statement
from fours.service.verbs.workshop import dispatch_job

from .order_house import authorised, draft, fresh, house, in_hours, signature
from .settling import finished_order, issued, labor
from .workshop_house import final_passed, in_work, shop


@pytest.fixture
def at(s01):
    return house(s01)


@pytest.fixture
def s(at, person):
    return shop(at, person)


def signed(at, advisor, **facts):
    """Two jobs (96.00 and 450.00), a filter that is there (68.00) and a bumper that is not (1000.00)."""
    order = draft(at, advisor, **facts)
    job = add_labor(order, operation=at.oil_change, actor=advisor)
    add_labor(order, operation=at.door_paint, actor=advisor)
    add_part(order, part=at.filter, job=job, actor=advisor)
    add_part(order, part=at.bumper, actor=advisor)
    return authorise_order(
        fresh(order), signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=advisor
    )


def part_line(order, part):
    return PartLine.objects.get(order=order, part=part)


def sentence(order):
    return Event.objects.filter(aggregate_id=order.pk).order_by("-pk").first().sentence


def test_a_part_that_does_not_come_is_cancelled_and_no_longer_waited_for(at, s):
    order = signed(at, s.advisor)
    assert Backorder.objects.get(open=True).part == at.bumper
    cancel_line(part_line(order, at.bumper), reason="厂家无货,客户改日再换", actor=s.advisor)
    assert not PartLine.objects.filter(order=order, part=at.bumper).exists()
    assert not Backorder.objects.filter(open=True).exists()
    assert Reservation.objects.get().part == at.filter
    assert sentence(order) == "取消 前保险杠 1000.00 元（厂家无货,客户改日再换）"


def test_cancelling_frees_the_pieces_that_were_held(at, s):
    order = signed(at, s.advisor)
    assert StockBalance.objects.get(part=at.filter).reserved == 1
    cancel_line(part_line(order, at.filter), reason="客户自己有", actor=s.advisor)
    assert StockBalance.objects.get(part=at.filter).reserved == 0


def test_of_parts_issued_in_part_the_rest_is_cancelled_with_its_share_of_the_discount(at, s):
    order = draft(at, s.advisor)
    add_labor(order, operation=at.oil_change, actor=s.advisor)
    line = add_part(order, part=at.filter, quantity=Decimal(4), discount=Decimal(8), actor=s.advisor)
    authorise_order(
        fresh(order), signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=s.advisor
    )
    PartLine.objects.filter(pk=line.pk).update(issued=1)
    cancel_line(PartLine.objects.get(pk=line.pk), reason="只用一个", actor=s.advisor)
    line.refresh_from_db()
    assert (line.quantity, line.discount, line.gross) == (1, Decimal("2.00"), Decimal("66.00"))
    with pytest.raises(Refused, match="先由库房退料"):
        cancel_line(PartLine.objects.get(pk=line.pk), reason="不用了", actor=s.advisor)


def test_a_job_nobody_has_begun_is_cancelled_with_its_dispatch(at, s):
    order = signed(at, s.advisor)
    paint = LaborLine.objects.get(order=order, operation=at.door_paint)
    dispatch_job(paint, technicians=[s.ann.user], actor=s.foreman)
    cancel_line(paint, reason="客户不喷了", actor=s.advisor)
    assert LaborLine.objects.filter(order=order).count() == 1
    assert Task.objects.get(rule="service.work_job").state == "cancelled"


def test_a_job_that_was_begun_is_not_cancelled_and_the_message_says_what_to_do(at, s):
    order = s.order()
    job = in_work(s, order)
    add = LaborLine(
        order=order, name="另一项", hours=Decimal(1), unit_price=Decimal(1), tax_rate=Decimal("0.13")
    )
    add.price()
    add.save()
    with pytest.raises(IllegalMove, match="更正付费方"):
        cancel_line(job, reason="客户反悔", actor=s.advisor)
    assert LaborLine.objects.filter(pk=job.pk).exists()


def test_the_last_job_is_not_cancelled(at, s):
    order = s.order()
    with pytest.raises(Refused, match="最后一个维修项目"):
        cancel_line(LaborLine.objects.get(order=order), reason="不做了", actor=s.advisor)


def test_cancelling_the_last_unfinished_job_asks_for_the_final_check(at, s):
    order = signed(at, s.advisor)
    paint = LaborLine.objects.get(order=order, operation=at.door_paint)
    LaborLine.objects.filter(order=order).exclude(pk=paint.pk).update(state="team_checked")
    assert not Task.objects.filter(rule="service.final_check").exists()
    cancel_line(paint, reason="客户不喷了", actor=s.advisor)
    assert Task.objects.get(rule="service.final_check").state == "open"


def test_another_payer_brings_that_payers_price(at, s):
    order = signed(at, s.advisor)
    line = correct_line(part_line(order, at.filter), payer="warranty", reason="厂家同意保修", actor=s.advisor)
    assert (line.payer, line.gross, line.net + line.tax) == ("warranty", Decimal("50.00"), Decimal("50.00"))
    assert sentence(order) == "更正 机油滤清器：客户 68.00 → 保修 50.00 元（厂家同意保修）"


def test_a_wrong_discount_is_put_right_within_what_the_person_may_give(at, s, person):
    order = signed(at, s.advisor)
    paint = LaborLine.objects.get(order=order, operation=at.door_paint)
    with pytest.raises(Refused, match="须审批"):
        correct_line(paint, discount=Decimal(200), reason="客户讲价", actor=s.advisor)
    assert LaborLine.objects.get(pk=paint.pk).discount == 0
    line = correct_line(
        paint, discount=Decimal(200), reason="客户讲价", actor=person("service_manager", at.store)
    )
    assert line.gross == Decimal("250.00")


def test_an_insurers_line_needs_the_insurers_name(at, s):
    order = signed(at, s.advisor)
    paint = LaborLine.objects.get(order=order, operation=at.door_paint)
    with pytest.raises(Refused, match="保险公司"):
        correct_line(paint, payer="insurer", reason="定损", actor=s.advisor)


def test_the_insurer_takes_a_share_and_nothing_is_lost(at, s):
    order = signed(at, s.advisor, insurer_name="某保险公司")
    line = part_line(order, at.filter)
    other = share_line(line, payer="insurer", amount=Decimal("20.00"), reason="定损单", actor=s.advisor)
    line.refresh_from_db()
    assert (line.gross, other.gross) == (Decimal("48.00"), Decimal("20.00"))
    assert line.quantity + other.quantity == 1
    assert sum(row.quantity for row in Reservation.objects.filter(part=at.filter)) == 1
    cancel_line(PartLine.objects.get(pk=other.pk), reason="保险不认", actor=s.advisor)
    line.refresh_from_db()
    assert (line.quantity, line.gross) == (1, Decimal("68.00"))


def test_a_job_in_work_is_not_shared(at, s):
    order = s.order(insurer_name="某保险公司")
    with pytest.raises(IllegalMove, match="组检合格后"):
        share_line(in_work(s, order), payer="insurer", amount=Decimal(20), reason="定损", actor=s.advisor)


def test_shared_parts_that_were_issued_still_tie_out_with_the_slips(at, s, person):
    order = signed(at, s.advisor, insurer_name="某保险公司")
    line = part_line(order, at.filter)
    PartLine.objects.filter(pk=line.pk).update(issued=1)
    before = list(issued_is_the_sum_of_slips())
    other = share_line(
        PartLine.objects.get(pk=line.pk), payer="insurer", amount=Decimal(20), reason="定损", actor=s.advisor
    )
    line.refresh_from_db()
    assert (line.issued, other.issued) == (line.quantity, other.quantity)
    assert list(issued_is_the_sum_of_slips()) == before


def test_what_is_billed_is_not_corrected(at, s, s01, person):
    order = finished_order(s01, plate="苏E99999")
    line = labor(order, "100.00")
    issued(order, person("service_manager", s01))
    for call in (
        lambda: correct_line(line, payer="goodwill", reason="错了", actor=s.advisor),
        lambda: cancel_line(line, reason="错了", actor=s.advisor),
        lambda: share_line(line, payer="goodwill", amount=Decimal(10), reason="错了", actor=s.advisor),
    ):
        with pytest.raises(Refused, match="先冲销"):
            call()
    assert LaborLine.objects.get(pk=line.pk).payer == "customer"


def test_what_was_billed_wrong_is_reversed_corrected_and_billed_again(s, s01, person):
    manager = person("service_manager", s01)
    order = finished_order(
        s01, plate="苏E99999", state="delivered", delivered_at=timezone.now(), presence="left"
    )
    line = labor(order, "100.00")
    bill = Statement.objects.create(
        store=s01, number="ST-S01-260101-0001", order=order, payer="customer", payer_name="王小明", state="issued",
        labor_total=Decimal(100), total=Decimal(100), net=Decimal("88.50"), tax=Decimal("11.50"),
    )  # fmt: skip
    reverse_statement(bill, reason="多收", actor=manager)
    assert correct_line(line, discount=Decimal(20), reason="多收", actor=manager).gross == Decimal("80.00")
    assert issued(fresh(order), manager)["customer"].total == Decimal("80.00")


def test_a_draft_is_changed_by_its_own_means_and_a_reason_is_needed(at, s):
    order = draft(at, s.advisor)
    line = add_fee(order, name="拖车费", unit_price=Decimal(300), actor=s.advisor)
    with pytest.raises(IllegalMove, match="明细不能更正"):
        cancel_line(line, reason="错了", actor=s.advisor)
    other = signed(at, s.advisor, kind="accident")
    with pytest.raises(Refused, match="原因"):
        cancel_line(part_line(other, at.bumper), reason="  ", actor=s.advisor)
    assert FeeLine.objects.filter(pk=line.pk).exists()


def test_only_reception_and_only_the_own_store(at, s, person, s02):
    line = part_line(signed(at, s.advisor), at.bumper)
    with pytest.raises(NotAllowed):
        cancel_line(line, reason="x", actor=s.ann)
    with pytest.raises(NotThere):
        cancel_line(line, reason="x", actor=person("advisor", s02))
    assert PartLine.objects.filter(pk=line.pk).exists()


def test_the_page_of_the_order_leads_to_the_three_ways(at, s, client_of, s01):
    desk = client_of("advisor", s01)
    order = signed(at, s.advisor)
    line = part_line(order, at.bumper)
    address = reverse("line_correct", args=[order.pk, "part", line.pk])
    assert address in desk.get(reverse("order", args=[order.pk])).content.decode()
    page = desk.get(address).content.decode()
    for word in ("前保险杠", "更正", "拆分付费方", "取消此项"):
        assert word in page
    refused = desk.post(address, {"step": "cancel", "reason": ""})
    assert refused.status_code == 422
    wrong = desk.post(address, {"step": "correct", "payer": "customer", "discount": "abc", "reason": "讲价"})
    assert wrong.status_code == 422
    assert "abc" in wrong.content.decode()
    assert "讲价" in wrong.content.decode()
    done = desk.post(address, {"step": "cancel", "reason": "厂家无货"})
    assert done.status_code == 302
    assert not PartLine.objects.filter(pk=line.pk).exists()
    gone = desk.get(address)
    assert gone.status_code == 404


def test_a_percentage_is_taken_of_the_full_price(at, s, client_of, s01):
    desk = client_of("advisor", s01)
    order = signed(at, s.advisor)
    paint = LaborLine.objects.get(order=order, operation=at.door_paint)
    address = reverse("line_correct", args=[order.pk, "labor", paint.pk])
    desk.post(address, {"step": "correct", "payer": "customer", "discount": "5%", "reason": "老客户"})
    paint.refresh_from_db()
    assert (paint.discount, paint.gross) == (Decimal("22.50"), Decimal("427.50"))


def test_a_completed_order_is_still_corrected_before_it_is_billed(at, s):
    order = final_passed(s, s.order(wash_wanted=False))
    assert order.state == "completed"
    line = correct_line(part_line(order, at.filter), payer="goodwill", reason="客户关系", actor=s.advisor)
    assert line.payer == "goodwill"


def test_authorised_orders_of_another_visit_stay_as_they_are(at, s):
    order, other = authorised(at, s.advisor), signed(at, s.advisor, kind="accident")
    cancel_line(part_line(other, at.filter), reason="不换", actor=s.advisor)
    assert PartLine.objects.filter(order=order).count() == 1


def test_lines_are_corrected_shared_and_cancelled_over_the_api(at, s, s01, client):
    order = signed(at, s.advisor, insurer_name="某保险公司")
    line = part_line(order, at.filter)
    secret = issue_token(s.advisor.user.username)
    header = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    def post(step, **body):
        return client.post(
            f"/api/v1/part-lines/{line.pk}/{step}", body, content_type="application/json", **header
        )

    assert post("correct", payer="goodwill", reason="客户关系").status_code == 200
    assert post("share", payer="insurer", amount="20.00", reason="定损").status_code == 200
    assert post("cancel", reason="不换").status_code == 422
    assert post("correct", payer="nobody", reason="x").status_code == 422
    line.refresh_from_db()
    assert (line.payer, line.gross) == ("goodwill", Decimal("48.00"))
