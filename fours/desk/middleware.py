"""The request's one transaction, who acts in it, and the promise that a repeated request gives the first answer."""

import hashlib
import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.module_loading import import_string
from psycopg.errors import UniqueViolation

from fours.base.errors import Gone, KeyReused, Refused
from fours.base.text import number_in
from fours.kernel.actor import Actor, grants_of, open_scope
from fours.kernel.models import IdempotencyKey, User
from fours.kernel.security import write_notes

from .accounts import current_store, stores_granted
from .error_pages import bad_request, refusal, too_large

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]
OUTSIDE = ("/healthz", "/metrics", "/static/")
# One posting's photos and files together; a single file has its own, smaller limit.
MOST_BYTES = 96 * 1024 * 1024
# Who calls the interface is said by a token, never by a browser's session.
BY_TOKEN = ("/api/",)
# What somebody may open whose password was given by the administrator.
BEFORE_OWN_PASSWORD = ("/accounts/password/change/", "/accounts/logout/")
KEEPS, AFTERWARDS = "_keeps_writes", "_afterwards"


def keep_writes(request: HttpRequest) -> None:
    """Let what this request wrote stay although it is refused: a wrong PIN is counted in the guess's own transaction,
    under its locks, or of many sent at once more would be tried than are counted."""
    setattr(request, KEEPS, True)


def afterwards(request: HttpRequest, work: Callable[[], None]) -> None:
    """Do this when the request's transaction has ended, whatever became of it: a row that all of a person's requests
    write must not be locked for as long as one of them takes."""
    setattr(request, AFTERWARDS, [*getattr(request, AFTERWARDS, []), work])


class _Undo(Exception):
    """Carries the answer out of the transaction that must be rolled back."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


class RequestTransaction:
    """Each request is one transaction, rolled back whenever the answer is 4xx or 5xx.

    What must outlive a refusal (sign-ins, refusals, revealed data) is noted on the request and written afterwards;
    the one exception is `keep_writes`.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OUTSIDE):
            return self.get_response(request)
        # Before anybody's files are written to the disk, signed in or not.
        if number_in(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return too_large(request)
        try:
            with transaction.atomic():
                response = self.get_response(request)
                if response.status_code >= (500 if getattr(request, KEEPS, False) else 400):
                    raise _Undo(response)
        except _Undo as undo:
            response = undo.response
        write_notes(request)
        for work in getattr(request, AFTERWARDS, []):
            work()
        return response


class ActorMiddleware:
    """Sets `request.actor` and opens the database's view on the actor's store; answers refusals of verbs in Chinese.

    What only the database refuses is answered too: a value it cannot hold, and the second of two who saved the same
    at one moment, where a check before the write finds nothing. Both are logged: a form should have said it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith((*OUTSIDE, *BY_TOKEN)) or not request.user.is_authenticated:
            return self.get_response(request)
        if _has_nul(request):
            return bad_request(request, ValueError("NUL"))
        user = request.user
        if user.must_change_password and request.path not in BEFORE_OWN_PASSWORD:
            return redirect("account_change_password")
        grants = grants_of(user)
        stores = stores_granted(grants)
        actor = Actor.of(user, current_store(request, user, stores), grants)
        request.actor, request.stores = actor, stores  # type: ignore[attr-defined]
        open_scope(actor.store_ids)
        response = _gate(request) or self._answer(request, user)
        patch_vary_headers(response, ("HX-Request",))
        if "Cache-Control" not in response:
            # A counter's PC has many users: a page of one is asked for again by the next, and kept by no proxy; where
            # that is known of it, not even by the browser, whose way back would show it.
            shared = getattr(request, "lock", None) is not None
            patch_cache_control(
                response, private=True, no_cache=True, **({"no_store": True} if shared else {})
            )
        return response

    def _answer(self, request: HttpRequest, user: User) -> HttpResponse:
        return self._once(request, user) if request.method == "POST" else self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return refusal(request, error)
        if isinstance(error, DataError):
            log.warning("%s %s", request.method, request.path, exc_info=error)
            return refusal(request, Refused("填写的内容过长、过大或含有不能识别的字符，没有保存。"))
        if isinstance(error.__cause__, UniqueViolation):
            log.warning("%s %s", request.method, request.path, exc_info=error)
            return refusal(request, Gone("同样的内容刚刚已经保存过，请刷新后核对。"))
        return None

    def _once(self, request: HttpRequest, user: User) -> HttpResponse:
        key = request.headers.get("Idempotency-Key") or request.POST.get("idempotency_key", "")
        if not key:
            return self.get_response(request)
        return answer_once(user, f"{key}"[:80], request, lambda: self.get_response(request))


def _gate(request: HttpRequest) -> HttpResponse | None:
    """The refusal of a session that may not go on here (a locked screen), by the function the settings name."""
    gate: Callable[[HttpRequest], HttpResponse | None] = import_string(settings.FOURS_REQUEST_GATE)
    return gate(request)


def _has_nul(request: HttpRequest) -> bool:
    """PostgreSQL has no NUL character in its texts, and nobody types one."""
    return any(
        "\0" in value for sent in (request.GET, request.POST) for _, all_ in sent.lists() for value in all_
    )


def answer_once(user: User, key: str, request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `work`, or the one given when the same key came first; the key lives in the work's transaction.

    A second request with the key waits on the unique row until the first has committed, then repeats its answer.
    """
    fingerprint = fingerprint_of(request)
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(user=user, key=key, fingerprint=fingerprint)
    except IntegrityError:
        return _repeat(IdempotencyKey.objects.get(user=user, key=key), fingerprint, request)
    response = work()
    if response.status_code < 400 and not response.streaming:
        row.status = response.status_code
        row.headers = {
            k: v for k, v in response.headers.items() if k in ("Location", "Content-Type", "HX-Redirect")
        }
        row.body = response.content
        row.save(update_fields=["status", "headers", "body"])
    elif getattr(request, KEEPS, False):
        # A refusal is not an answer to be given again; elsewhere the row is rolled back with everything else.
        row.delete()
    return response


def _repeat(row: IdempotencyKey, fingerprint: str, request: HttpRequest) -> HttpResponse:
    if row.fingerprint != fingerprint:
        return refusal(request, KeyReused("同一提交编号用于了不同内容，请刷新页面后重新填写。"))
    return HttpResponse(bytes(row.body), status=row.status, headers=row.headers)


def fingerprint_of(request: HttpRequest) -> str:
    """A hash of what was asked, without the CSRF token, which differs between two sendings of one form."""
    if request.content_type == "application/json":
        parts = [request.body]
    else:
        fields = sorted(
            (k, v) for k, values in request.POST.lists() for v in values if k != "csrfmiddlewaretoken"
        )
        parts = [repr(fields).encode()]
        uploads = [(name, upload) for name, several in sorted(request.FILES.lists()) for upload in several]
        parts += [f"{name}:{upload.name}:{upload.size}".encode() for name, upload in uploads]
    return hashlib.sha256(
        b"\0".join([f"{request.method} {request.get_full_path()}".encode(), *parts])
    ).hexdigest()
