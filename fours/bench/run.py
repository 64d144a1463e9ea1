"""Which benches there are, and running them on a demo database."""

import os
import platform
import sys
from collections.abc import Callable, Sequence

from django.db import connection

from fours.base.errors import Refused
from fours.kernel.models import Store
from fours.server.memory import settle_memory

from . import load, reading, writing
from .figures import Figure
from .samples import Samples, sample

BENCHES: dict[str, Callable[[Samples], list[Figure]]] = {
    "search": reading.search,
    "lists": reading.lists,
    "pages": reading.pages,
    "report": writing.report,
    "papers": writing.papers,
    "calls": writing.calls,
    "cycles": writing.cycles,
    "rates": load.rates,
    "writers": load.writers,
    "together": load.together,
    "import": writing.imports,
}
SAMPLED = 400


def run_benches(names: Sequence[str]) -> tuple[list[Figure], dict[str, object]]:
    """The named benches, all when none is named: their figures and what they were measured on.

    Raises Refused on a store's own database: the benches write orders and customers.
    """
    unknown = set(names) - set(BENCHES)
    if unknown:
        raise Refused(f"没有名为 {'、'.join(sorted(unknown))} 的测量，可用：{'、'.join(BENCHES)}。")
    store = Store.objects.filter(code="S01", is_demo=True).first()
    if store is None:
        raise Refused("性能测量会写入工单和客户，只能在演示数据库上进行（fours demo）。")
    samples = sample(store, SAMPLED)
    figures: list[Figure] = []
    # As a web process does when it begins.
    settle_memory()
    for name in names or BENCHES:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += BENCHES[name](samples)
    return figures, _about()


def _about() -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("select reltuples::bigint from pg_class where oid = 'customers_customer'::regclass")
        customers = cursor.fetchone()[0]
        cursor.execute("select reltuples::bigint from pg_class where oid = 'service_repairorder'::regclass")
        orders = cursor.fetchone()[0]
        cursor.execute("show server_version")
        server = cursor.fetchone()[0]
    return {
        "customers": customers,
        "orders": orders,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "postgresql": server,
        "load_before": os.getloadavg()[0],
    }
