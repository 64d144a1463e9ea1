from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fours.approvals.authority import NeedsApproval
from fours.approvals.models import AuthorityLimit
from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.kernel.models import Event
from fours.org.models import TaxRate
from fours.parts.models import Part, StorePart
from fours.service.authority import DISCOUNT
from fours.service.models import FeeLine, LaborLine, Package, PackageLine, PartLine
from fours.service.sharing import fit, shares
from fours.service.totals import totals_by_payer
from fours.service.verbs.lines import (
    add_fee,
    add_labor,
    add_package,
    add_part,
    change_line,
    remove_line,
    split_line,
)

from .order_house import authorised, draft, fresh, house


@pytest.fixture
def at(s01):
    return house(s01)


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


@pytest.fixture
def manager(person, s01):
    return person("service_manager", s01)


@pytest.fixture
def order(at, advisor):
    return draft(at, advisor)


def test_labor_is_priced_by_hours_and_kind_of_work_with_its_tax(at, advisor, order):
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    assert (line.hours, line.unit_price, line.gross) == (
        Decimal("3.00"),
        Decimal("150.00"),
        Decimal("450.00"),
    )
    assert (line.tax_rate, line.net, line.tax) == (Decimal("0.1300"), Decimal("398.23"), Decimal("51.77"))
    assert line.state == "open"


def test_a_small_taxpayer_has_its_own_rate(at, advisor, order, s01):
    TaxRate.objects.create(taxpayer_kind="small", rate=Decimal("0.01"), valid_from="2023-01-01")
    s01.facts.taxpayer_kind = "small"
    s01.facts.save()
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    assert (line.tax_rate, line.net, line.tax) == (Decimal("0.0100"), Decimal("445.54"), Decimal("4.46"))


def test_work_in_own_words_needs_a_name_and_a_known_kind(at, advisor, order):
    line = add_labor(order, name="查异响", hours=Decimal("0.50"), work_kind="mechanical", actor=advisor)
    assert line.gross == Decimal("60.00")
    for given_, field in (
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "payer": "nobody"}, "payer"),
    ):
        with pytest.raises(Refused) as refusal:
            add_labor(order, hours=Decimal(1), actor=advisor, **given_)
        assert field in refusal.value.fields
    assert LaborLine.objects.count() == 1


def test_a_kind_of_work_without_a_price_is_named(at, advisor, order):
    with pytest.raises(Refused, match="钣金") as refusal:
        add_labor(order, name="钣金", hours=Decimal(1), work_kind="body", actor=advisor)
    assert "unit_price" in refusal.value.fields
    line = add_labor(
        order, name="钣金", hours=Decimal(1), work_kind="body", unit_price=Decimal("200.00"), actor=advisor
    )
    assert line.gross == Decimal("200.00")


def test_the_order_is_of_the_largest_kind_of_repair_on_it(at, advisor, order):
    add_labor(order, operation=at.door_paint, actor=advisor)
    assert fresh(order).repair_class == "special"
    add_labor(order, name="变速器大修", hours=Decimal(9), repair_class="assembly", actor=advisor)
    add_labor(order, operation=at.oil_change, actor=advisor)
    assert fresh(order).repair_class == "assembly"


def test_a_part_costs_what_its_payer_pays(at, advisor, order, s01):
    assert add_part(order, part=at.filter, actor=advisor).gross == Decimal("68.00")
    assert add_part(order, part=at.filter, payer="warranty", actor=advisor).gross == Decimal("50.00")
    StorePart.objects.create(store=s01, part=at.filter, retail_price=Decimal("70.00"))
    assert add_part(order, part=at.filter, quantity=Decimal(2), actor=advisor).gross == Decimal("140.00")


