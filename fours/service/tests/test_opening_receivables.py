"""What customers owed before the first day: entered once, collected at the till, reversed, proved (PF-15)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from fours.archive.folder import gaps_of
from fours.base.errors import Gone, IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.customers.erasing import obstacles_of
from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer, merge_customers
from fours.desk.checks import run_checks
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.models import Event, PrintedForm, Store
from fours.kernel.numbers import next_number
from fours.service.checks import receivables_tie_out
from fours.service.models import OpeningReceivable, Payment
from fours.service.verbs.payment import Part, refund_payment
from fours.service.verbs.receivable import (
    OldBill,
    collect_receivable,
    open_receivable,
    reverse_receivable,
)
from fours.survey.report.figures import payments as taken_on
from fours.survey.report.figures import statements as billed_on

from .owing import bill, cash
from .settling import finished_order, issued, labor

PersonOf = Callable[..., Actor]
ClientOf = Callable[..., Client]


@pytest.fixture
def manager(s01: Store, person: PersonOf) -> Actor:
    return person("service_manager", s01)


@pytest.fixture
def cashier(s01: Store, person: PersonOf) -> Actor:
    return person("cashier", s01)


@pytest.fixture
def fleet(s01: Store, manager: Actor) -> Customer:
    return create_customer(
        s01, name="江州快运有限公司", kind="company", phones=["0512-65123456"], actor=manager
    )


@pytest.fixture
def owed(s01: Store, fleet: Customer, manager: Actor) -> OpeningReceivable:
    return open_receivable(s01, customer=fleet, bill=bill(billed_on=date(2024, 3, 12)), actor=manager)


def test_what_was_still_open_is_owed(owed: OpeningReceivable) -> None:
    assert (owed.total, owed.due, owed.state) == (2680, 2680, "issued")
    assert owed.number.startswith("AR-S01-")
    assert owed.foreign_number == "JS-1"
    assert (
        Event.objects.get(kind="service.receivable_opened").sentence
        == "登记期初应收 2680.00 元（原单号 JS-1）"
    )


def test_an_old_number_is_entered_once(s01: Store, owed: OpeningReceivable, manager: Actor) -> None:
    with pytest.raises(Refused, match=rf"已登记为 {owed.number}") as refusal:
        open_receivable(s01, customer=owed.customer, bill=bill(" js-1 ", "5.00", "0"), actor=manager)
    assert "foreign_number" in refusal.value.fields
    assert OpeningReceivable.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        (bill(""), "foreign_number", "请填写旧系统的单号"),
        (bill("X" * 41), "foreign_number", "40 个字符"),
        (bill(billed="0"), "billed", "大于 0"),
        (bill(billed="1.005"), "billed", "两位小数"),
        (bill(billed="NaN"), "billed", "两位小数"),
        (bill(paid="-1"), "paid_before", "不能小于 0"),
        (bill(paid="3680.00"), "paid_before", "已收清的旧单不用登记"),
        (bill(plate="苏E1"), "plate", ""),
        (bill(billed_on=date(2999, 1, 1)), "billed_on", "不能晚于今天"),
        (bill(note="欠" * 201), "note", "200 字"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    s01: Store, fleet: Customer, manager: Actor, wrong: OldBill, field: str, message: str
) -> None:
    with pytest.raises(Refused) as refusal:
        open_receivable(s01, customer=fleet, bill=wrong, actor=manager)
    assert message in refusal.value.fields[field]
    assert not OpeningReceivable.objects.exists()


def test_the_database_holds_what_the_verb_says(owed: OpeningReceivable) -> None:
    for wrong in ({"paid": Decimal("2680.01")}, {"total": Decimal(1)}, {"foreign_number": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OpeningReceivable.objects.filter(pk=owed.pk).update(**wrong)


def test_the_cashier_collects_it_in_parts(owed: OpeningReceivable, cashier: Actor) -> None:
    collect_receivable(owed, parts=cash("680"), actor=cashier)
    owed.refresh_from_db()
    assert (owed.state, owed.due) == ("part_paid", 2000)
    parts = [Part("transfer", Decimal(1500)), Part("wechat", Decimal(500), "4200001")]
    payments = collect_receivable(owed, parts=parts, actor=cashier)
    owed.refresh_from_db()
    assert (owed.state, owed.due) == ("paid", 0)
    assert owed.paid_at is not None
    assert payments[0].number.startswith("RC-S01-")
    assert payments[0].business_date == today()
    assert PrintedForm.objects.filter(form="service.receipt").count() == 2
    view = PrintedForm.objects.get(form="service.receipt", aggregate_id=payments[0].pk).view
    assert (view["payer_name"], view["purpose"]) == ("江州快运有限公司", "期初欠款（原单号 JS-1）")
    assert (view["total"], view["due"], len(view["payments"])) == ("2000.00", "0.00", 2)


def test_more_than_is_open_or_twice_is_refused(owed: OpeningReceivable, cashier: Actor) -> None:
    with pytest.raises(Gone, match=r"尚欠的 2680.00 元"):
        collect_receivable(owed, parts=cash("2680.01"), actor=cashier)
    with pytest.raises(Refused, match="交易号"):
        collect_receivable(owed, parts=[Part("card", Decimal(1))], actor=cashier)
    collect_receivable(owed, parts=cash("680"), actor=cashier, version=1)
    with pytest.raises(Stale):
        collect_receivable(owed, parts=cash("680"), actor=cashier, version=1)
    collect_receivable(owed, parts=cash("2000"), actor=cashier)
    with pytest.raises(IllegalMove, match="已收清"):
        collect_receivable(owed, parts=cash("1"), actor=cashier)
    assert Payment.objects.aggregate(sum=Sum("amount"))["sum"] == 2680


def missing_receipts(store: Store) -> list[str]:
    """Where receipts lead that are not in this month's folder."""
    gaps = gaps_of(store, today().replace(day=1))
    return [gap.url for gap in gaps if gap.rule == "service.receipts"]


