"""Every paper prints whatever its view says: each text of the shape is found again in the PDF."""

import io
import typing
from collections.abc import Iterator
from itertools import count
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from pypdf import PdfReader

from fours.archive.prints.views import CoverView
from fours.base.typeset import typeset
from fours.messages.prints.views import LetterView
from fours.parts.prints.views import IssueSlipView
from fours.service.prints import views
from fours.survey.prints.views import DailyReportView, HandlingSheetView

PAPERS: dict[str, type] = {
    "service/check_in.typ": views.CheckInView,
    "service/estimate.typ": views.EstimateView,
    "service/repair_order.typ": views.RepairOrderView,
    "service/job_card.typ": views.JobCardView,
    "service/additional_work.typ": views.AdditionalWorkView,
    "service/inspection.typ": views.InspectionView,
    "service/completion_certificate.typ": views.CompletionCertificateView,
    "service/statement.typ": views.StatementView,
    "service/gate_pass.typ": views.GatePassView,
    "service/receipt.typ": views.ReceiptView,
    "parts/issue_slip.typ": IssueSlipView,
    "messages/letter.typ": LetterView,
    "survey/handling_sheet.typ": HandlingSheetView,
    "survey/daily_report.typ": DailyReportView,
    "archive/cover.typ": CoverView,
}
# What a paper leaves out on purpose, by the end of its place in the view.
LEFT_OUT = {
    "paper.copy_mark": "printed when there is one",
    "paper.qr": "printed as a code",
    "vehicle.vehicle_class": "asked for on the statement only",
}
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
)
HOSTILE = '#import "x" *粗* $a$ @ref \\ <b> "引号" 🚗 \u202eabc ]] }} #panic()'


def filled(shape: Any, numbers: Iterator[int], *, rows: int = 2) -> Any:
    """A view in which every text is a number of its own, every list has `rows` entries, every box is ticked."""
    if typing.is_typeddict(shape):
        return {name: _field(name, kind, numbers, rows) for name, kind in get_type_hints(shape).items()}
    if get_origin(shape) is list:
        return [filled(get_args(shape)[0], numbers, rows=rows) for _ in range(rows)]
    return {str: lambda: f"{next(numbers)}", bool: lambda: True, int: lambda: 7, float: lambda: 0.5}[shape]()


def _field(name: str, kind: Any, numbers: Iterator[int], rows: int) -> Any:
    return PICTURE if name == "image" else filled(kind, numbers, rows=rows)


def texts(view: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(view, dict):
        for name, value in view.items():
            yield from texts(value, f"{place}.{name}".strip("."))
    elif isinstance(view, list):
        for value in view:
            yield from texts(value, place)
    elif isinstance(view, str) and view and not view.startswith("data:"):
        yield place, view


def sample(shape: type, rows: int = 2) -> dict[str, Any]:
    return typing.cast("dict[str, Any]", filled(shape, count(100_001), rows=rows))


def printed(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(text.replace(",", "").split()).replace("\u200b", "")


@pytest.mark.parametrize("template", sorted(PAPERS))
def test_every_text_of_the_view_is_on_the_paper(template: str) -> None:
    view = sample(PAPERS[template])
    text = printed(typeset(template, view))
    missing = {place for place, value in texts(view) if value not in text}
    unexpected = {place for place in missing if not any(place.endswith(end) for end in allowed(template))}
    assert unexpected == set()


def allowed(template: str) -> set[str]:
    """What may be missing on this paper: only what is named here, each for its reason."""
    own = {
        "service/check_in.typ": {"customer.address", "vehicle.energy"},
        "service/estimate.typ": {"customer.address", "vehicle.energy", "vehicle.mileage_in"},
        "service/additional_work.typ": {
            "customer.address", "vehicle.energy", "vehicle.mileage_in", "refusal_reason", "consequence",
        },
        "service/job_card.typ": {"vehicle.engine_number", "vehicle.color", "vehicle.energy"},
        "service/inspection.typ": {"vehicle.engine_number", "vehicle.color", "vehicle.energy"},
        "service/completion_certificate.typ": {
            "customer.address", "customer.sender", "customer.sender_phone", "vehicle.color", "vehicle.energy",
        },
        "service/statement.typ": {"customer.address"},
        "service/gate_pass.typ": {
            "letterhead.legal_name", "letterhead.address", "letterhead.service_phone", "letterhead.complaint_phone",
            "letterhead.credit_code",
        },
        "service/receipt.typ": set(),
    }  # fmt: skip
    return (
        set(LEFT_OUT)
        | own.get(template, set())
        | {"jobs.payer", "parts.payer", "fees.payer", "price", "amount", "total", "capitals"}
    )


@pytest.mark.parametrize("template", sorted(PAPERS))
def test_hostile_words_print_as_they_were_written(template: str) -> None:
    view = sample(PAPERS[template])
    poisoned = _poison(view)
    assert poisoned.count > 0
    text = printed(typeset(template, poisoned.view))
    assert '#import"x"*粗*$a$' in text


class _Poisoned(typing.NamedTuple):
    view: dict[str, Any]
    count: int


WORDS = {
    "concerns",
    "own_words",
    "remarks",
    "plate",
    "reason",
    "statement",
    "name",
    "person",
    "text",
    "finding",
    "purpose",
    "subject",
}


def _poison(view: dict[str, Any]) -> _Poisoned:
    """Every field a customer or clerk words freely says something a typesetter could trip over."""
    changed = 0

    def walk(value: Any, name: str) -> Any:
        nonlocal changed
        if isinstance(value, dict):
            return {key: walk(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, name) for inner in value]
        if isinstance(value, str) and name in WORDS:
            changed += 1
            return HOSTILE
        return value

    return _Poisoned(walk(view, ""), changed)


def test_forty_lines_run_over_several_pages_that_say_which_they_are() -> None:
    view = sample(views.StatementView, rows=40)
    pages = PdfReader(io.BytesIO(typeset("service/statement.typ", view))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页/共{len(pages)}页" in "".join(page.extract_text().split())


def test_the_workshops_note_is_never_on_the_customers_copy() -> None:
    view = {**sample(views.RepairOrderView), "workshop_copy": False, "internal_note": "客户难缠"}
    assert "客户难缠" not in printed(typeset("service/repair_order.typ", view))
    assert "客户难缠" in printed(typeset("service/repair_order.typ", {**view, "workshop_copy": True}))
