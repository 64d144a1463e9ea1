"""Photos, scans and PDFs kept with a document: checked by content, pictures written anew, served to who may see it (PF-09)."""

import base64
import binascii
import hashlib
import io
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import pillow_heif
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from fours.base.errors import NotThere, Refused

from .actor import Actor
from .events import announce, kind_of
from .models import Attachment, Store, StoreScoped
from .rows import insert_row
from .verbs import verb
from .web import find

if TYPE_CHECKING:
    Upload = UploadedFile[Any]
else:
    Upload = UploadedFile

pillow_heif.register_heif_opener()
MEGABYTE = 1024 * 1024
MAX_BYTES = 15 * MEGABYTE
MAX_SIGNATURE_BYTES = MEGABYTE
MAX_SOURCE_PIXELS = 120_000_000
LONGEST_SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "BMP", "GIF", "TIFF")
LEAST_INK = 40
DATA_URL = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")


@dataclass(frozen=True)
class Content:
    """Bytes fit to be kept, with the type they really have."""

    data: bytes
    content_type: str
    suffix: str


def attach(
    aggregate: StoreScoped, upload: Upload, *, actor: Actor, purpose: str = "", field: str = "file"
) -> Attachment:
    """Keep an uploaded picture or PDF with the aggregate. Refused beside `field` when it is neither, or over 15 MB.

    Pictures are turned upright and written anew at 2,000 px or less, so position and camera data are gone.
    """
    name = _clean_name(upload.name or "")
    if (upload.size or 0) > MAX_BYTES:
        raise Refused(f"“{name}”超过 15 MB，请压缩后再上传。", field=field)
    content = checked_content(upload.read(), name, field)
    return _keep(aggregate, content, name, purpose, actor)


def attach_data_url(
    aggregate: StoreScoped,
    data_url: str,
    *,
    actor: Actor,
    purpose: str,
    name: str,
    field: str = "signature",
) -> Attachment:
    """Keep a signature drawn on the screen (PNG data URL). A blank or malformed one is Refused beside `signature`."""
    content = signature_content(data_url, field)
    return _keep(aggregate, content, _clean_name(name), purpose, actor)


def signature_content(data_url: str, field: str = "signature") -> Content:
    """The drawn signature as a clean PNG on white; Refused when there is no stroke in it."""
    match = DATA_URL.fullmatch(data_url.strip())
    if match is None or len(data_url) > MAX_SIGNATURE_BYTES * 4 // 3:
        raise Refused("请客户签名。" if not data_url.strip() else "签名无法识别，请重签。", field=field)
    try:
        image = _opened(base64.b64decode(match[1], validate=False), ("PNG",))
    except (binascii.Error, _Unreadable):
        raise Refused("签名无法识别，请重签。", field=field) from None
    drawn = _on_white(image).convert("L")
    if sum(drawn.histogram()[:160]) < LEAST_INK:
        raise Refused("签名是空白的，请客户签名。", field=field)
    return Content(_written(drawn, "PNG"), "image/png", ".png")


def checked_content(data: bytes, name: str, field: str = "file") -> Content:
    """What may be kept of an upload, judged by its content, never by its name."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return Content(data, "application/pdf", ".pdf")
    try:
        image = _opened(data, FORMATS)
    except _Unreadable:
        raise Refused(f"“{name}”不是照片或 PDF，不能上传。", field=field) from None
    if image.has_transparency_data:
        return Content(_written(image.convert("RGBA"), "PNG"), "image/png", ".png")
    return Content(_written(image.convert("RGB"), "JPEG"), "image/jpeg", ".jpg")


class _Unreadable(Exception):
    """The bytes are no picture we read."""


def _opened(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
        if image.width * image.height > MAX_SOURCE_PIXELS:
            raise _Unreadable
        # A JPEG can be read at a fraction of its size, which keeps a 100-megapixel phone picture small in memory.
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _Unreadable from error
    return upright


def _on_white(image: Image.Image) -> Image.Image:
    page = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(page, image.convert("RGBA"))


def _written(image: Image.Image, kind: str) -> bytes:
    """Only the pixels: a fresh picture carries no metadata over."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    out = io.BytesIO()
    # A signature a sixth smaller would take its customer six times as long.
    bare.save(out, kind, quality=85, optimize=True) if kind == "JPEG" else bare.save(out, kind)
    return out.getvalue()


