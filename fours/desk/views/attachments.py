"""Kept files: shown to who may see their document, added from its attachments panel."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from fours.base.errors import NotThere
from fours.kernel.attachments import add_attachments, target_of
from fours.kernel.models import Attachment
from fours.kernel.web import ActorRequest, back_address, done, screen


@require_GET
@screen(None)
def attachment(request: ActorRequest, token: UUID) -> FileResponse:
    """The file, if its document may be seen. Pictures are shown; a PDF is only ever downloaded."""
    row = Attachment.objects.visible_to(request.actor).filter(token=token).first()
    if row is None:
        raise NotThere()
    target_of(row.aggregate_kind, row.aggregate_id, request.actor)
    try:
        file = default_storage.open(row.path)
    except FileNotFoundError:
        raise NotThere("文件不在了，请联系管理员从备份恢复。") from None
    answer = FileResponse(file, content_type=row.content_type)
    as_download = not row.is_image or "download" in request.GET
    answer["Content-Disposition"] = content_disposition_header(as_download, row.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=300"
    return answer


@require_POST
@screen(None)
def attach(request: ActorRequest, kind: str, pk: int) -> HttpResponse:
    """Add the chosen files to the document and go back to it."""
    document = target_of(kind, pk, request.actor)
    kept = add_attachments(document, uploads=request.FILES.getlist("file"), actor=request.actor)
    return done(request, f"已添加 {len(kept)} 个附件", back_address(request, "/"))
