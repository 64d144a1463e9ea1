"""A line for each request, in the log and never in the database: how long, how many queries, which page; nobody's data."""

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("fours.request")
HEADER = "X-Request-ID"


class Counter:
    """Counts the queries of the connection while it is in force."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.queries += 1
        return execute(*arguments)


class RequestLog:
    """Logs at INFO with the route's pattern, not the address: an address may hold what somebody searched for.

    The same `X-Request-ID` stands in the answer, so a screenshot of an error leads to its line.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun, counter, request_id = time.perf_counter(), Counter(), secrets.token_hex(6)
        with connection.execute_wrapper(counter):
            response = self.get_response(request)
        response.headers.setdefault(HEADER, request_id)
        if log.isEnabledFor(logging.INFO):
            actor = getattr(request, "actor", None)
            facts = {
                "request_id": request_id,
                "user_id": actor.user.pk if actor and actor.user else None,
                "store_id": actor.store.pk if actor and actor.store else None,
                "method": request.method,
                "route": request.resolver_match.route if request.resolver_match else "",
                "status": response.status_code,
                "ms": round((time.perf_counter() - begun) * 1000, 1),
                "queries": counter.queries,
            }
            log.info("%(method)s %(route)s %(status)s %(ms)s ms", facts, extra=facts)
        return response
