"""The one address of all plain verbs: those that take nothing but a confirmation, a reason and the version seen."""

from inspect import signature

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from fours.base.errors import NotThere
from fours.base.text import number_in
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest, back_address, done, find, screen


@require_POST
@screen(None)
def do(request: ActorRequest, name: str, pk: int) -> HttpResponse:
    """Do the verb to the document and go back; a refusal is shown as a message there and changes nothing."""
    verb = VERBS.get(name)
    if verb is None or not verb.plain:
        raise NotThere()
    aggregate = find(verb.model, pk, request.actor)
    arguments: dict[str, object] = {"actor": request.actor}
    if verb.needs_reason:
        arguments["reason"] = request.POST.get("reason", "").strip()
    version = request.POST.get("version", "")
    if version and "version" in signature(verb.call).parameters:
        arguments["version"] = number_in(version)
    verb.call(aggregate, **arguments)
    return done(request, f"{verb.label}：已完成", back_address(request, "/"))
