"""What the tests of every paper share: sample facts of a store and a way to read a PDF back."""

import io
import re
from collections.abc import Iterable, Mapping

import pypdf
from PIL import Image, ImageDraw

from fours.base.typeset import picture
from fours.kernel.prints.views import Letterhead, Paper, Photo, Signature

LETTERHEAD: Letterhead = {
    "store_name": "四方示范汽车服务有限公司城东店",
    "legal_name": "四方示范汽车销售服务有限公司",
    "address": "江州市城东区迎宾大道 188 号",
    "service_phone": "0999-8800188",
    "complaint_phone": "0999-8800199",
    "credit_code": "91990000MA0EXAMP0X",
}


def paper(number: str, *, copy_mark: str = "", demo: bool = False) -> Paper:
    return {
        "number": number,
        "qr": number,
        "printed_at": "2026-11-22 14:05",
        "printed_by": "林晓",
        "copy_mark": copy_mark,
        "demo": demo,
    }


def drawn_signature(name: str, at: str = "2026-11-22 09:42") -> Signature:
    sheet = Image.new("RGBA", (480, 180), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    for left in (40, 170, 300):
        pen.line([(left, 40), (left + 90, 50), (left + 20, 140), (left + 110, 120)], fill="black", width=7)
        pen.line([(left + 50, 20), (left + 60, 150)], fill="black", width=6)
    written = io.BytesIO()
    sheet.save(written, "PNG")
    return {"name": name, "at": at, "image": picture(written.getvalue())}


def unsigned() -> Signature:
    return {"name": "", "at": "", "image": ""}


def photo(caption: str) -> Photo:
    shot = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    pen = ImageDraw.Draw(shot)
    pen.rounded_rectangle([120, 220, 680, 470], 60, outline="white", width=10)
    pen.line([(300, 300), (460, 380)], fill="red", width=12)
    written = io.BytesIO()
    shot.save(written, "JPEG")
    return {"image": picture(written.getvalue()), "caption": caption}


def pages(pdf: bytes) -> list[str]:
    """Text of each page without white space: a wrapped text is found whole."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return [re.sub(r"[\s\u200b]", "", page.extract_text()) for page in reader.pages]


def missing(pdf: bytes, expected: Iterable[str]) -> list[str]:
    """Those of the expected texts that are not on the paper."""
    text = "".join(pages(pdf))
    return [wanted for wanted in expected if re.sub(r"\s", "", wanted) not in text]


def texts(view: object, *, without: Iterable[str] = ()) -> list[str]:
    """Every text of a view that must be found on its paper; ``without`` names fields not printed as such."""
    left_out = {"image", "qr", "copy_mark", "demo", *without}
    if isinstance(view, Mapping):
        return [
            text
            for key, value in view.items()
            if key not in left_out
            for text in texts(value, without=left_out)
        ]
    if isinstance(view, list):
        return [text for value in view for text in texts(value, without=left_out)]
    if isinstance(view, str) and view:
        return [_as_printed(view)]
    return []


def _as_printed(text: str) -> str:
    """Money and mileage carry separators on paper, longer numbers of banks do not."""
    if re.fullmatch(r"-?\d{4,9}(\.\d\d)?", text) and not text.startswith("0"):
        whole, dot, rest = text.partition(".")
        return f"{int(whole):,}{dot}{rest}"
    return text
