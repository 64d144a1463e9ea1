"""The outbox: what waits, what went, what did not and why; one message; writing one to a customer (PF-12)."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.kernel.history import history_of
from fours.kernel.offers import offer, offers_for
from fours.kernel.printing import prints_of
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..addresses import address_of
from ..forms import FilterForm, MessageForm, OptOutForm
from ..models import Message, MessageState, Provider, Purpose
from ..verbs.message import TO_CUSTOMERS, queue_message
from ..verbs.opt_out import opt_out

PER_PAGE = 30
TONES = {
    MessageState.WAITING: "amber",
    MessageState.SENT: "green",
    MessageState.FAILED: "red",
    MessageState.REFUSED: "violet",
    MessageState.CANCELLED: "neutral",
}

offer(Message, "post_letter", order=10, when=lambda message: message.channel == Message.Channel.LETTER)
offer(Message, "retry_message", order=20)
offer(Message, "cancel_message", order=90)


@require_GET
@screen("messages.view")
def messages(request: ActorRequest) -> HttpResponse:
    """The messages by state, newest first; those that wait by when they go."""
    form = FilterForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    rows = _filtered(Message.objects.visible_to(request.actor), asked)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    shown = asked.get("state") or MessageState.WAITING
    chosen = rows.filter(state=shown) if shown in MessageState.values else rows
    chosen = chosen.select_related("customer", "broadcast")
    chosen = chosen.order_by("next_try", "pk") if shown == MessageState.WAITING else chosen.order_by("-pk")
    query = request.GET.copy()
    context: dict[str, object] = {
        "form": form,
        "tabs": [_tab(query, state, counts, shown) for state in MessageState],
        "page": Paginator(chosen, PER_PAGE).get_page(request.GET.get("page")),
        "state": shown,
        "tones": TONES,
        "without_provider": _without_provider(request) if shown == MessageState.WAITING else [],
    }
    return page(request, "messages/messages.html", context)


def _filtered(rows: QuerySet[Message], asked: dict[str, Any]) -> QuerySet[Message]:
    for name in ("channel", "purpose"):
        if value := asked.get(name):
            rows = rows.filter(**{name: value})
    if q := (asked.get("q") or "").strip():
        rows = rows.filter(Q(customer__name__startswith=q) | Q(to=q) | Q(source_title=q.upper()))
    return rows


def _tab(query: Any, state: MessageState, counts: dict[str, int], shown: str) -> tuple[str, str, int, bool]:
    query["state"] = state.value
    query.pop("page", None)
    return state.label, f"?{query.urlencode()}", counts.get(state, 0), state == shown


def _without_provider(request: ActorRequest) -> list[str]:
    """The channels nothing leaves by, so that a person knows why messages wait."""
    store = request.actor.must_store
    there = set(Provider.objects.filter(store=store, active=True).values_list("channel", flat=True))
    ways = (Message.Channel.SMS, Message.Channel.EMAIL, Message.Channel.ROBOT)
    return [str(way.label) for way in ways if way not in there]


@require_GET
@screen("messages.view")
def message(request: ActorRequest, pk: int) -> HttpResponse:
    """One message: to whom, what, and what became of it."""
    row = find(Message, pk, request.actor, "customer", "broadcast", "created_by", "store")
    context = {
        "message": row,
        "tone": TONES[MessageState(row.state)],
        "offers": offers_for(row, request.actor),
        "prints": prints_of(row, request.actor) if row.channel == Message.Channel.LETTER else [],
        "history": history_of(row, request.actor),
    }
    return page(request, "messages/message.html", context)


@screen("messages.send")
def message_new(request: ActorRequest, pk: int) -> HttpResponse:
    """Write to a customer; what may not be sent is refused beside its field."""
    customer = find(Customer, pk, request.actor)
    data = request.POST if request.method == "POST" else None
    form = MessageForm(data, initial={"channel": Message.Channel.SMS, "purpose": Purpose.SERVICE})
    saved = attempt(form, lambda: queue_message(customer, **form.cleaned_data, actor=request.actor))
    if saved:
        return done(request, "已进入发件箱", reverse("message", args=[saved.pk]))
    context: dict[str, object] = {
        "form": form,
        "customer": customer,
        "known": [(c.label, address_of(customer, c)) for c in TO_CUSTOMERS],
    }
    return page(request, "messages/message_new.html", context, form)


@require_POST
@screen("customers.change")
def customer_opt_out(request: ActorRequest, pk: int) -> HttpResponse:
    """Note on the customer's page that they want no more messages."""
    customer = find(Customer, pk, request.actor)
    form = OptOutForm(request.POST)
    if not form.is_valid():
        raise Refused("请选择退订内容和通道。", field="what")
    row = opt_out(customer, **form.cleaned_data, actor=request.actor)
    return done(request, f"已登记退订：{row}，立即生效", reverse("customer", args=[pk]))