def test_a_share_is_no_way_to_sell_at_the_makers_price(at, advisor, manager, order):
    part = add_part(fresh(order), part=at.filter, payer="warranty", actor=advisor)
    assert part.gross == Decimal("50.00")
    with pytest.raises(NeedsApproval, match="比标准价"), transaction.atomic():
        split_line(part, payer="customer", amount=Decimal("49.99"), actor=advisor)
    assert PartLine.objects.get(pk=part.pk).gross == Decimal("50.00")
    # Who bears as much by the list, and who may give as much, is not held up.
    split_line(part, payer="customer", amount=Decimal("20.00"), actor=manager)
    own = add_part(fresh(order), part=at.filter, actor=advisor)
    split_line(own, payer="insurer", amount=Decimal("20.00"), actor=advisor)


def test_another_payer_brings_its_own_list_price(at, advisor, order):
    line = add_part(order, part=at.filter, actor=advisor)
    line = change_line(line, payer="warranty", actor=advisor)
    assert (line.payer, line.gross) == ("warranty", Decimal("50.00"))


def test_what_the_customer_brought_along_costs_nothing(at, advisor, order):
    line = add_part(order, name="空调滤芯", kind="customer", actor=advisor)
    assert (line.part, line.gross, line.kind) == (None, Decimal("0.00"), "customer")
    with pytest.raises(Refused) as refusal:
        change_line(line, unit_price=Decimal("10.00"), actor=advisor)
    assert "unit_price" in refusal.value.fields


def test_a_part_that_is_not_in_the_catalogue_needs_a_price(at, advisor, order):
    with pytest.raises(Refused) as refusal:
        add_part(order, name="外购件", actor=advisor)
    assert "unit_price" in refusal.value.fields
    assert add_part(order, name="外购件", unit_price=Decimal("33.30"), actor=advisor).gross == Decimal(
        "33.30"
    )


def test_a_part_no_longer_in_use_is_refused(at, advisor, order):
    Part.objects.filter(pk=at.filter.pk).update(active=False)
    at.filter.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        add_part(order, part=at.filter, actor=advisor)
    assert "part" in refusal.value.fields


def test_a_package_brings_its_jobs_and_parts(at, advisor, order, s01):
    package = Package.objects.create(group=s01.group, code="T1", name="小保养套餐")
    PackageLine.objects.create(group=s01.group, package=package, operation=at.oil_change)
    PackageLine.objects.create(group=s01.group, package=package, part=at.filter, quantity=Decimal(2))
    lines = add_package(order, package=package, actor=advisor)
    assert [line.gross for line in lines] == [Decimal("96.00"), Decimal("136.00")]
    assert {line.package for line in lines} == {"小保养套餐"}
    assert PartLine.objects.get().job == LaborLine.objects.get()


def test_an_advisor_gives_ten_percent_and_a_manager_more(at, advisor, manager, order):
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    line = change_line(line, discount=Decimal("45.00"), actor=advisor)
    assert line.gross == Decimal("405.00")
    with pytest.raises(Refused, match="超过您的权限") as refusal:
        change_line(line, discount=Decimal("45.01"), actor=advisor)
    assert "discount" in refusal.value.fields
    line.refresh_from_db()
    assert line.gross == Decimal("405.00")
    assert change_line(line, discount=Decimal("200.00"), actor=manager).gross == Decimal("250.00")


def test_a_lower_price_counts_like_a_discount(at, advisor, order):
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    with pytest.raises(Refused) as refusal:
        change_line(line, unit_price=Decimal("100.00"), actor=advisor)
    assert "unit_price" in refusal.value.fields


def test_the_limit_is_the_stores_own(at, advisor, order, s01):
    AuthorityLimit.objects.create(store=s01, matter=DISCOUNT, post="advisor", amount=0)
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    with pytest.raises(Refused):
        change_line(line, discount=Decimal("0.01"), actor=advisor)


