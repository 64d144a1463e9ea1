"""The print engine by itself: what it refuses, what it keeps, and that nothing leaves its cell."""

import base64
import io
import re
import time
from collections.abc import Mapping
from typing import Any

import pdfplumber
import pytest
from PIL import Image

from fours.base.typeset import PACKAGE, TypesetError, picture, printable, typeset
from fours.kernel.prints.tests.reading import drawn_signature, missing, pages, paper, texts
from fours.parts.tests.prints.samples import ISSUE_SLIP
from fours.service.tests.prints import samples as visit
from fours.survey.tests.prints.samples import DAILY_REPORT, HANDLING_SHEET

PAPERS: dict[str, Mapping[str, object]] = {
    "service/check_in.typ": visit.CHECK_IN,
    "service/estimate.typ": visit.ESTIMATE,
    "service/repair_order.typ": visit.REPAIR_ORDER,
    "service/job_card.typ": visit.JOB_CARD,
    "service/additional_work.typ": visit.ADDITIONAL_WORK,
    "service/inspection.typ": visit.INSPECTION,
    "service/completion_certificate.typ": visit.CERTIFICATE,
    "service/statement.typ": visit.STATEMENT,
    "service/gate_pass.typ": visit.GATE_PASS,
    "service/receipt.typ": visit.RECEIPT,
    "parts/issue_slip.typ": ISSUE_SLIP,
    "survey/handling_sheet.typ": HANDLING_SHEET,
    "survey/daily_report.typ": DAILY_REPORT,
}
# What a realistic paper leaves out: a field another paper needs, or something internal.
NOT_PRINTED = {
    "service/repair_order.typ": {"internal_note"},
    "parts/issue_slip.typ": {"price", "amount", "total", "capitals"},
}
SIZES_MM = {"service/gate_pass.typ": (148, 105), "service/receipt.typ": (210, 148)}


@pytest.mark.parametrize("template", sorted(PAPERS))
def test_a_realistic_paper_carries_every_text_in_full(template: str) -> None:
    view = PAPERS[template]
    not_printed = NOT_PRINTED.get(template, set()) | {"customer", "vehicle"}
    assert missing(typeset(template, view), texts(view, without=not_printed)) == []


@pytest.mark.parametrize("template", sorted(PAPERS))
def test_sheets_have_their_size_and_say_which_page_they_are(template: str) -> None:
    pdf = typeset(template, PAPERS[template])
    width, height = SIZES_MM.get(template, (210, 297))
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        assert {(round(page.width / 72 * 25.4), round(page.height / 72 * 25.4)) for page in opened.pages} == {
            (width, height)
        }
    read = pages(pdf)
    for number, text in enumerate(read, start=1):
        assert f"第{number}页/共{len(read)}页" in text


@pytest.mark.parametrize("template", sorted(PAPERS))
def test_words_of_one_cell_never_lie_on_those_of_another(template: str) -> None:
    assert _overlaps(typeset(template, PAPERS[template])) == []


@pytest.mark.parametrize("template", sorted(PAPERS))
def test_names_far_too_long_wrap_and_stay_on_the_sheet(template: str) -> None:
    pdf = typeset(template, _longer(PAPERS[template]))
    assert _overlaps(pdf) == []
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            assert min(char["x0"] for char in page.chars) > 15
            assert max(char["x1"] for char in page.chars) < page.width - 15
            assert min(char["top"] for char in page.chars) > 0


@pytest.mark.parametrize("template", sorted(PAPERS))
def test_large_sums_stay_in_their_columns(template: str) -> None:
    assert _overlaps(typeset(template, _dearer(PAPERS[template]))) == []


@pytest.mark.parametrize("template", sorted(PAPERS))
def test_a_blank_form_prints(template: str) -> None:
    """Before anything is known the same paper serves as a form to fill in by hand."""
    blank = _blank(PAPERS[template])
    assert "第1页" in pages(typeset(template, blank))[0]


def test_the_same_view_gives_the_same_bytes() -> None:
    first = typeset("service/statement.typ", visit.STATEMENT)
    typeset("service/receipt.typ", visit.RECEIPT)
    assert typeset("service/statement.typ", visit.STATEMENT) == first


def test_a_warm_page_takes_little_time() -> None:
    """The aim is 25 ms a page on an idle machine; the best of ten leaves room for a busy one."""
    typeset("service/receipt.typ", visit.RECEIPT)
    taken = []
    for number in range(10):
        view = {**visit.RECEIPT, "purpose": f"第 {number} 次"}
        began = time.perf_counter()
        typeset("service/receipt.typ", view)
        taken.append(time.perf_counter() - began)
    assert min(taken) < 0.1


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("空调不制冷😡😡,太热了", "空调不制冷[表情],太热了"),
        ("👨‍👩‍👧一家三口👍🏽", "[表情]一家三口[表情]"),
        ("䶮㐱喆 ①℃√★ñ€", "䶮㐱喆 ①℃√★ñ€"),
        ("𠮷野家", "〓野家"),
    ],
)
def test_what_the_font_lacks_is_marked_and_no_empty_box(typed: str, printed: str) -> None:
    assert printable(typed) == printed


def test_an_emoji_in_the_customers_words_does_not_spoil_the_paper() -> None:
    view = {**visit.REPAIR_ORDER, "concerns": ["刹车有异响😊"]}
    assert not missing(typeset("service/repair_order.typ", view), ["刹车有异响[表情]"])


def test_copy_mark_and_demo_are_seen_on_every_page() -> None:
    marked = paper("RO-S01-261122-0007", copy_mark="补打 第2次", demo=True)
    read = pages(typeset("service/repair_order.typ", {**visit.REPAIR_ORDER, "paper": marked}))
    assert len(read) > 1
    assert all("补打第2次" in text and "演示数据，不作凭证" in text for text in read)


