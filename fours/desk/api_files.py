"""Files in a body: photos, scans and PDFs as data URLs, judged by their content like those sent from a screen (PF-09)."""

import base64
import binascii
import re
from typing import Annotated, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from ninja import Schema
from pydantic import Field

from fours.base.errors import Refused
from fours.kernel.models import Attachment

from .api_tools import Asked, Id, Moment, PersonOut, Text

DATA_URL = re.compile(r"data:[a-z0-9.+/-]{0,60};base64,([A-Za-z0-9+/=\s]+)", re.ASCII)


class FileIn(Asked):
    """A picture or PDF: `data` is `data:image/jpeg;base64,…`; what the file is, its content says."""

    name: Text
    data: Annotated[str, Field(max_length=12_000_000)]


class FilesIn(Asked):
    files: list[FileIn] = Field(min_length=1, max_length=20)


class AttachmentOut(Schema):
    """A kept file; its bytes are at `/attachments/{id}/content`."""

    id: int
    purpose: str
    name: str
    content_type: str
    size: int
    sha256: str
    created_at: Moment
    created_by: PersonOut | None


class AttachmentsOut(Schema):
    """What is kept with a document, oldest first."""

    target_kind: str
    target_id: Id
    items: list[AttachmentOut]


def uploads_of(files: list[FileIn]) -> list[Any]:
    """The files as verbs take uploads; refused beside `files.N.data` when one is no data URL."""
    return [_upload(file, f"files.{place}.data") for place, file in enumerate(files)]


def attachments_out(kind: str, pk: int, rows: list[Attachment]) -> dict[str, Any]:
    return {"target_kind": kind, "target_id": pk, "items": rows}


def _upload(file: FileIn, field: str) -> SimpleUploadedFile:
    match = DATA_URL.fullmatch(file.data)
    if match is None:
        raise Refused("请按 data:…;base64,… 的形式上传文件。", field=field)
    try:
        content = base64.b64decode(match[1], validate=False)
    except binascii.Error:
        raise Refused("文件内容的 base64 无法识别。", field=field) from None
    return SimpleUploadedFile(file.name, content)
