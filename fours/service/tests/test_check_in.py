import pytest

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.kernel.models import Attachment, PrintedForm
from fours.kernel.printing import bytes_of
from fours.kernel.prints.tests.reading import missing
from fours.service.models import CheckIn
from fours.service.verbs.check_in import add_photos, save_check_in, sign_check_in, void_check_in
from fours.service.verbs.order import open_order
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import record_mileage

from .order_house import house, signature
from .reception_house import FILLED, SUNDAY, at, begun, booked, filled, picture


@pytest.fixture(autouse=True)
def morning(time_machine):
    """Sunday, 22 November 2026, ten o'clock."""
    time_machine.move_to(at(10), tick=False)


@pytest.fixture
def car(s01):
    return house(s01).car


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


def sign(check_in, advisor, **more):
    given = {"signature": signature(), "signed_by": "张三"}
    return sign_check_in(check_in, actor=advisor, **(given | more))


def test_a_car_is_taken_over_and_signed_for(s01, advisor, car):
    signed = sign(filled(s01, advisor, car), advisor)
    assert signed.number == "CI-S01-261122-0001"
    assert (signed.state, signed.signed_by, signed.signed_at) == ("signed", "张三", at(10))
    car.refresh_from_db()
    assert (car.mileage, car.mileage_on) == (32100, SUNDAY)


def test_a_booking_gives_its_words_to_the_check_in(s01, advisor, car, person):
    person("technician", s01)
    made = booked(s01, advisor, car, at(11), concern="空调不冷")
    check_in = begun(s01, advisor, car, deliverer_name="", deliverer_phone="", appointment=made)
    assert (check_in.concern, check_in.deliverer_name) == ("空调不冷", "张三")
    assert check_in.deliverer_phone == "13800001111"


def test_everything_missing_is_named_beside_its_field(s01, advisor, car):
    check_in = begun(s01, advisor, car)
    with pytest.raises(Refused) as refused:
        sign(check_in, advisor, signed_by="")
    assert set(refused.value.fields) == {
        "mileage", "fuel_level", "concern", "valuables_reminded", "signed_by",
    }  # fmt: skip
    check_in.refresh_from_db()
    assert (check_in.state, check_in.number) == ("draft", "")


@pytest.mark.parametrize("drawn", ["", "data:image/png;base64,AAAA", "javascript:alert(1)"])
def test_nothing_is_signed_without_a_signature(s01, advisor, car, drawn):
    check_in = filled(s01, advisor, car)
    with pytest.raises(Refused) as refused:
        sign(check_in, advisor, signature=drawn)
    assert "signature" in refused.value.fields
    check_in.refresh_from_db()
    car.refresh_from_db()
    assert (check_in.state, car.mileage) == ("draft", None)
    assert not PrintedForm.objects.exists()


def test_mileage_that_goes_back_is_refused_unless_the_instrument_was_replaced(s01, advisor, car):
    record_mileage(car, kilometers=40000, read_on=SUNDAY, source="接车", actor=advisor)
    check_in = filled(s01, advisor, car)
    with pytest.raises(Refused, match="小于上次的 40,000 km") as refused:
        sign(check_in, advisor)
    assert "mileage" in refused.value.fields
    car.refresh_from_db()
    assert car.mileage == 40000
    sign(check_in, advisor, instrument_replaced=True)
    car.refresh_from_db()
    assert car.mileage == 32100


def test_a_car_without_an_owner_is_not_signed_for_until_one_is_named(s01, advisor, car):
    stray = Vehicle.objects.create(store=s01, plate="苏E22222")
    check_in = filled(s01, advisor, stray)
    with pytest.raises(Refused) as refused:
        sign(check_in, advisor)
    assert "customer" in refused.value.fields
    stray.ownerships.create(vehicle=stray, customer=car.owner)
    assert sign(check_in, advisor).customer == car.owner


