"""The papers of customer care carry what the rows say, read back from the PDF."""

import io
from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from fours.kernel.models import Store
from fours.survey.models import HandlingSheet
from fours.survey.verbs.daily_report import ensure_report, sign_daily_report
from fours.survey.verbs.handling import solve_handling

from .care import MONDAY, ClientOf, PersonOf, delivered, unhappy_call


@pytest.fixture(autouse=True)
def monday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def words_of(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_the_handling_sheet_prints_words_cause_and_measure(
    s01: Store, person: PersonOf, client_of: ClientOf
) -> None:
    unhappy_call(s01, person)
    sheet = solve_handling(
        HandlingSheet.objects.get(), cause="洗车漏检", measure="免费精洗一次", result="客户满意取车",
        actor=person("service_manager", s01),
    )  # fmt: skip
    address = reverse("print_form", args=["survey.handling_sheet", sheet.pk])
    printed = words_of(client_of("service_manager", s01).get(address).content)
    for expected in (
        sheet.number,
        "车里还是脏的",
        "洗车漏检",
        "免费精洗一次",
        "苏E12345",
        "清洁",
        "crm_agentS01",
    ):
        assert expected in printed
    assert client_of("washer", s01).get(address).status_code == 404


def test_the_signed_report_is_printed_as_it_was_signed(
    s01: Store, person: PersonOf, client_of: ClientOf, monday: time_machine.Traveller
) -> None:
    delivered(s01, person)
    report = ensure_report(s01, MONDAY.date())
    client, address = (
        client_of("service_manager", s01),
        reverse("print_form", args=["survey.daily_report", report.pk]),
    )
    assert "草稿" in words_of(client.get(address).content)
    sign_daily_report(report, actor=person("service_manager", s01))
    delivered(s01, person, plate="苏E00002")
    first = words_of(client.get(address).content)
    for expected in (
        "售后日报表",
        "2026-06-08",
        "星期一",
        "进厂台次",
        "280.00",
        "顾问甲",
        "service_managerS01",
    ):
        assert expected in first
    assert "560.00" not in first
    assert "补打第1次" in words_of(client.get(address).content)