@pytest.mark.parametrize(
    "name",
    [
        "service/nothing.typ",
        "../secret.typ",
        "service/../kernel/paper.typ",
        "/etc/passwd",
        "service/views.py",
        "",
    ],
)
def test_only_a_template_of_the_house_is_taken(name: str) -> None:
    with pytest.raises(TypesetError, match="There is no print template"):
        typeset(name, {})


def test_a_view_that_lacks_a_field_names_template_and_field() -> None:
    view = {key: value for key, value in visit.RECEIPT.items() if key != "purpose"}
    with pytest.raises(TypesetError, match=r"(?s)service/receipt\.typ.*purpose"):
        typeset("service/receipt.typ", view)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", float("nan")])
def test_a_view_that_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(TypesetError, match="not plain JSON"):
        typeset("service/receipt.typ", {**visit.RECEIPT, "purpose": value})


@pytest.mark.parametrize(
    "data",
    [
        'data:image/png;base64,AAAA"/><image href="file:///etc/passwd',
        "data:image/svg+xml;base64,AAAA",
        "file:///etc/passwd",
    ],
)
def test_a_picture_that_is_no_picture_is_refused(data: str) -> None:
    signature = {"name": "钱样本", "at": "", "image": data}
    with pytest.raises(TypesetError, match=r"typeset\.picture"):
        typeset("service/receipt.typ", {**visit.RECEIPT, "cashier_signature": signature})


def test_a_signature_stands_on_the_paper_as_a_picture() -> None:
    unsigned = typeset("service/receipt.typ", {**visit.RECEIPT, "cashier_signature": _UNSIGNED})
    signed = typeset("service/receipt.typ", {**visit.RECEIPT, "cashier_signature": drawn_signature("陈收银")})
    assert _pictures(signed) == _pictures(unsigned) + 1


def test_a_photo_is_turned_scaled_and_stripped() -> None:
    photo = Image.new("RGB", (4000, 2000), "gray")
    exif = photo.getexif()
    exif[0x0112] = 6  # turned by 90°
    exif[0x010F] = "maker of the phone"
    written = io.BytesIO()
    photo.save(written, "JPEG", exif=exif)
    with Image.open(io.BytesIO(_decoded(picture(written.getvalue())))) as result:
        assert result.size == (800, 1600)
        assert not result.getexif()


def test_a_drawing_on_nothing_becomes_black_on_white() -> None:
    drawing = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    drawing.putpixel((5, 5), (0, 0, 0, 255))
    written = io.BytesIO()
    drawing.save(written, "PNG")
    with Image.open(io.BytesIO(_decoded(picture(written.getvalue())))) as result:
        assert (result.getpixel((0, 0)), result.getpixel((5, 5))) == (255, 0)


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(TypesetError, match="can't be read"):
        picture(data)


def test_marks_fall_on_the_same_car_on_paper_as_on_the_screen() -> None:
    printed = (PACKAGE / "service/prints/car_outline.svg").read_text()
    screen = (PACKAGE / "service/jinja2/service/car_outline.html").read_text()
    assert _geometry(printed) == _geometry(screen)
    assert len(_geometry(printed)) > 20


_UNSIGNED = {"name": "", "at": "", "image": ""}


def _geometry(svg: str) -> list[str]:
    return re.findall(r' (?:d|cx|cy|r|viewBox|transform)="[^"]*"', svg)


_LARGE = {"price": "98765.43", "rate": "98765.43", "discount": "123456.78"}
_SUMS = {
    "amount",
    "labor",
    "parts",
    "fees",
    "total",
    "tax",
    "paid",
    "due",
    "total_before",
    "accepted_total",
    "total_after",
}


def _dearer(value: Any, name: str = "") -> Any:
    """The view with prices of five figures, discounts and sums of six, where it has any."""
    if isinstance(value, Mapping):
        return {key: _dearer(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dearer(inner) for inner in value]
    if isinstance(value, str) and value:
        return _LARGE.get(name, "123456.78" if name in _SUMS else value)
    return value


def _decoded(data: str) -> bytes:
    return base64.b64decode(data.split(",", 1)[1])


def _pictures(pdf: bytes) -> int:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return sum(len(page.images) for page in opened.pages)


def _longer(value: object, name: str = "") -> object:
    """Every free text many times as long as people would write it; names of a fixed form stay."""
    if isinstance(value, Mapping):
        return {key: inner if key == "paper" else _longer(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_longer(inner, name) for inner in value]
    if isinstance(value, str) and name in _FREE and value:
        return value + "阿卜杜热合曼乌斯曼江示例" * 4 + "A1B2C3D4" * 6
    return value


_FREE = {
    "owner",
    "sender",
    "name",
    "advisor",
    "model",
    "brand",
    "number",
    "code",
    "lot",
    "bin",
    "responsible",
    "reference",
}


def _blank(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _blank(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return []
    return "" if isinstance(value, str) else value


def _middle(char: Mapping[str, float]) -> float:
    return (char["top"] + char["bottom"]) / 2


def _overlaps(pdf: bytes) -> list[tuple[str, str]]:
    """Pairs of letters printed on top of each other; watermark and squeezed punctuation aside."""
    found = []
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            chars = [char for char in page.chars if char["text"].isalnum() and char["size"] < 60]
            chars.sort(key=_middle)
            for index, char in enumerate(chars):
                for other in chars[index + 1 :]:
                    if _middle(other) > _middle(char) + 3:
                        break
                    if min(char["x1"], other["x1"]) - max(char["x0"], other["x0"]) > 1.5:
                        found.append((char["text"], other["text"]))
    return found
