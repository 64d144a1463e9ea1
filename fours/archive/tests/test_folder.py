"""What is missing in a month's folder, each thing once, and gone as soon as it is there."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from fours.archive.folder import Gap, gaps_of, place_of
from fours.archive.months import last_month, month_of, next_month
from fours.archive.sequences import sequences_of
from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.attachments import add_attachments
from fours.kernel.models import NumberCounter, PrintedForm, Store
from fours.parts.models import IssueSlip
from fours.service.models import AdditionalWork, CheckIn, GatePass, Payment, Statement
from fours.service.tests.order_house import authorised, house, photo
from fours.service.tests.reception_house import filled
from fours.service.tests.settling import finished_order, labor
from fours.service.verbs.order import void_order
from fours.survey.models import DailyReport, HandlingSheet
from fours.survey.tests.care import MONDAY, delivered, unhappy_call

PersonOf = Callable[..., Actor]
JUNE = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with time_machine.travel(MONDAY):
        yield


@pytest.fixture
def store(s01: Store, see: Callable[..., None]) -> Store:
    see(s01)
    return s01


def said(store: Store, rule: str) -> list[tuple[str, str, str]]:
    """Document, what is missing and who sees to it, of one rule."""
    return [(gap.document, gap.missing, gap.person) for gap in gaps_of(store, JUNE) if gap.rule == rule]


def test_a_signed_order_misses_nothing_and_without_its_paper_that(store: Store, person: PersonOf) -> None:
    order = authorised(house(store), person("advisor", store))
    assert said(store, "service.contracts") == []
    PrintedForm.objects.filter(form="service.repair_order").delete()
    assert said(store, "service.contracts") == [(order.number, "缺存档单据", order.advisor.name)]


def test_a_contract_without_any_signature_is_named_until_a_scan_is_attached(
    store: Store, person: PersonOf
) -> None:
    order = finished_order(store)
    missing = [
        (order.number, "缺存档单据", order.advisor.name),
        (order.number, "缺客户签字", order.advisor.name),
    ]
    assert sorted(said(store, "service.contracts")) == sorted(missing)
    add_attachments(order, uploads=[photo()], actor=person("advisor", store))
    assert said(store, "service.contracts") == missing[:1]


def test_a_void_order_is_missing_nothing(store: Store, person: PersonOf) -> None:
    order = authorised(house(store), person("advisor", store))
    PrintedForm.objects.all().delete()
    void_order(order, reason="客户不修了", actor=person("service_manager", store))
    assert said(store, "service.contracts") == []
    row = next(row for row in sequences_of(store, JUNE) if row["kind"] == "RO")
    assert (row["label"], row["given"], row["there"], row["void"], row["lost"]) == ("维修工单", 1, 1, 1, [])


def test_a_gearbox_repair_without_certificate_is_named(store: Store) -> None:
    order = finished_order(store)
    labor(order, "100.00")
    assert said(store, "service.certificates") == []
    labor(order, "3000.00", repair_class="assembly")
    assert said(store, "service.certificates") == [(order.number, "缺竣工出厂合格证", order.advisor.name)]


def test_work_that_left_without_a_final_inspection_is_named(store: Store) -> None:
    order = finished_order(store)
    assert said(store, "service.inspections") == [(order.number, "缺终检合格记录", order.advisor.name)]


def test_a_delivered_car_wants_the_signed_statement_and_the_scan_gives_it(
    store: Store, person: PersonOf
) -> None:
    delivered(store, person)
    statement = Statement.objects.get()
    wanted = [(statement.number, "缺客户签字的结算单原件（扫描件）", statement.order.advisor.name)]
    assert said(store, "service.signed_statements") == wanted
    assert said(store, "service.statements") == []
    add_attachments(statement, uploads=[photo()], actor=person("advisor", store))
    assert said(store, "service.signed_statements") == []


@pytest.mark.parametrize(
    ("form", "rule", "model", "missing"),
    [
        ("service.receipt", "service.receipts", Payment, "缺存档单据"),
        ("service.gate_pass", "service.gate_passes", GatePass, "缺存档单据"),
        ("service.statement", "service.statements", Statement, "缺存档单据"),
    ],
)
def test_a_paper_that_was_not_kept_is_named_with_its_document(
    store: Store, person: PersonOf, form: str, rule: str, model: type, missing: str
) -> None:
    delivered(store, person)
    assert said(store, rule) == []
    PrintedForm.objects.filter(form=form).delete()
    row = model.objects.get()
    assert (row.number, missing) in [gap[:2] for gap in said(store, rule)]


def test_only_the_copy_of_the_delivery_is_missing_where_the_first_is_there(
    store: Store, person: PersonOf
) -> None:
    delivered(store, person)
    PrintedForm.objects.filter(form="service.statement", occurrence="delivery").delete()
    assert [what for _, what, _ in said(store, "service.statements")] == ["缺交车时的结算单存档"]


def test_check_ins_slips_and_refused_safety_work_are_looked_at(store: Store, person: PersonOf) -> None:
    advisor = person("advisor", store)
    taken = filled(store, advisor, house(store).car)
    CheckIn.objects.filter(pk=taken.pk).update(
        number="CI-S01-260608-0009", state="signed", signed_at=timezone.now(), mileage=1
    )
    order = finished_order(store, plate="苏E99K99")
    AdditionalWork.objects.create(
        order=order, number="AW-S01-260608-0009", finding="制动片到限", found_by=order.advisor, state="refused",
        safety_related=True, answered_by="张三", answered_at=timezone.now(),
    )  # fmt: skip
    assert advisor.user is not None
    IssueSlip.objects.create(
        store=store, number="IS-S01-260608-0009", source_kind="service.repairorder", source_id=order.pk,
        source_number=order.number, receiver=advisor.user, business_date=JUNE, created_by=advisor.user,
    )  # fmt: skip
    assert {what for _, what, _ in said(store, "service.check_ins")} == {"缺存档单据", "缺送修人签字"}
    works = {what for _, what, _ in said(store, "service.additional_works")}
    assert works == {"缺存档单据", "涉及安全的拒修，缺客户签字"}
    assert said(store, "parts.issue_slips") == [("IS-S01-260608-0009", "缺存档单据", advisor.name)]


def test_open_handling_and_unsigned_reports_are_named(store: Store, person: PersonOf) -> None:
    unhappy_call(store, person)
    DailyReport.objects.create(store=store, date=JUNE)
    sheet = HandlingSheet.objects.get()
    assert [gap[:2] for gap in said(store, "survey.handling_sheets")] == [(sheet.number, "处理未结束")]
    assert [gap[:2] for gap in said(store, "survey.daily_reports")] == [("日报 2026-06-01", "未签字")]


def test_a_number_that_is_on_no_document_is_named(store: Store) -> None:
    NumberCounter.objects.create(store=store, kind="ZZ", date=JUNE, last=2)
    row = next(row for row in sequences_of(store, JUNE) if row["kind"] == "ZZ")
    assert row["lost"] == ["ZZ-S01-260601-0001", "ZZ-S01-260601-0002"]
    assert [gap[0] for gap in said(store, "archive.numbers")] == row["lost"]


def test_another_month_and_another_store_are_not_in_it(
    store: Store, s02: Store, person: PersonOf, see: Callable[..., None]
) -> None:
    see(store, s02)
    finished_order(store)
    assert gaps_of(store, date(2026, 5, 1)) == []
    assert gaps_of(s02, JUNE) == []
    assert sequences_of(s02, JUNE) == []


def test_every_gap_leads_to_a_page_that_opens(
    store: Store, person: PersonOf, client_of: Callable[..., Client], see: Callable[..., None]
) -> None:
    delivered(store, person)
    PrintedForm.objects.all().delete()
    found: list[Gap] = gaps_of(store, JUNE)
    assert len({gap.rule for gap in found}) >= 5
    browser = client_of("service_manager", store)
    assert {browser.get(gap.url).status_code for gap in found} == {200}


def test_papers_stand_as_they_follow_one_another_in_a_visit() -> None:
    forms = [
        "messages.letter", "service.statement", "survey.daily_report", "service.check_in", "parts.issue_slip",
        "service.repair_order", "service.estimate",
    ]  # fmt: skip
    assert sorted(forms, key=place_of) == [
        "service.check_in", "service.estimate", "service.repair_order", "parts.issue_slip", "service.statement",
        "survey.daily_report", "messages.letter",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "1999-01", "26-01", "2026-1", "２０２６-01x"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="2026-11"):
        month_of(text)


def test_months_go_over_the_year() -> None:
    assert month_of("2026-12") == date(2026, 12, 1)
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert last_month(date(2026, 1, 1)) == date(2025, 12, 1)
    assert next_month(date(2026, 1, 1)) - timedelta(days=1) == date(2026, 1, 31)
