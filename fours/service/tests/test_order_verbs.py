from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.kernel.models import Event, PrintedForm, SearchKey
from fours.parts.models import Backorder, Reservation
from fours.service.models import CheckIn, ClockEntry, PartLine, RepairOrder
from fours.service.verbs.lines import add_part
from fours.service.verbs.order import (
    authorise_order,
    change_order,
    change_promise,
    open_order,
    void_order,
)

from .order_house import authorised, draft, fresh, house, in_hours, signature, with_lines


@pytest.fixture
def at(s01):
    return house(s01)


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


def signed_check_in(at, advisor):
    return CheckIn.objects.create(
        store=at.store,
        number="CI-S01-1",
        vehicle=at.car,
        customer=at.owner,
        deliverer_name="李四",
        deliverer_phone="13900002222",
        arrived_at=timezone.now() - timedelta(minutes=20),
        arrival_date=timezone.localdate(),
        advisor=advisor.user,
        mileage=12345,
        fuel_level=40,
        concern="刹车异响",
        findings="前片磨损",
        key_tag="K7",
        parking_place="P3",
        state="signed",
        signed_at=timezone.now(),
        signed_by="李四",
    )


def test_an_order_from_a_check_in_asks_for_nothing_again(at, advisor):
    check_in = signed_check_in(at, advisor)
    order = open_order(at.store, check_in=check_in, kind="general_repair", actor=advisor)
    assert (order.vehicle, order.customer, order.mileage_in) == (at.car, at.owner, 12345)
    assert (order.deliverer_name, order.deliverer_phone) == ("李四", "13900002222")
    assert (order.concern, order.diagnosis, order.key_tag, order.fuel_level) == (
        "刹车异响",
        "前片磨损",
        "K7",
        40,
    )
    assert order.arrived_at == check_in.arrived_at
    assert order.state == "draft"
    assert order.number == ""


def test_an_unsigned_check_in_gives_no_order(at, advisor):
    check_in = signed_check_in(at, advisor)
    CheckIn.objects.filter(pk=check_in.pk).update(state="draft")
    check_in.refresh_from_db()
    with pytest.raises(IllegalMove):
        open_order(at.store, check_in=check_in, actor=advisor)
    assert not RepairOrder.objects.exists()


def test_a_second_open_order_of_a_kind_needs_a_reason(at, advisor):
    draft(at, advisor)
    with pytest.raises(Refused) as refusal:
        draft(at, advisor)
    assert "second_open_reason" in refusal.value.fields
    assert RepairOrder.objects.count() == 1
    draft(at, advisor, kind="accident")
    draft(at, advisor, second_open_reason="客户要求分开结算")
    assert RepairOrder.objects.count() == 3


def test_mileage_that_goes_back_is_refused_beside_its_field(at, advisor):
    at.car.mileage = 20000
    at.car.mileage_on = timezone.localdate()
    at.car.save()
    with pytest.raises(Refused) as refusal:
        draft(at, advisor, mileage_in=19000)
    assert "mileage_in" in refusal.value.fields
    assert not RepairOrder.objects.exists()


def test_an_unknown_kind_is_refused_beside_its_field(at, advisor):
    with pytest.raises(Refused) as refusal:
        draft(at, advisor, kind="party")
    assert "kind" in refusal.value.fields


def test_signing_makes_the_contract(at, advisor):
    order = authorised(at, advisor)
    assert order.state == "authorised"
    assert order.number.startswith("RO-S01-")
    assert order.estimated_total == Decimal("164.00")
    assert order.first_promised_at == order.promised_at
    assert order.signature is not None
    view = PrintedForm.objects.get(form="service.repair_order", aggregate_id=order.pk).view
    assert view["customer"]["phone"] == "13800001111"
    assert view["vehicle"]["plate"] == "苏E12345"
    assert [job["rate"] for job in view["jobs"]] == ["120.00"]
    assert view["parts"][0]["kind"] == "原厂"
    assert view["totals"]["total"] == "164.00"
    assert view["totals"]["capitals"] == "壹佰陆拾肆元整"
    assert view["totals"]["tax_rate"] == "13%"
    assert view["guarantees"] == [
        {"scope": "一级维护：更换机油机滤", "kilometers": "2000", "days": "10", "until": ""}
    ]
    assert view["excess_rule"]
    assert view["privacy_notice"]
    assert view["customer_signature"]["image"].startswith("data:image/png")
    assert SearchKey.objects.filter(kind="order", target_id=order.pk, key__startswith="ros01").exists()


def test_signing_reserves_what_is_there_and_notes_what_is_short(at, advisor):
    order = with_lines(at, advisor)
    add_part(order, part=at.bumper, quantity=Decimal(1), actor=advisor)
    authorise_order(order, signature=signature(), signed_by="张三", promised_at=in_hours(5), actor=advisor)
    assert Reservation.objects.get().quantity == 1
    assert Backorder.objects.get().part == at.bumper


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"signed_by": " "}, "signed_by"),
        ({"signature": ""}, "signature"),
        ({"signature": "data:image/png;base64,xx"}, "signature"),
        ({"promised_at": timezone.now() - timedelta(hours=1)}, "promised_at"),
    ],
)
def test_what_is_missing_for_the_contract_is_named_and_nothing_is_signed(at, advisor, changed, field):
    order = with_lines(at, advisor)
    given = {"signature": signature(), "signed_by": "张三", "promised_at": in_hours(3), **changed}
    with pytest.raises(Refused) as refusal:
        authorise_order(order, actor=advisor, **given)
    assert field in refusal.value.fields
    assert fresh(order).state == "draft"
    assert fresh(order).number == ""
    assert not Reservation.objects.exists()


