"""What the apps above say about the documents parts go to: where they are shown, and what a slip prints of them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from fours.kernel.models import Document


@dataclass(frozen=True)
class SourceFacts:
    """What stands on a slip about the document it rests on; empty texts print an empty place."""

    plate: str = ""
    vin: str = ""
    model: str = ""


Facts = Callable[[int, Document | None], SourceFacts]


@dataclass(frozen=True)
class _Source:
    route: str
    facts: Facts | None = None


_SOURCES = {"parts.issueslip": _Source("issue_slip"), "parts.stockreceipt": _Source("receipt")}


def register_source(kind: str, route: str, facts: Facts | None = None) -> None:
    """Documents of `kind` (`service.repairorder`) are shown at the URL name `route`, which takes their pk."""
    _SOURCES[kind] = _Source(route, facts)


def address_of(kind: str, pk: int) -> str:
    """The page of the document, or nothing where it has none."""
    source = _SOURCES.get(kind)
    return reverse(source.route, args=[pk]) if source else ""


def facts_of(kind: str, pk: int, live: Document | None = None) -> SourceFacts:
    """`live`: the document itself, when a verb has it at hand."""
    source = _SOURCES.get(kind)
    return source.facts(pk, live) if source and source.facts else SourceFacts()
