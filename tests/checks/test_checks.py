"""`fours check` finds what was changed behind the product's back."""

import random
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from fours.desk.checks import run_checks
from fours.kernel.attachments import attach_data_url
from fours.kernel.models import NumberCounter, Store, Task
from fours.parts.tests.making import a_part, stocked
from fours.service.models import FeeLine, PartLine, RepairOrder, Statement
from fours.service.tests.order_house import signature
from fours.service.tests.settling import finished_order, issued, labor, part
from fours.service.verbs.payment import Part, receive_payments
from fours.survey.models import FollowUpCall
from fours.survey.verbs.daily_report import ensure_report, sign_daily_report
from fours.vehicles.models import Vehicle


def behind(sql: str) -> list[str]:
    """What the checks say after a change that no verb made."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
    return run_checks()


@pytest.fixture
def billed(s01: Store, person) -> RepairOrder:
    """An order with a customer's statement of 200.00, half of it paid in cash."""
    order = finished_order(s01)
    labor(order, "200.00")
    statement = issued(order, person("service_manager", s01))["customer"]
    receive_payments(statement, parts=[Part("cash", Decimal("100.00"))], actor=person("cashier", s01))
    return order


def test_what_the_verbs_made_agrees(billed: RepairOrder, s01: Store) -> None:
    stocked(s01, a_part(s01), "3")
    assert run_checks() == []


def test_a_balance_that_is_not_the_sum_of_its_movements(s01: Store) -> None:
    stocked(s01, a_part(s01), "3", cost="10.00")
    lines = behind("update parts_stockbalance set on_hand = 4")
    assert [line.split(": ", 2)[2] for line in lines] == [
        "on_hand is 4.000, its rows say 3.000",
        "on_hand is 4.000, its lots say 3.000",
    ]


def test_a_statement_that_is_not_the_sum_of_its_lines(billed: RepairOrder) -> None:
    lines = behind("update service_statement set labor_total = 210, total = 210, net = net + 10")
    assert len(lines) == 2
    assert "total is 210.00, its lines say 200.00" in lines[0]


def test_money_that_nobody_paid(billed: RepairOrder) -> None:
    number = Statement.objects.get().number
    assert behind("update service_statement set paid = 150") == [
        f"payments: {number}: paid is 150.00, its payments say 100.00"
    ]


def test_a_line_whose_price_was_changed(billed: RepairOrder) -> None:
    assert behind("update service_laborline set unit_price = 300")[0].startswith("lines: service.laborline")


def test_a_line_says_what_it_should_be(billed: RepairOrder) -> None:
    pk = billed.jobs.get().pk
    before = "(Decimal('200.00'), Decimal('170.00'), Decimal('30.00'))"
    due = "(Decimal('200.00'), Decimal('176.99'), Decimal('23.01'))"
    assert behind("update service_laborline set net = 170, tax = 30") == [
        f"lines: service.laborline {pk}: {before} should be {due}"
    ]


