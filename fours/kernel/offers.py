"""Which verbs a document's page offers, registered by the apps that own the verbs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse

from .actor import Actor
from .verbs import VERBS, Verb


@dataclass(frozen=True)
class Offer:
    """A verb on a document's page: plain ones post to the common address, others lead to their own form."""

    verb: Verb
    url: str


@dataclass(frozen=True)
class _Offered:
    order: int
    verb: str
    route: str
    when: Callable[[Any], bool] | None


_OFFERED: dict[type[models.Model], list[_Offered]] = {}


def offer(
    model: type[models.Model],
    verb: str,
    *,
    order: int,
    route: str = "",
    when: Callable[[Any], bool] | None = None,
) -> None:
    """Let pages of `model` show the verb; `route` is the URL name (one pk) of its form, none for a plain verb.

    `when` says of a document whether there is anything to do, where its state alone does not tell.

    The offer with the lowest order that fits becomes the page's one primary button.
    """
    _OFFERED.setdefault(model, []).append(_Offered(order, verb, route, when))


def offers_for(document: models.Model, actor: Actor) -> list[Offer]:
    """The verbs the actor may do to the document in its present state, the next one first."""
    store_id: int = document.store_id  # type: ignore[attr-defined]
    shown = []
    for offered in sorted(_OFFERED.get(type(document), ()), key=lambda o: o.order):
        verb = VERBS[offered.verb]
        may = verb.fits(document) and actor.can(verb.permission, store_id)
        if may and (offered.when is None or offered.when(document)):
            shown.append(Offer(verb, _address(offered, document)))
    return shown


def _address(offered: _Offered, document: models.Model) -> str:
    if offered.route:
        return reverse(offered.route, args=[document.pk])
    return reverse("do_verb", args=[offered.verb, document.pk])
