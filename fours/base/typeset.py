"""Typeset a paper: a typst template and a JSON view model become a PDF (PF-10).

Templates live in ``fours/<app>/prints/<name>.typ`` and are named ``"<app>/<name>.typ"``; a template reads
``/kernel/paper.typ`` for letterhead, grid and signature fields. The view reaches typst as data only, never
as markup: whatever a customer writes prints as it was written.
"""

import base64
import io
import json
import os
import re
import tempfile
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import segno
import typst
from PIL import Image, ImageFont, ImageOps, UnidentifiedImageError

PACKAGE = Path(__file__).resolve().parent.parent
FONT_FOLDER = PACKAGE.parent / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
FONT_WEIGHTS = ("400Regular", "700Bold")
TEMPLATE_NAME = re.compile(r"[a-z]+/[a-z_]+\.typ")
PHOTO_PIXELS = 1600
# In place of what the font lacks: an emoji as messengers name it, any other character as printers mark a missing one.
EMOJI, MISSING = "[表情]", "〓"
# The font has all of Latin 1, Chinese with its punctuation, and full width; anything else is looked up.
_UNCOMMON = re.compile("[^\\x00-\\xff\\u2010-\\u203b\\u3000-\\u9fff\\uff00-\\uffef]+")
_JOINERS = str.maketrans("", "", "\u200d\ufe0e\ufe0f")

_lock = threading.Lock()


class TypesetError(Exception):
    """A paper can't be made; the text says which template and why."""


class _Typesetter:
    """One compiler kept warm: fonts are read once, templates stay parsed.

    The root typst may read holds links to the ``prints`` folders and nothing else.
    """

    def __init__(self) -> None:
        fonts = [FONT_FOLDER / weight for weight in FONT_WEIGHTS]
        missing = [str(folder.name) for folder in fonts if not any(folder.glob("*.ttf"))]
        if missing:
            raise TypesetError(f"Fonts {', '.join(missing)} of noto-sans-sc are missing: run `npm ci`.")
        self._folder = tempfile.TemporaryDirectory(prefix="fours-prints-")
        root = Path(self._folder.name)
        for prints in sorted(PACKAGE.glob("*/prints")):
            (root / prints.parent.name).symlink_to(prints)
        self._compiler = typst.Compiler(root=root, font_paths=list(fonts), ignore_system_fonts=True)

    def compile(self, template: str, inputs: dict[str, str]) -> bytes:
        pdf = self._compiler.compile(f'#include "/{template}"'.encode(), sys_inputs=inputs, pdf_tags=False)
        if not isinstance(pdf, bytes):
            raise TypesetError(f"{template}: typst gave no PDF.")
        return pdf


# Keyed by process: a forked child must not share the parent's folder, which goes when the parent ends.
@lru_cache(maxsize=1)
def _typesetter(_process: int) -> _Typesetter:
    return _Typesetter()


def typeset(template: str, view: Mapping[str, object]) -> bytes:
    """Return the PDF of ``template`` filled with ``view``.

    ``view`` is plain JSON (text, whole numbers, truth values, lists, mappings), in the shape of the
    TypedDict beside the template. The same view always gives the same bytes, so they can be kept with a
    hash. Characters the font lacks, which would print as empty boxes, are marked. Raises TypesetError for an
    unknown template, a view that is no JSON or lacks a field.
    """
    if not TEMPLATE_NAME.fullmatch(template) or not _path(template).is_file():
        raise TypesetError(f"There is no print template {template!r}.")
    try:
        data = json.dumps(view, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypesetError(f"{template}: the view is not plain JSON: {error}") from error
    inputs = {"view": printable(data), "qr": _qr_svg(view)}
    with _lock:
        try:
            return _typesetter(os.getpid()).compile(template, inputs)
        except RuntimeError as error:  # TypstError, and its plain parent for faults of the file system
            detail = getattr(error, "diagnostic", "")
            raise TypesetError(f"{template}: {error}\n{detail}".rstrip()) from error


def printable(text: str) -> str:
    """The text with each character the paper's font lacks replaced: emoji by one [表情] a run, others by 〓."""
    return _UNCOMMON.sub(lambda found: "".join(_marked(found[0].translate(_JOINERS))), text)


def _marked(run: str) -> Iterator[str]:
    emoji = False
    for char in run:
        was_emoji, emoji = emoji, False
        if _font_has(char):
            yield char
        elif unicodedata.category(char) in ("So", "Sk", "Cn"):
            emoji = True
            if not was_emoji:
                yield EMOJI
        else:
            yield MISSING


@lru_cache(maxsize=4096)
def _font_has(char: str) -> bool:
    font = _font()
    return bytes(font.getmask(char)) != bytes(font.getmask("\uffff"))


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(next((FONT_FOLDER / FONT_WEIGHTS[0]).glob("*.ttf")), 24)


def picture(data: bytes) -> str:
    """Return a photo or drawn signature as the ``data:`` text a view may carry.

    The picture is turned upright, scaled to at most 1,600 pixels and written anew, so nothing but pixels
    reaches the paper (no position of the phone, no foreign format). Pictures with transparency become PNG on
    white, others JPEG. Raises TypesetError when the bytes are no picture.
    """
    try:
        with Image.open(io.BytesIO(data)) as opened:
            image = ImageOps.exif_transpose(opened)
            image.thumbnail((PHOTO_PIXELS, PHOTO_PIXELS))
            drawn = image.has_transparency_data or image.mode in {"1", "L", "P"}
            image = _on_white(image)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise TypesetError(f"The picture can't be read: {error}") from error
    written = io.BytesIO()
    if drawn:
        image.convert("L").save(written, "PNG")
    else:
        image.save(written, "JPEG", quality=82)
    kind = "png" if drawn else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


def _path(template: str) -> Path:
    app, name = template.split("/")
    return PACKAGE / app / "prints" / name


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    page = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(page, image.convert("RGBA")).convert("RGB")


def _qr_svg(view: Mapping[str, object]) -> str:
    """The QR code of the paper's own number; a draft has none."""
    paper = view.get("paper")
    text = paper.get("qr") if isinstance(paper, Mapping) else None
    if not isinstance(text, str) or not text:
        return ""
    written = io.BytesIO()
    segno.make_qr(text, error="m").save(written, kind="svg", border=0, svgns=True, xmldecl=False)
    return written.getvalue().decode("utf-8")
