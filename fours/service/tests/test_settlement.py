"""Statements per payer (SV-12): frozen sums of agreed lines, refused while something is open."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.kernel.actor import Actor
from fours.kernel.models import ClosedDate, Event, Store
from fours.service.models import AdditionalWork, RepairOrder, Statement, StatementLine
from fours.service.totals import totals_by_payer
from fours.service.verbs.payment import Part, receive_payments, refund_payment
from fours.service.verbs.settlement import issue_statements, put_on_account, reverse_statement

from .settling import advisor_of, fee, finished_order, issued, labor, part

PersonOf = Callable[..., Actor]


@pytest.fixture
def advisor(s01: Store, person: PersonOf) -> Actor:
    return person("advisor", s01)


@pytest.fixture
def order(s01: Store) -> RepairOrder:
    return finished_order(s01)


def cash(amount: str) -> list[Part]:
    return [Part("cash", Decimal(amount))]


def test_each_payer_gets_his_own_statement(order: RepairOrder, advisor: Actor) -> None:
    labor(order, "200")
    part(order, "113")
    labor(order, "1130", "insurer")
    statements = issued(order, advisor)
    mine, theirs = statements["customer"], statements["insurer"]
    assert (mine.total, mine.labor_total, mine.parts_total) == (Decimal("313.00"), 200, 113)
    assert (theirs.total, theirs.net, theirs.tax) == (1130, 1000, 130)
    assert mine.number.startswith("ST-S01-")
    assert mine.number != theirs.number
    assert {s.state for s in statements.values()} == {"issued"}
    assert mine.customer == order.customer
    assert theirs.customer is None


def test_a_statement_keeps_what_was_billed_when_the_line_changes(order: RepairOrder, advisor: Actor) -> None:
    line = labor(order, "200")
    statement = issued(order, advisor)["customer"]
    line.name = "别的"
    line.save()
    assert [copy.name for copy in statement.lines.all()] == ["更换机油机滤"]


@pytest.mark.parametrize("seed", range(12))
def test_statements_add_up_to_the_order_to_the_cent(order: RepairOrder, advisor: Actor, seed: int) -> None:
    random = Random(seed)
    payers = ["customer", "insurer", "warranty", "internal", "goodwill"]
    for _ in range(random.randint(1, 14)):
        make = random.choice([labor, part, fee])
        line = make(order, str(Decimal(random.randint(1, 300_000)) / 100), random.choice(payers))
        line.discount = (line.gross * Decimal(random.randint(0, 100)) / 100).quantize(Decimal("0.01"))
        line.price()
        line.save()
    expected = {str(payer): totals.total for payer, totals in totals_by_payer(order).items()}
    rounding = min(expected.get("customer", Decimal(0)), Decimal(random.randint(0, 100)) / 100)
    statements = issue_statements(order, actor=advisor, rounding=rounding)
    for statement in statements:
        lines = list(statement.lines.all())
        assert sum(line.gross for line in lines) == statement.total
        assert sum(line.net for line in lines) == statement.net
        assert sum(line.tax for line in lines) == statement.tax
        assert statement.total == expected[statement.payer] - statement.rounding
    assert {s.payer for s in statements} == set(expected)
    assert sum(s.rounding for s in statements) == rounding


def test_nothing_is_billed_before_the_final_check(s01: Store, advisor: Actor) -> None:
    order = finished_order(s01, state="authorised")
    labor(order, "200")
    with pytest.raises(IllegalMove, match="终检合格"):
        issue_statements(order, actor=advisor)
    assert not Statement.objects.exists()


def test_parts_not_issued_block_the_settlement(order: RepairOrder, advisor: Actor) -> None:
    part(order, "50", quantity="4", issued=Decimal(3))
    with pytest.raises(Refused, match=r"机油滤清器（缺 1件）"):
        issue_statements(order, actor=advisor)
    assert not Statement.objects.exists()


def test_a_part_the_customer_brought_is_billed_at_nothing(order: RepairOrder, advisor: Actor) -> None:
    part(order, "0", kind="customer", issued=Decimal(0))
    labor(order, "80")
    statement = issued(order, advisor)["customer"]
    assert statement.total == 80
    assert statement.lines.filter(part_kind="customer", gross=0).count() == 1


def additional(order: RepairOrder, **facts: object) -> AdditionalWork:
    return AdditionalWork.objects.create(
        order=order, finding="制动片磨损", found_by=advisor_of(order.store), **facts
    )


def test_refused_additional_work_is_not_billed(order: RepairOrder, advisor: Actor) -> None:
    work = additional(order, state="refused", answered_by="王小明", answered_at=order.arrived_at)
    labor(order, "100")
    labor(order, "600", additional_work=work)
    assert issued(order, advisor)["customer"].total == 100


def test_unanswered_additional_work_blocks_the_settlement(order: RepairOrder, advisor: Actor) -> None:
    labor(order, "600", additional_work=additional(order, state="offered"))
    with pytest.raises(Refused, match="客户尚未答复"):
        issue_statements(order, actor=advisor)
    assert not Statement.objects.exists()


def test_an_order_is_not_billed_twice(order: RepairOrder, advisor: Actor) -> None:
    labor(order, "100")
    issued(order, advisor)
    with pytest.raises(Refused, match="没有可结算的项目"):
        issue_statements(order, actor=advisor)
    assert Statement.objects.count() == 1


def test_cents_are_let_off_the_customer_only(order: RepairOrder, advisor: Actor) -> None:
    labor(order, "100.85")
    labor(order, "50.85", "insurer")
    statements = issued(order, advisor, rounding="0.85")
    mine, theirs = statements["customer"], statements["insurer"]
    assert (mine.total, mine.rounding, theirs.total) == (100, Decimal("0.85"), Decimal("50.85"))
    assert mine.lines.get(name="抹零").gross == Decimal("-0.85")


@pytest.mark.parametrize("rounding", ["1.01", "-0.10", "0.001", "NaN"])
def test_rounding_beyond_the_limit_or_no_amount_is_refused(
    order: RepairOrder, advisor: Actor, rounding: str
) -> None:
    labor(order, "100")
    with pytest.raises(Refused) as refusal:
        issue_statements(order, actor=advisor, rounding=Decimal(rounding))
    assert "rounding" in refusal.value.fields
    assert not Statement.objects.exists()


def test_the_service_manager_may_let_off_more(order: RepairOrder, person: PersonOf) -> None:
    labor(order, "103")
    assert issued(order, person("service_manager", order.store), "3")["customer"].total == 100


def test_what_the_store_bears_waits_on_account_and_a_sum_of_nothing_is_paid(
    order: RepairOrder, advisor: Actor
) -> None:
    labor(order, "100", "internal")
    labor(order, "0", "warranty")
    statements = issued(order, advisor)
    assert (statements["internal"].state, statements["warranty"].state) == ("on_account", "paid")


def test_a_statement_of_an_old_version_is_refused(order: RepairOrder, advisor: Actor) -> None:
    labor(order, "100")
    with pytest.raises(Stale):
        issue_statements(order, actor=advisor, version=order.version - 1)
    assert not Statement.objects.exists()


def test_the_next_service_is_proposed_because_the_statement_prints_it(
    order: RepairOrder, advisor: Actor
) -> None:
    labor(order, "100")
    issued(order, advisor)
    order.refresh_from_db()
    assert order.next_service_mileage == 50_230


def test_a_closed_day_takes_no_more_statements(order: RepairOrder, advisor: Actor) -> None:
    labor(order, "100")
    ClosedDate.objects.create(store=order.store, date=order.arrival_date, reason="日报已签")
    statement = issued(order, advisor)["customer"]
    assert statement.business_date is not None
    assert (statement.business_date - order.arrival_date).days == 1


@pytest.mark.parametrize("post", ["technician", "cashier", "parts_keeper", "crm_agent"])
def test_only_who_settles_issues_statements(order: RepairOrder, person: PersonOf, post: str) -> None:
    labor(order, "100")
    with pytest.raises(NotAllowed):
        issue_statements(order, actor=person(post, order.store))
    assert not Statement.objects.exists()


def test_another_store_finds_no_order_to_settle(order: RepairOrder, s02: Store, person: PersonOf) -> None:
    labor(order, "100")
    with pytest.raises(NotThere):
        issue_statements(order, actor=person("advisor", s02))


def test_the_insurer_goes_on_account_by_the_cashier(
    order: RepairOrder, advisor: Actor, person: PersonOf
) -> None:
    labor(order, "100", "insurer")
    statement = put_on_account(
        issued(order, advisor)["insurer"], reason="", actor=person("cashier", order.store)
    )
    assert (statement.state, statement.on_account_reason) == ("on_account", "待保险公司付款")


def test_a_customer_goes_on_account_only_by_right_and_with_a_reason(
    order: RepairOrder, advisor: Actor, person: PersonOf
) -> None:
    labor(order, "100")
    statement = issued(order, advisor)["customer"]
    manager = person("service_manager", order.store)
    with pytest.raises(NotAllowed):
        put_on_account(statement, reason="熟客", actor=person("cashier", order.store))
    with pytest.raises(Refused, match="原因"):
        put_on_account(statement, reason=" ", actor=manager)
    statement.refresh_from_db()
    assert statement.state == "issued"
    assert put_on_account(statement, reason="单位月结", actor=manager).on_account_by == manager.user


def test_a_statement_is_undone_by_its_opposite(order: RepairOrder, advisor: Actor, person: PersonOf) -> None:
    labor(order, "100.85")
    part(order, "33")
    statement = issued(order, advisor, "0.85")["customer"]
    counter = reverse_statement(statement, reason="付款方开错", actor=person("service_manager", order.store))
    statement.refresh_from_db()
    assert (statement.state, counter.total, counter.reverses) == ("reversed", -133, statement)
    assert sum(line.gross for line in StatementLine.objects.all()) == 0
    assert sum(line.tax for line in counter.lines.all()) == -statement.tax
    assert issued(order, advisor)["customer"].total == Decimal("133.85")


def test_a_statement_with_money_is_not_reversed_before_the_refund(
    order: RepairOrder, advisor: Actor, person: PersonOf
) -> None:
    labor(order, "100")
    statement = issued(order, advisor)["customer"]
    manager, cashier = person("service_manager", order.store), person("cashier", order.store)
    payment = receive_payments(statement, parts=cash("40"), actor=cashier)[0]
    with pytest.raises(Refused, match=r"已收 40.00 元"):
        reverse_statement(statement, reason="开错", actor=manager)
    statement.refresh_from_db()
    assert statement.state == "part_paid"
    refund_payment(payment, amount=Decimal(40), reason="开错", actor=manager)
    assert reverse_statement(statement, reason="开错", actor=manager).total == -100


def test_a_counter_statement_and_a_reversed_one_are_not_reversed_again(
    order: RepairOrder, advisor: Actor, person: PersonOf
) -> None:
    labor(order, "100")
    manager = person("service_manager", order.store)
    statement = issued(order, advisor)["customer"]
    counter = reverse_statement(statement, reason="开错", actor=manager)
    for row in (statement, counter):
        with pytest.raises(IllegalMove):
            reverse_statement(row, reason="再来", actor=manager)
    assert Statement.objects.count() == 2


def test_only_the_manager_reverses(order: RepairOrder, advisor: Actor, person: PersonOf) -> None:
    labor(order, "100")
    statement = issued(order, advisor)["customer"]
    for post in ("advisor", "cashier", "settlement_clerk"):
        with pytest.raises(NotAllowed):
            reverse_statement(statement, reason="开错", actor=person(post, order.store))
    assert Statement.objects.get().state == "issued"


def test_history_tells_each_step_on_the_order(order: RepairOrder, advisor: Actor) -> None:
    labor(order, "100", "insurer")
    put_on_account(issued(order, advisor)["insurer"], reason="", actor=advisor)
    kinds = Event.objects.filter(aggregate_kind="service.repairorder", aggregate_id=order.pk)
    assert [event.kind for event in kinds.order_by("pk")] == [
        "service.statements_issued",
        "service.put_on_account",
    ]
