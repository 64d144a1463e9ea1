"""What a picker's field is answered while somebody types."""

from itertools import islice

from django.http import JsonResponse

from fours.base.errors import NotThere
from fours.base.text import clean
from fours.kernel.pickers import PICKER_LIMIT, PICKERS
from fours.kernel.web import ActorRequest, screen


@screen(None)
def pick(request: ActorRequest, source: str) -> JsonResponse:
    """`{"items": [{"value", "text", "sub"}]}`: the rows the actor may choose for `q`; at most 30."""
    picker = PICKERS.get(source)
    if picker is None:
        raise NotThere()
    request.actor.require(picker.permission, request.actor.must_store.pk)
    found = picker.search(request.actor, clean(request.GET.get("q", "")[:80]))
    items = [
        {"value": choice.value, "text": choice.text, "sub": choice.sub}
        for choice in islice(found, PICKER_LIMIT)
    ]
    return JsonResponse({"items": items}, json_dumps_params={"ensure_ascii": False})