def _clean_name(name: str) -> str:
    bare = re.sub(
        r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\"]", "", name.replace("\\", "/").rsplit("/", 1)[-1]
    )
    return bare.strip()[-140:] or "附件"


def _keep(aggregate: StoreScoped, content: Content, name: str, purpose: str, actor: Actor) -> Attachment:
    token = uuid.uuid4()
    stem = name.rsplit(".", 1)[0] if "." in name else name
    kept = Attachment(
        store_id=aggregate.store_id,
        aggregate_kind=kind_of(aggregate),
        aggregate_id=aggregate.pk,
        token=token,
        purpose=purpose,
        name=f"{stem}{content.suffix}",
        content_type=content.content_type,
        size=len(content.data),
        sha256=hashlib.sha256(content.data).hexdigest(),
        path=store_bytes(aggregate.store_id, content.data, content.suffix),
        created_by=actor.user,
    )
    return insert_row(kept)


def store_bytes(store_id: int, data: bytes, suffix: str) -> str:
    """Write bytes under a random name in the store's folder; the path for their row, which is written after."""
    path = f"{store_id}/{timezone.localdate():%Y%m}/{uuid.uuid4().hex}{suffix}"
    return default_storage.save(path, ContentFile(data))


def read_stored(path: str) -> bytes:
    with default_storage.open(path) as file:
        return cast(bytes, file.read())


def read_bytes(attachment: Attachment) -> bytes:
    """The kept bytes. Raises OSError when the file is gone or is not what was kept."""
    data = read_stored(attachment.path)
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise OSError(f"attachment {attachment.pk} is not what was kept")
    return data


def attachments_of(aggregate: StoreScoped, actor: Actor) -> list[Attachment]:
    """What is kept with a document the actor may see, oldest first."""
    rows = Attachment.objects.visible_to(actor).filter(
        aggregate_kind=kind_of(aggregate), aggregate_id=aggregate.pk
    )
    return list(rows.select_related("created_by").order_by("pk"))


def attach_address(aggregate: StoreScoped) -> str:
    """Where the attachments panel posts new files."""
    return reverse("attach", args=[kind_of(aggregate), aggregate.pk])


def target_of(kind: str, pk: int, actor: Actor) -> StoreScoped:
    """The document an attachment, comment or history line is about, if the actor may see it; else NotThere."""
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        raise NotThere() from None
    if not issubclass(model, StoreScoped):
        raise NotThere()
    return find(model, pk, actor)


@verb("添加附件", None)
def add_attachments(aggregate: StoreScoped, *, uploads: list[Upload], actor: Actor) -> list[Attachment]:
    """Keep files somebody adds by hand with a document they may see, and say so in its history."""
    actor.require(aggregate.view_permission, aggregate.store_id)
    if not uploads:
        raise Refused("请选择照片或 PDF。", field="file")
    kept = [attach(aggregate, upload, actor=actor) for upload in uploads]
    names = "、".join(attachment.name for attachment in kept)
    announce("kernel.attached", aggregate, actor=actor, sentence=f"添加附件：{names}")
    return kept


def sweep(store: Store, known: set[str], older_than: datetime) -> int:
    """Remove the store's files no row knows (their request was refused); how many were removed."""
    removed = 0
    root = f"{store.pk}"
    if not default_storage.exists(root):
        return 0
    for month in default_storage.listdir(root)[0]:
        for name in default_storage.listdir(f"{root}/{month}")[1]:
            path = f"{root}/{month}/{name}"
            if path not in known and default_storage.get_modified_time(path) < older_than:
                default_storage.delete(path)
                removed += 1
    return removed
