"""What tells a machine whether all is well: `/healthz` for anybody, `/metrics` for the one that watches (PF-15)."""

import hmac
import ipaddress
import os
from collections.abc import Iterator

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from fours import __version__
from fours.kernel.actor import open_scope
from fours.kernel.models import Store

# The worker says every ten seconds that it lives.
LATE = 60.0
WORKER = "select extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers"
TOKEN = "FOURS_METRICS_TOKEN"  # noqa: S105  the variable's name


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503; `worker` says ok, late or none."""
    try:
        silent = _silence()
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "down"}, status=503)
    worker = "none" if silent is None else "late" if silent > LATE else "ok"
    return JsonResponse({"status": "ok", "database": "ok", "worker": worker})


def _silence() -> float | None:
    """Seconds since a worker was last heard of; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(WORKER)
        found = cursor.fetchone()[0]
    return None if found is None else float(found)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus' text format, to this machine or to who has the token; counts only, nobody's data."""
    if not _may_watch(request):
        return HttpResponse(status=404)
    lines = [line for name, text, samples in _figures() for line in _lines(name, text, samples)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_watch(request: HttpRequest) -> bool:
    token = os.environ.get(TOKEN, "")
    if token:
        return hmac.compare_digest(
            request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()
        )
    # Through a proxy on this machine everybody would seem to be at home.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    return ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback  # noqa: S104


Samples = list[tuple[str, float]]


def _figures() -> Iterator[tuple[str, str, Samples]]:
    with transaction.atomic(), connection.cursor() as cursor:
        open_scope(Store.objects.values_list("pk", flat=True))
        silent = _silence()
        yield "fours_info", "The running version", [(f'version="{__version__}"', 1)]
        yield (
            "fours_workers_silent_seconds",
            "Since a worker was last heard of",
            [("", -1 if silent is None else silent)],
        )
        for name, text, label, query in QUERIES:
            cursor.execute(query)
            rows = [
                (f'{label}="{key}"' if label else "", float(value or 0)) for key, value in cursor.fetchall()
            ]
            yield name, text, rows


QUERIES = (
    ("fours_jobs", "Queued jobs by state", "status",
     "select status::text, count(*) from procrastinate_jobs group by 1 order by 1"),
    ("fours_oldest_job_seconds", "How long the oldest job that is due has waited", "",
     "select '', extract(epoch from now() - min(coalesce(scheduled_at, now()))) from procrastinate_jobs where status = 'todo'"
     " and coalesce(scheduled_at, now()) <= now()"),
    ("fours_occurrences", "Scheduled work of the last 30 days by state", "state",
     "select state, count(*) from kernel_occurrence group by 1 order by 1"),
    ("fours_tasks_open", "Open tasks by store", "store",
     "select s.code, count(*) from kernel_task t join kernel_store s on s.id = t.store_id where t.state = 'open'"
     " group by 1 order by 1"),
    ("fours_tasks_overdue", "Open tasks past their time by store", "store",
     "select s.code, count(*) from kernel_task t join kernel_store s on s.id = t.store_id where t.state = 'open'"
     " and t.due_at < now() group by 1 order by 1"),
    ("fours_database_connections", "Connections to the database by state", "state",
     "select coalesce(state, 'other'), count(*) from pg_stat_activity where datname = current_database()"
     " group by 1 order by 1"),
    ("fours_database_bytes", "Size of the database", "", "select '', pg_database_size(current_database())"),
    ("fours_database_commits", "Transactions committed since statistics began", "",
     "select '', xact_commit from pg_stat_database where datname = current_database()"),
    ("fours_database_deadlocks", "Deadlocks since statistics began", "",
     "select '', deadlocks from pg_stat_database where datname = current_database()"),
)  # fmt: skip


def _lines(name: str, text: str, samples: Samples) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        yield f"{name}{{{labels}}} {value!r}" if labels else f"{name} {value!r}"
