"""The security log. Entries are noted on the request and written after its transaction, so a rollback keeps them."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from .models import SecurityEntry, User


def note(
    request: HttpRequest, kind: str, detail: str, user: User | None = None, store_id: int | None = None
) -> None:
    """Remember a line for the security log; `kind` is a word like `sign_in`, `refused`, `revealed`, `exported`.

    Person and store are the actor's unless given.
    """
    notes: list[dict[str, Any]] = getattr(request, "_security_notes", [])
    actor = getattr(request, "actor", None)
    person = user or (actor.user if actor else None)
    store = store_id or (actor.store.pk if actor and actor.store else None)
    notes.append(
        {"kind": kind, "detail": detail[:300], "user": person, "store_id": store, "address": address(request)}
    )
    request._security_notes = notes  # type: ignore[attr-defined]


def write_notes(request: HttpRequest) -> None:
    notes: list[dict[str, Any]] = getattr(request, "_security_notes", [])
    if notes:
        with transaction.atomic():
            SecurityEntry.objects.bulk_create([SecurityEntry(**line) for line in notes])
        request._security_notes = []  # type: ignore[attr-defined]


def address(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None