def test_below_the_floor_price_only_with_approval(at, advisor, manager, order, s01):
    AuthorityLimit.objects.create(store=s01, matter=DISCOUNT, post="advisor", amount=50)
    line = add_part(order, part=at.bumper, discount=Decimal("100.00"), actor=advisor)
    assert line.gross == Decimal("900.00")
    with pytest.raises(Refused, match="最低售价") as refusal:
        change_line(line, discount=Decimal("100.01"), actor=advisor)
    assert "discount" in refusal.value.fields
    assert change_line(line, discount=Decimal("300.00"), actor=manager).gross == Decimal("700.00")


def test_a_change_that_changes_nothing_leaves_no_trace(at, advisor, order):
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    version = fresh(order).version
    change_line(line, hours=Decimal(3), payer="customer", actor=advisor)
    assert fresh(order).version == version
    assert not Event.objects.filter(kind="service.line_changed").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": Decimal("-1")}, "hours"),
        ({"hours": Decimal("0.001")}, "hours"),
        ({"hours": Decimal("99999")}, "hours"),
        ({"unit_price": Decimal("-1")}, "unit_price"),
        ({"discount": Decimal("-1")}, "discount"),
        ({"discount": Decimal("9999")}, "discount"),
        ({"payer": "nobody"}, "payer"),
        ({"name": ""}, "name"),
    ],
)
def test_wrong_values_stand_beside_their_field_and_change_nothing(at, advisor, order, changes, field):
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    with pytest.raises(Refused) as refusal:
        change_line(line, actor=advisor, **changes)
    assert field in refusal.value.fields
    assert LaborLine.objects.get().gross == Decimal("450.00")


def test_totals_are_the_sums_of_each_payers_lines(at, advisor, order):
    add_labor(order, operation=at.oil_change, actor=advisor)
    add_labor(order, operation=at.door_paint, payer="insurer", actor=advisor)
    add_part(order, part=at.filter, discount=Decimal("6.80"), actor=advisor)
    add_fee(order, name="拖车", unit_price=Decimal("150.00"), actor=advisor)
    totals = totals_by_payer(order)
    customer, insurer = totals["customer"], totals["insurer"]
    assert list(totals) == ["customer", "insurer"]
    assert (customer.labor, customer.parts, customer.fees) == (
        Decimal("96.00"), Decimal("61.20"), Decimal("150.00"),
    )  # fmt: skip
    assert customer.total == Decimal("307.20") == customer.net + customer.tax
    assert customer.discount == Decimal("6.80")
    assert insurer.total == Decimal("450.00")


def test_a_line_is_shared_between_two_payers(at, advisor, order):
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    other = split_line(line, payer="insurer", amount=Decimal("300.00"), actor=advisor)
    line.refresh_from_db()
    assert (line.gross, line.hours, line.payer) == (Decimal("150.00"), Decimal("1.00"), "customer")
    assert (other.gross, other.hours, other.payer) == (Decimal("300.00"), Decimal("2.00"), "insurer")
    assert other.split_from == line
    totals = totals_by_payer(order)
    assert totals["customer"].total + totals["insurer"].total == Decimal("450.00")


def test_a_shared_line_taken_back_is_the_old_one(at, advisor, order):
    line = add_part(order, part=at.bumper, quantity=Decimal(3), discount=Decimal("100.00"), actor=advisor)
    other = split_line(line, payer="insurer", amount=Decimal("1000.01"), actor=advisor)
    with pytest.raises(Refused, match="拆分"):
        remove_line(line, actor=advisor)
    remove_line(other, actor=advisor)
    line.refresh_from_db()
    assert (line.quantity, line.unit_price, line.discount, line.gross) == (
        Decimal(3), Decimal("1000.00"), Decimal("100.00"), Decimal("2900.00"),
    )  # fmt: skip


@pytest.mark.parametrize("amount", ["0", "-5", "450.00", "451", "0.005"])
def test_an_amount_that_cannot_be_shared_is_refused(at, advisor, order, amount):
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    with pytest.raises(Refused) as refusal:
        split_line(line, payer="insurer", amount=Decimal(amount), actor=advisor)
    assert "amount" in refusal.value.fields
    assert LaborLine.objects.get().gross == Decimal("450.00")