def test_the_paper_says_what_was_found(s01, advisor, car):
    check_in = filled(s01, advisor, car, findings="前刹车片偏薄", key_tag="K12")
    add_photos(check_in, photos=[picture()], actor=advisor)
    sign(check_in, advisor)
    printed = PrintedForm.objects.get(form="service.check_in")
    paper = bytes_of(printed)
    words = ["CI-S01-261122-0001", "苏E12345", "张三", "32,100", "刹车有异响", "左前门", "前刹车片偏薄", "1/2",
             "K12", "雨伞", "行驶证"]  # fmt: skip
    assert missing(paper, words) == []


def test_a_stale_save_changes_nothing(s01, advisor, car):
    check_in = begun(s01, advisor, car)
    save_check_in(check_in, changes={"mileage": 100}, actor=advisor, version=check_in.version)
    with pytest.raises(Stale):
        save_check_in(check_in, changes={"mileage": 200}, actor=advisor, version=check_in.version)
    assert CheckIn.objects.get().mileage == 100


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fuel_level", 101),
        ("fuel_level", -1),
        ("mileage", -5),
        ("mileage", 30_000_000),
        ("deliverer_phone", "12"),
        ("deliverer_name", ""),
        ("key_tag", "K" * 11),
        ("damage_marks", [{"x": 1001, "y": 2, "kind": "scratch"}]),
        ("damage_marks", [{"x": "nan", "y": 2, "kind": "scratch"}]),
        ("damage_marks", [{"x": 1, "y": 2, "kind": "<script>"}]),
        ("damage_marks", [{"x": 10**400, "y": 2, "kind": "dent"}]),
        ("damage_marks", [{"y": 2}]),
        ("damage_marks", [{"x": 1, "y": 2, "kind": "dent"}] * 61),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(s01, advisor, car, name, value):
    check_in = filled(s01, advisor, car)
    with pytest.raises(Refused) as refused:
        save_check_in(check_in, changes={name: value}, actor=advisor)
    assert set(refused.value.fields) == {name}
    kept = CheckIn.objects.get()
    assert getattr(kept, name) == getattr(check_in, name)


def test_a_field_the_check_in_does_not_fill_in_is_refused(s01, advisor, car):
    with pytest.raises(Refused, match="number"):
        save_check_in(begun(s01, advisor, car), changes={"number": "CI-1"}, actor=advisor)


def test_a_signed_check_in_is_not_changed_any_more(s01, advisor, car):
    signed = sign(filled(s01, advisor, car), advisor)
    with pytest.raises(IllegalMove):
        save_check_in(signed, changes={"mileage": 1}, actor=advisor)
    with pytest.raises(IllegalMove):
        add_photos(signed, photos=[picture()], actor=advisor)
    with pytest.raises(IllegalMove):
        sign(signed, advisor)
    assert Attachment.objects.count() == 1
    assert CheckIn.objects.get().mileage == FILLED["mileage"]


def test_a_check_in_is_void_only_while_no_order_rests_on_it(s01, advisor, car):
    signed = sign(filled(s01, advisor, car), advisor)
    order = open_order(s01, check_in=signed, actor=advisor)
    with pytest.raises(Refused, match="请先作废工单"):
        void_check_in(signed, reason="客户不修了", actor=advisor)
    order.state = "void"
    order.save(update_fields=["state"])
    assert void_check_in(signed, reason="客户不修了", actor=advisor).state == "void"


def test_voiding_needs_a_reason(s01, advisor, car):
    check_in = begun(s01, advisor, car)
    with pytest.raises(Refused) as refused:
        void_check_in(check_in, reason="  ", actor=advisor)
    assert "reason" in refused.value.fields
    assert CheckIn.objects.get().state == "draft"


def test_another_store_and_another_post_cannot_touch_it(s01, s02, advisor, car, person, see):
    see(s01, s02)
    check_in = filled(s01, advisor, car)
    with pytest.raises(NotThere):
        sign(check_in, person("advisor", s02))
    with pytest.raises(NotAllowed):
        sign(check_in, person("technician", s01))
    assert CheckIn.objects.get().state == "draft"
