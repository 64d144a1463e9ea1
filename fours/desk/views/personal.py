"""Showing one hidden value of a person, by a click that the security log keeps (PF-13)."""

from datetime import date

from django.http import HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from fours.base.errors import NotAllowed, NotThere
from fours.base.personal import kind_of_field
from fours.desk.limits import count_try
from fours.kernel.attachments import target_of
from fours.kernel.personal import may_reveal
from fours.kernel.security import note
from fours.kernel.web import ActorRequest, back_address, done, screen


@require_POST
@screen(None)
def reveal(request: ActorRequest, kind: str, pk: int, field: str) -> HttpResponse:
    """The value of one marked field of a row the actor may see. The log says whose and which, never the value."""
    row = target_of(kind, pk, request.actor)
    marked = next((each for each in row._meta.concrete_fields if each.name == field), None)
    if marked is None or kind_of_field(marked) is None:
        raise NotThere()
    if not may_reveal(request.actor):
        raise NotAllowed("您的岗位不能查看个人信息。如需办理，请联系主管。")
    count_try(request.actor, "reveal", per_hour=200)
    value = getattr(row, field)
    text = f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
    note(request, "revealed", f"{row._meta.verbose_name} {row.pk} {marked.verbose_name}")
    if request.headers.get("HX-Request"):
        answer = HttpResponse(format_html("<span>{}</span>", text))
    else:
        answer = done(request, f"{marked.verbose_name}：{text}", back_address(request, "/"))
    answer["Cache-Control"] = "no-store"
    return answer