def test_an_order_without_lines_cannot_be_signed(at, advisor):
    order = draft(at, advisor)
    with pytest.raises(Refused, match="没有维修项目"):
        authorise_order(
            order, signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=advisor
        )
    assert fresh(order).state == "draft"


def test_the_insurer_must_be_named_before_its_lines_are_signed(at, advisor):
    order = with_lines(at, advisor)
    add_part(order, part=at.filter, payer="insurer", actor=advisor)
    given = {"signature": signature(), "signed_by": "张三", "promised_at": in_hours(3), "actor": advisor}
    with pytest.raises(Refused, match="保险公司"):
        authorise_order(order, **given)
    change_order(fresh(order), insurer_name="平安财险", actor=advisor)
    assert authorise_order(fresh(order), **given).state == "authorised"


def test_a_stale_order_is_not_signed(at, advisor):
    order = with_lines(at, advisor)
    seen = order.version
    add_part(order, part=at.filter, actor=advisor)
    with pytest.raises(Stale):
        authorise_order(
            order,
            signature=signature(),
            signed_by="张三",
            promised_at=in_hours(3),
            actor=advisor,
            version=seen,
        )
    assert fresh(order).state == "draft"


def test_an_order_is_signed_once(at, advisor):
    order = authorised(at, advisor)
    with pytest.raises(IllegalMove):
        authorise_order(
            order, signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=advisor
        )
    assert PrintedForm.objects.filter(form="service.repair_order").count() == 1


def test_the_first_promise_is_kept_when_another_is_made(at, advisor):
    order = authorised(at, advisor)
    first = order.promised_at
    later = in_hours(24)
    order = change_promise(order, promised_at=later, reason="配件晚到", told_customer=True, actor=advisor)
    assert (order.first_promised_at, order.promised_at, order.promise_reason) == (first, later, "配件晚到")
    event = Event.objects.get(kind="service.promise_changed")
    assert "已告知客户" in event.sentence


def test_another_promise_needs_a_reason_and_a_time_to_come(at, advisor):
    order = authorised(at, advisor)
    with pytest.raises(Refused) as refusal:
        change_promise(order, promised_at=in_hours(9), reason=" ", told_customer=False, actor=advisor)
    assert "reason" in refusal.value.fields
    with pytest.raises(Refused) as refusal:
        change_promise(order, promised_at=in_hours(-1), reason="晚", told_customer=False, actor=advisor)
    assert "promised_at" in refusal.value.fields
    assert fresh(order).promised_at == order.promised_at


def test_a_void_order_keeps_its_number_and_frees_its_parts(at, advisor):
    order = authorised(at, advisor)
    number = order.number
    order = void_order(order, reason="客户改日再来", actor=advisor)
    assert (order.state, order.number, order.void_reason) == ("void", number, "客户改日再来")
    assert not Reservation.objects.exists()


def test_an_order_with_parts_out_or_work_begun_is_not_void(at, advisor, person, s01):
    order = authorised(at, advisor)
    PartLine.objects.filter(order=order).update(issued=1)
    with pytest.raises(Refused, match="退料"):
        void_order(order, reason="误开", actor=advisor)
    PartLine.objects.filter(order=order).update(issued=0)
    technician = person("technician", s01).user
    ClockEntry.objects.create(job=order.jobs.get(), technician=technician, started_at=timezone.now())
    with pytest.raises(Refused, match="打卡"):
        void_order(order, reason="误开", actor=advisor)
    assert fresh(order).state == "authorised"
    assert Reservation.objects.count() == 1


def test_a_void_order_needs_a_reason_and_stays_void(at, advisor):
    order = draft(at, advisor)
    with pytest.raises(Refused) as refusal:
        void_order(order, reason=" ", actor=advisor)
    assert "reason" in refusal.value.fields
    void_order(order, reason="误开", actor=advisor)
    with pytest.raises(IllegalMove):
        void_order(order, reason="误开", actor=advisor)


def test_what_was_signed_is_not_changed_afterwards(at, advisor):
    order = authorised(at, advisor)
    with pytest.raises(Refused) as refusal:
        change_order(order, concern="别的", actor=advisor)
    assert "concern" in refusal.value.fields
    assert fresh(order).concern == "早上有异响"
    assert change_order(order, parking_place="P9", actor=advisor).parking_place == "P9"


def test_a_change_stands_in_the_history_without_personal_values(at, advisor):
    order = draft(at, advisor)
    change_order(order, key_tag="K3", deliverer_phone="13711112222", actor=advisor)
    event = Event.objects.get(kind="service.order_changed")
    assert event.data["changes"] == {"钥匙牌号": ["", "K3"]}
    assert "137" not in event.sentence


def test_another_store_does_not_find_the_order(at, advisor, person, s02, see, s01):
    order = draft(at, advisor)
    stranger = person("advisor", s02)
    see(s01, s02)
    for call in (
        lambda: void_order(order, reason="x", actor=stranger),
        lambda: change_order(order, key_tag="1", actor=stranger),
        lambda: open_order(s01, vehicle=at.car, mileage_in=13000, actor=stranger),
    ):
        with pytest.raises(NotThere):
            call()
    assert fresh(order).state == "draft"


@pytest.mark.parametrize("post", ["technician", "parts_keeper", "cashier", "washer", "foreman"])
def test_who_may_not_open_or_sign_orders(at, advisor, person, s01, post):
    other = person(post, s01)
    order = with_lines(at, advisor)
    with pytest.raises(NotAllowed):
        open_order(s01, vehicle=at.car, mileage_in=13000, kind="accident", actor=other)
    with pytest.raises(NotAllowed):
        authorise_order(order, signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=other)
    assert fresh(order).state == "draft"
    assert RepairOrder.objects.count() == 1