def test_the_months_folder_misses_a_receipt_that_was_not_kept(
    s01: Store, owed: OpeningReceivable, cashier: Actor
) -> None:
    collect_receivable(owed, parts=cash("680"), actor=cashier)
    assert missing_receipts(s01) == []
    assert cashier.user is not None
    other = open_receivable(s01, customer=owed.customer, bill=bill("JS-2"), actor=Actor.system(s01))
    Payment.objects.create(
        store=s01, number=next_number(s01, "RC"), receivable=other, kind="cash", amount=Decimal(1),
        received_by=cashier.user, business_date=today(),
    )  # fmt: skip
    assert missing_receipts(s01) == [reverse("opening_receivable", args=[other.pk])]


def test_its_money_is_in_the_takings_and_not_in_the_turnover(
    s01: Store, owed: OpeningReceivable, cashier: Actor
) -> None:
    collect_receivable(owed, parts=cash("680"), actor=cashier)
    assert taken_on(s01, today()).aggregate(sum=Sum("amount"))["sum"] == 680
    assert not billed_on(s01, today()).exists()


def test_a_refund_opens_it_again(owed: OpeningReceivable, cashier: Actor, manager: Actor) -> None:
    payment = collect_receivable(owed, parts=cash("2680"), actor=cashier)[0]
    refund_payment(payment, amount=Decimal(80), reason="多收", actor=manager)
    owed.refresh_from_db()
    assert (owed.state, owed.due, owed.paid_at) == ("part_paid", 80, None)
    assert list(receivables_tie_out()) == []


