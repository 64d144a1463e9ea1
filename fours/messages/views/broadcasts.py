"""Broadcasts: what was sent to many, and the form that first shows how many and who not."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from fours.base.errors import Refused
from fours.base.text import number_in
from fours.kernel.history import history_of
from fours.kernel.offers import offer, offers_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, put_on, screen

from ..audience import Preview, preview, receivers
from ..forms import BroadcastForm
from ..models import Broadcast, Message, MessageState, MessageTemplate, Purpose
from ..outbox import Draft, House
from ..texts import COMMON, check_text
from ..verbs.broadcast import broadcast_message
from .outbox import TONES

PER_PAGE = 30

offer(
    Broadcast,
    "recall_broadcast",
    order=50,
    when=lambda sent: sent.messages.filter(state=MessageState.WAITING).exists(),
)


@require_GET
@screen("messages.view")
def broadcasts(request: ActorRequest) -> HttpResponse:
    """What was sent to many, newest first."""
    rows = Broadcast.objects.visible_to(request.actor).select_related("created_by").order_by("-pk")
    context: dict[str, object] = {"page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))}
    return page(request, "messages/broadcasts.html", context)


@require_GET
@screen("messages.view")
def broadcast(request: ActorRequest, pk: int) -> HttpResponse:
    """One broadcast: how far it has gone, and who was left out why."""
    row = find(Broadcast, pk, request.actor, "created_by")
    states = row.messages.order_by().values_list("state").annotate(n=Count("pk"))
    messages = Message.objects.visible_to(request.actor).filter(broadcast=row)
    context = {
        "broadcast": row,
        "states": [(MessageState(state).label, TONES[MessageState(state)], n) for state, n in states],
        "page": Paginator(messages.select_related("customer").order_by("pk"), PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "tones": TONES,
        "offers": offers_for(row, request.actor),
        "history": history_of(row, request.actor),
    }
    return page(request, "messages/broadcast.html", context)


@screen("messages.broadcast")
def broadcast_new(request: ActorRequest) -> HttpResponse:
    """Write the text and choose whom it is for; 预览 counts, and only then the same form sends."""
    data = request.POST if request.method == "POST" else None
    form = BroadcastForm(data, initial=_initial(request), actor=request.actor)
    found, example = None, ""
    if data is not None and form.is_valid():
        if data.get("step") == "send" and (saved := attempt(form, lambda: _send(request, form))):
            return done(request, f"已排队 {saved.queued} 条", reverse("broadcast", args=[saved.pk]))
        try:
            found, example = _look(request, form)
        except Refused as refusal:
            if not form.errors:
                put_on(form, refusal)
    templates = MessageTemplate.objects.visible_to(request.actor).filter(active=True)
    context: dict[str, object] = {
        "form": form,
        "preview": found,
        "example": example,
        "templates": templates.exclude(code__contains=".").order_by("name"),
    }
    return page(request, "messages/broadcast_new.html", context, form)


def _initial(request: ActorRequest) -> dict[str, object]:
    """What a template brings along, when one was chosen."""
    rows = MessageTemplate.objects.visible_to(request.actor).filter(active=True)
    chosen = rows.filter(pk=number_in(request.GET.get("template", ""))).first()
    if chosen is None:
        return {"channel": Message.Channel.SMS, "purpose": Purpose.MARKETING}
    return {name: getattr(chosen, name) for name in ("name", "channel", "purpose", "subject", "text")}


def _send(request: ActorRequest, form: BroadcastForm) -> Broadcast:
    expected = number_in(request.POST.get("expected", ""))
    return broadcast_message(request.actor.must_store, **form.said(), expected=expected, actor=request.actor)


def _look(request: ActorRequest, form: BroadcastForm) -> tuple[Preview, str]:
    """How many would get it, and the text as the first of them would read it."""
    said, store = form.said(), request.actor.must_store
    text = check_text(said["text"], COMMON)
    asked = said["audience"], said["channel"], said["purpose"]
    found = preview(store, *asked)
    first = next(receivers(store, *asked), None)
    draft = Draft(channel=said["channel"], purpose=said["purpose"], text=text)
    return found, House.of(store).written(draft, first[0].name if first else "客户")
