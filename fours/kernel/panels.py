"""Tabs that upper apps hang on a lower app's page (a car, an order), so the lower app never imports them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from .web import ActorRequest

Context = Callable[[ActorRequest, Any], dict[str, object]]
Count = Callable[[ActorRequest, Any], int | None]


@dataclass(frozen=True)
class Panel:
    """A tab: its label, who may see it, the template and what it shows."""

    key: str
    label: str
    order: int
    template: str
    context: Context
    count: Count | None = None
    permission: str | None = None


_PANELS: dict[type[models.Model], list[Panel]] = {}


def panel(model: type[models.Model], shown: Panel) -> None:
    """Hang a panel on the pages of `model`."""
    _PANELS.setdefault(model, []).append(shown)


def panels_of(model: type[models.Model], request: ActorRequest) -> list[Panel]:
    """The panels this actor may see, in order."""
    panels = sorted(_PANELS.get(model, ()), key=lambda p: p.order)
    return [p for p in panels if request.actor.can(p.permission)]


def render_panel(shown: Panel, request: ActorRequest, document: models.Model) -> SafeString:
    """The panel's HTML; its template sees `document` besides its own context."""
    html = render_to_string(
        shown.template, {"document": document, **shown.context(request, document)}, request
    )
    return mark_safe(html)  # noqa: S308 - rendered by our own template, which escapes
