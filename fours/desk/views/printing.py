"""The PDF of a document's form."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from fours.base.errors import NotThere
from fours.kernel.printing import PRINTS, sheet_of
from fours.kernel.web import ActorRequest, find, screen


@require_GET
@screen(None)
def print_form(request: ActorRequest, form: str, pk: int) -> HttpResponse:
    """The frozen paper, or a draft while it is no evidence yet; shown in the browser to be printed from there."""
    declared = PRINTS.get(form)
    if declared is None:
        raise NotThere()
    document = find(declared.model, pk, request.actor, "store")
    request.actor.require(declared.permission, document.store_id)
    sheet = sheet_of(declared, document, actor=request.actor, occurrence=request.GET.get("occurrence"))
    answer = HttpResponse(sheet.data, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, sheet.file_name) or "inline"
    answer["Cache-Control"] = "private, no-store"
    return answer
