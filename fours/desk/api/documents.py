"""`/api/v1/documents/{kind}/{id}/…`, `/attachments`: files and remarks kept with any document (PF-09, PF-13).

`kind` is what tasks call `source_kind`: `service.repairorder`, `service.checkin`, `vehicles.vehicle` …
"""

from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from fours.base.download import download
from fours.base.errors import NotAllowed, NotThere
from fours.desk.api_files import AttachmentsOut, FilesIn, attachments_out, uploads_of
from fours.desk.api_tools import ApiRequest, Asked, Moment, PersonOut, Text, act_in
from fours.kernel.actor import Actor
from fours.kernel.attachments import add_attachments, attachments_of, read_bytes, target_of
from fours.kernel.comments import add_comment, comments_of
from fours.kernel.models import Attachment, StoreScoped

documents = Router()
attachments = Router()


class CommentOut(Schema):
    """A remark of a colleague."""

    id: int
    text: str
    at: Moment
    author: PersonOut


class CommentsOut(Schema):
    """The remarks on a document, newest first."""

    items: list[CommentOut]


class CommentIn(Asked):
    text: Text


def _seen(request: ApiRequest, kind: str, pk: int) -> tuple[StoreScoped, Actor]:
    """The document, if the caller may read its kind in its store, and the caller there."""
    document = target_of(kind, pk, request.actor)
    actor = act_in(request, next(store for store in request.stores if store.pk == document.store_id))
    if not actor.can(document.view_permission, document.store_id):
        raise NotAllowed("您的岗位没有此项权限。如需办理，请联系主管。")
    return document, actor


@documents.get("/{kind}/{int:pk}/attachments", response=AttachmentsOut)
def attachment_list(request: ApiRequest, kind: str, pk: int) -> dict[str, Any]:
    """The files kept with the document."""
    document, actor = _seen(request, kind, pk)
    return attachments_out(kind, pk, attachments_of(document, actor))


@documents.post("/{kind}/{int:pk}/add-attachments", response=AttachmentsOut)
def attach(request: ApiRequest, kind: str, pk: int, data: FilesIn) -> dict[str, Any]:
    """Keep further files with the document; answers all of them."""
    document, actor = _seen(request, kind, pk)
    add_attachments(document, uploads=uploads_of(data.files), actor=actor)
    return attachments_out(kind, pk, attachments_of(document, actor))


@documents.get("/{kind}/{int:pk}/comments", response=CommentsOut)
def comment_list(request: ApiRequest, kind: str, pk: int) -> dict[str, Any]:
    """The remarks on the document."""
    return {"items": comments_of(*_seen(request, kind, pk))}


@documents.post("/{kind}/{int:pk}/add-comment", response=CommentsOut)
def comment(request: ApiRequest, kind: str, pk: int, data: CommentIn) -> dict[str, Any]:
    """Leave a remark on the document; answers all of them."""
    document, actor = _seen(request, kind, pk)
    add_comment(document, text=data.text, actor=actor)
    return {"items": comments_of(document, actor)}


@attachments.get("/{int:pk}/content", response={200: None}, openapi_extra={"responses": {200: {
    "description": "the file, to be downloaded",
    "content": {"image/*": {}, "application/pdf": {}},
}}})  # fmt: skip
def content(request: ApiRequest, pk: int) -> HttpResponse:
    """The bytes of a kept file, for who may see its document."""
    row = Attachment.objects.visible_to(request.actor).filter(pk=pk).first()
    if row is None:
        raise NotThere()
    _seen(request, row.aggregate_kind, row.aggregate_id)
    try:
        data = read_bytes(row)
    except OSError:
        raise NotThere("文件不在了，请联系管理员从备份恢复。") from None
    return download(data, row.name, row.content_type)