def test_a_wrong_entry_is_reversed_by_its_opposite_and_entered_anew(
    s01: Store, owed: OpeningReceivable, manager: Actor
) -> None:
    counter = reverse_receivable(owed, reason="金额录错", actor=manager)
    owed.refresh_from_db()
    assert (owed.state, owed.reversal_reason) == ("reversed", "金额录错")
    assert (counter.total, counter.reverses_id) == (-2680, owed.pk)
    assert OpeningReceivable.objects.aggregate(sum=Sum("total"))["sum"] == 0
    assert open_receivable(s01, customer=owed.customer, bill=bill(paid="0"), actor=manager).total == 3680
    assert run_checks() == []


def test_what_has_money_is_not_reversed(owed: OpeningReceivable, cashier: Actor, manager: Actor) -> None:
    payment = collect_receivable(owed, parts=cash("680"), actor=cashier)[0]
    with pytest.raises(Refused, match=r"已收 680.00 元，请先全部退款"):
        reverse_receivable(owed, reason="错", actor=manager)
    refund_payment(payment, amount=Decimal(680), reason="错收", actor=manager)
    with pytest.raises(Refused, match="原因"):
        reverse_receivable(owed, reason=" ", actor=manager)
    counter = reverse_receivable(owed, reason="错", actor=manager)
    for row in (owed, counter):
        with pytest.raises(IllegalMove):
            reverse_receivable(row, reason="再来", actor=manager)
        with pytest.raises((IllegalMove, Gone)):
            collect_receivable(row, parts=cash("1"), actor=cashier)
    assert OpeningReceivable.objects.count() == 2


@pytest.mark.parametrize("post", ["cashier", "settlement_clerk", "advisor", "technician"])
def test_who_collects_does_not_enter_or_reverse(
    s01: Store, owed: OpeningReceivable, person: PersonOf, post: str
) -> None:
    actor = person(post, s01)
    with pytest.raises(NotAllowed):
        open_receivable(s01, customer=owed.customer, bill=bill("JS-2"), actor=actor)
    with pytest.raises(NotAllowed):
        reverse_receivable(owed, reason="错", actor=actor)
    assert OpeningReceivable.objects.get().state == "issued"


def test_another_store_has_none_of_it(
    s01: Store, s02: Store, owed: OpeningReceivable, person: PersonOf, see: Callable[..., None]
) -> None:
    with pytest.raises(NotThere):
        collect_receivable(owed, parts=cash("1"), actor=person("cashier", s02))
    see(s01, s02)
    with pytest.raises(NotThere):
        open_receivable(s02, customer=owed.customer, bill=bill("JS-2"), actor=person("gm", s02))
    assert not Payment.objects.exists()


def test_a_debtor_is_merged_with_the_debt_and_not_erased(
    s01: Store, owed: OpeningReceivable, manager: Actor
) -> None:
    into = create_customer(s01, name="江州快运公司", kind="company", actor=manager)
    merge_customers(owed.customer, into=into, actor=manager)
    owed.refresh_from_db()
    assert owed.customer == into
    assert obstacles_of(into) == [f"还有未收清的期初应收({owed.number})"]


@pytest.mark.parametrize("fields", [{"paid": Decimal(5)}, {"state": "paid"}, {"state": "reversed"}])
def test_the_proof_finds_what_does_not_agree(owed: OpeningReceivable, fields: dict[str, object]) -> None:
    OpeningReceivable.objects.update(**fields)
    assert [line.partition(":")[0] for line in receivables_tie_out()] == [owed.number]


