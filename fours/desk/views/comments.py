"""Remarks on a document, posted from its comments panel."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from fours.kernel.attachments import target_of
from fours.kernel.comments import add_comment
from fours.kernel.web import ActorRequest, back_address, done, screen


@require_POST
@screen(None)
def comment(request: ActorRequest, kind: str, pk: int) -> HttpResponse:
    """Leave the remark and go back to the document."""
    document = target_of(kind, pk, request.actor)
    add_comment(document, text=request.POST.get("text", ""), actor=request.actor)
    return done(request, "备注已保存", back_address(request, "/"))
