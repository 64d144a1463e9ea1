"""A photo to be taken with a tablet or phone, and what stands on a paper."""

import io
import re

from PIL import Image
from pypdf import PdfReader


def photo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (800, 600), (120, 130, 140)).save(written, "JPEG")
    return written.getvalue()


def words(pdf: bytes) -> str:
    """The text of a PDF without its spaces and line ends."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))