def test_a_line_is_not_shared_with_its_own_payer(at, advisor, order):
    line = add_labor(order, operation=at.door_paint, actor=advisor)
    with pytest.raises(Refused) as refusal:
        split_line(line, payer="customer", amount=Decimal(1), actor=advisor)
    assert "payer" in refusal.value.fields


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    quantity=st.integers(2, 500_000),
    price=st.integers(1, 10_000_00),
    off=st.floats(0, 0.99),
    part=st.floats(0.0001, 0.9999),
)
def test_any_line_shared_any_way_adds_up_to_the_cent(quantity, price, off, part):
    line = PartLine(
        quantity=Decimal(quantity) / 1000,
        unit_price=Decimal(price) / 100,
        tax_rate=Decimal("0.13"),
        discount=0,
    )
    line.price()
    line.discount = (line.gross * Decimal(off)).quantize(Decimal("0.01"))
    line.price()
    old = (line.quantity, line.gross, line.discount)
    amount = (line.gross * Decimal(part)).quantize(Decimal("0.01"))
    if not 0 < amount < line.gross:
        return
    divided = shares(*old, amount, places=3)
    other = PartLine(quantity=divided.off.quantity, unit_price=line.unit_price, tax_rate=line.tax_rate)
    line.quantity = divided.left.quantity
    fit(other, divided.off)
    fit(line, divided.left)
    assert other.gross == amount
    assert line.gross + other.gross == old[1]
    assert line.quantity + other.quantity == old[0]
    for one in (line, other):
        assert one.quantity > 0
        assert one.discount >= 0
        gross = one.gross
        assert one.net + one.tax == gross
        one.price()
        assert one.gross == gross


def test_parts_of_a_removed_job_stay_on_the_order(at, advisor, order):
    job = add_labor(order, operation=at.oil_change, actor=advisor)
    add_part(order, part=at.filter, job=job, actor=advisor)
    remove_line(job, actor=advisor)
    assert PartLine.objects.get().job is None
    assert not LaborLine.objects.exists()


def test_lines_of_a_signed_order_do_not_change(at, advisor):
    order = authorised(at, advisor)
    line = order.jobs.get()
    for call in (
        lambda: add_labor(order, operation=at.oil_change, actor=advisor),
        lambda: add_part(order, part=at.filter, actor=advisor),
        lambda: add_fee(order, name="拖车", unit_price=Decimal(1), actor=advisor),
        lambda: change_line(line, hours=Decimal(9), actor=advisor),
        lambda: remove_line(line, actor=advisor),
        lambda: split_line(line, payer="insurer", amount=Decimal(10), actor=advisor),
    ):
        with pytest.raises(IllegalMove):
            call()
    assert (LaborLine.objects.get().gross, PartLine.objects.get().gross) == (
        Decimal("96.00"),
        Decimal("68.00"),
    )
    assert not FeeLine.objects.exists()


def test_two_people_on_one_draft_the_second_is_told(at, advisor, order):
    seen = order.version
    add_labor(order, operation=at.oil_change, actor=advisor, version=seen)
    with pytest.raises(Stale):
        add_part(order, part=at.filter, actor=advisor, version=seen)
    assert not PartLine.objects.exists()


def test_other_posts_and_other_stores_change_no_lines(at, advisor, person, order, s01, s02, see):
    line = add_labor(order, operation=at.oil_change, actor=advisor)
    technician, stranger = person("technician", s01), person("advisor", s02)
    see(s01, s02)
    for actor, error in ((technician, NotAllowed), (stranger, NotThere)):
        for call in (add_package, add_labor, add_part):
            with pytest.raises(error):
                call(order, actor=actor, **({"package": None} if call is add_package else {}))
        with pytest.raises(error):
            change_line(line, hours=Decimal(9), actor=actor)
        with pytest.raises(error):
            remove_line(line, actor=actor)
    assert LaborLine.objects.get().hours == Decimal("0.80")