def test_the_till_finds_it_and_takes_the_money(
    s01: Store,
    owed: OpeningReceivable,
    client_of: ClientOf,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    client = client_of("cashier", s01)
    assert "期初应收未收" in client.get(reverse("cashier")).text
    assert "江州快运有限公司" in client.get(reverse("cashier"), {"state": "opening"}).text
    pay = reverse("opening_receivable_pay", args=[owed.pk])
    for said in ("js-1", owed.number, "江州快运"):
        assert client.get(reverse("cashier"), {"q": said}).url == pay  # type: ignore[attr-defined]
    too_much = client.post(pay, {"kind_0": "cash", "amount_0": "3000", "version": owed.version})
    assert too_much.status_code == 409
    assert "尚欠的 2680.00 元" in too_much.text
    assert 'value="3000"' in too_much.text
    nothing = client.post(pay, {"kind_0": "cash", "amount_0": "", "version": owed.version})
    assert nothing.status_code == 422
    client.post(pay, {"kind_0": "cash", "amount_0": "680", "version": owed.version})
    with django_assert_max_num_queries(15):
        page = client.get(reverse("opening_receivable", args=[owed.pk]))
    assert "2,000.00" in page.text
    day = client.get(reverse("cashier_day")).text
    assert owed.number in day
    assert reverse("opening_receivable", args=[owed.pk]) in day


def test_the_customers_page_has_both_kinds_of_bills(
    s01: Store, owed: OpeningReceivable, person: PersonOf, client_of: ClientOf
) -> None:
    order = finished_order(s01)
    order.customer = owed.customer
    order.save()
    labor(order, "300")
    statement = issued(order, person("advisor", s01))["customer"]
    page = client_of("cashier", s01).get(reverse("customer", args=[owed.customer_id])).text
    for bill_of in (owed, statement):
        assert bill_of.number in page
    assert reverse("opening_receivable_pay", args=[owed.pk]) in page
    assert reverse("statement_pay", args=[statement.pk]) in page
    reverse_receivable(owed, reason="错", actor=person("gm", s01))
    page = client_of("cashier", s01).get(reverse("customer", args=[owed.customer_id])).text
    assert owed.number not in page


def test_a_single_bill_is_entered_by_hand(s01: Store, fleet: Customer, client_of: ClientOf) -> None:
    client, address = client_of("service_manager", s01), reverse("opening_receivable_new")
    typed = {
        "customer": fleet.pk,
        "foreign_number": "JS-7",
        "billed": "100",
        "paid_before": "100",
        "note": "月结",
    }
    refused = client.post(address, typed)
    assert refused.status_code == 422
    assert 'id="id_paid_before_error"' in refused.text
    assert 'value="月结"' in refused.text
    assert client.post(address, {**typed, "paid_before": ""}).status_code == 302
    assert OpeningReceivable.objects.get().due == 100
    page = client.get(reverse("customer", args=[fleet.pk])).text
    assert "期初应收，原单号 JS-7" in page
    listed = client.get(reverse("opening_receivables"), {"q": "快运"}).text
    assert "JS-7" in listed


def test_the_administrator_enters_one_and_is_back_at_the_setting_up(
    s01: Store, fleet: Customer, client_of: ClientOf
) -> None:
    typed = {"customer": fleet.pk, "foreign_number": "JS-8", "billed": "100"}
    answer = client_of("it_admin", s01).post(reverse("opening_receivable_new"), typed)
    assert answer["Location"] == reverse("setup")
    assert client_of("cashier", s01).get(reverse("opening_receivable_new")).status_code == 403


def test_the_list_leads_those_who_may_to_entering_one(s01: Store, client_of: ClientOf) -> None:
    listed, entry = reverse("opening_receivables"), reverse("opening_receivable_new")
    assert client_of("service_manager", s01).get(listed).text.count(entry) == 2, "above and in the empty list"
    assert entry not in client_of("cashier", s01).get(listed).text


def test_it_is_reversed_with_a_button_that_asks_why(
    s01: Store, owed: OpeningReceivable, client_of: ClientOf
) -> None:
    client = client_of("service_manager", s01)
    assert "冲销" in client.get(reverse("opening_receivable", args=[owed.pk])).text
    client.post(reverse("do_verb", args=["reverse_receivable", owed.pk]), {"reason": "重复登记"})
    page = client.get(reverse("opening_receivable", args=[owed.pk])).text
    assert "本单已冲销" in page
    assert "重复登记" in page