def test_the_database_rounds_as_the_product_does(billed: RepairOrder) -> None:
    """Halves of a cent, and many lines by chance, priced by the product."""
    chance = random.Random(7)
    given = [("0.005", "1.00", "0.00"), ("0.125", "0.20", "0.00"), ("999999.999", "99999.99", "0.01")]
    for _ in range(400):
        quantity, price = chance.randrange(1, 10**6), chance.randrange(1, 10**7)
        off = chance.randrange(quantity * price // 1000 + 1)
        given.append(tuple(str(Decimal(n).scaleb(-p)) for n, p in ((quantity, 3), (price, 2), (off, 2))))
    lines = [
        FeeLine(
            order=billed, store=billed.store, name="拖车", quantity=Decimal(quantity), unit_price=Decimal(price),
            discount=Decimal(off), tax_rate=chance.choice([Decimal("0.13"), Decimal("0.06"), Decimal("0.0367")]),
        )
        for quantity, price, off in given
    ]  # fmt: skip
    for line in lines:
        line.price()
    FeeLine.objects.bulk_create(lines)
    assert run_checks() == []


def test_parts_issued_without_a_slip(billed: RepairOrder) -> None:
    line = part(billed, "68.00")
    assert run_checks() == [
        f"issued parts: {billed} part line {line.pk}: issued is {line.issued:.3f}, its slips say 0"
    ]


def test_a_split_line_counts_with_the_one_it_was_split_from(billed: RepairOrder) -> None:
    first = part(billed, "68.00")
    PartLine.objects.filter(pk=first.pk).update(issued=0)
    second = part(billed, "68.00")
    PartLine.objects.filter(pk=second.pk).update(split_from=first)
    assert run_checks() == [
        f"issued parts: {billed} part line {first.pk}: issued is {second.issued:.3f}, its slips say 0"
    ]


def test_movements_of_a_part_without_a_balance(s01: Store) -> None:
    some = a_part(s01)
    stocked(s01, some, "3")
    assert behind("delete from parts_stockbalance") == [
        f"stock: part {some.pk} of store {s01.pk} has movements and no balance"
    ]


def test_numbers_of_a_day_without_a_counter(billed: RepairOrder, s01: Store) -> None:
    counter = NumberCounter.objects.get(store=s01, kind="RO")
    counter.delete()
    assert run_checks() == [f"numbers: RO-S01-{counter.date:%y%m%d}-… has no counter"]


def test_a_foreign_number_is_nobodys_to_count(billed: RepairOrder) -> None:
    assert behind("update service_repairorder set foreign_number = 'RO-S01-261122-0009'") == []
    other = NumberCounter.objects.get(kind="ST")
    NumberCounter.objects.filter(pk=other.pk).delete()
    assert behind("update service_statement set number = '2611-0001'") == []


def test_a_signed_report_that_was_changed(s01: Store, person) -> None:
    day = timezone.localdate()
    report = ensure_report(s01, day)
    sign_daily_report(report, actor=person("service_manager", s01))
    assert run_checks() == []
    assert [line.partition(":")[0] for line in behind("update survey_dailyreport set remarks = '改'")] == [
        "reports"
    ]


def test_a_missing_number_and_one_too_many(billed: RepairOrder, s01: Store) -> None:
    counter = NumberCounter.objects.get(store=s01, kind="RO")
    stem = f"RO-S01-{counter.date:%y%m%d}"
    NumberCounter.objects.filter(pk=counter.pk).update(last=3)
    assert run_checks() == [
        f"numbers: {stem}-0002 was given and is on no document",
        f"numbers: {stem}-0003 was given and is on no document",
    ]
    NumberCounter.objects.filter(pk=counter.pk).update(last=0)
    assert run_checks() == [f"numbers: {stem}-0001 is beyond its counter (0)"]


def test_a_document_that_points_into_another_store(billed: RepairOrder, s02: Store, see) -> None:
    other = Vehicle.objects.create(store=s02, plate="苏E99999")
    assert behind(f"update service_repairorder set vehicle_id = {other.pk}") == [
        f"trees: service.repairorder {billed.pk}: vehicle is another store's"
    ]


def test_a_file_that_was_changed_or_is_gone(billed: RepairOrder, person, s01: Store) -> None:
    kept = attach_data_url(
        billed, signature(), actor=person("service_manager", s01), purpose="signature", name="x.png"
    )
    assert (
        "is not what was kept" in behind(f"update kernel_attachment set sha256 = 'x' where id = {kept.pk}")[0]
    )
    assert "is missing" in behind(f"update kernel_attachment set path = 'gone.png' where id = {kept.pk}")[0]


def test_a_due_call_in_nobodys_list(billed: RepairOrder, s01: Store, person) -> None:
    now = timezone.now()
    FollowUpCall.objects.create(
        store=s01, vehicle=billed.vehicle, customer=billed.customer, delivered_on=now.date(), contact_name="王",
        contact_phone="13800000001", window_start=now, window_end=now, due_at=now,
    )  # fmt: skip
    assert [line.partition(":")[0] for line in run_checks()] == ["calls"]
    assert not Task.objects.filter(rule="survey.follow_up").exists()
