"""The ways out of the store: which channel is carried by whom. Secrets go in and never come out."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from fours.kernel.history import history_of
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..forms import ProviderForm
from ..models import Provider
from ..verbs.provider import set_provider


@require_GET
@screen("messages.change_providers")
def providers(request: ActorRequest) -> HttpResponse:
    """Every channel's provider, and what that means when there is none."""
    rows = Provider.objects.visible_to(request.actor).select_related("updated_by").order_by("channel")
    return page(request, "messages/providers.html", {"rows": list(rows)})


@screen("messages.change_providers")
def provider_new(request: ActorRequest) -> HttpResponse:
    """Set a channel's provider for the first time."""
    return _form(request, None)


@screen("messages.change_providers")
def provider(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a channel's provider."""
    return _form(request, find(Provider, pk, request.actor, "updated_by"))


def _form(request: ActorRequest, row: Provider | None) -> HttpResponse:
    form = ProviderForm.of(request.POST if request.method == "POST" else None, row)
    store = request.actor.must_store
    if saved := attempt(form, lambda: set_provider(store, **form.said(), actor=request.actor)):
        return done(request, f"已保存{saved.get_channel_display()}通道", reverse("providers"))
    context: dict[str, object] = {
        "form": form,
        "row": row,
        "history": history_of(row, request.actor) if row else [],
    }
    return page(request, "messages/provider.html", context, form)
