"""Search, lists, pages: one person alone, in one process, beside SQL through the same connection and walls."""

from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any

from django.db import connection, transaction
from django.test import Client

from fours.kernel.actor import open_scope
from fours.kernel.models import Store

from .figures import Figure, Work, beside, timed
from .samples import Samples, bearer, browser

RUNS = 60
HTMX = {"HX-Request": "true"}

# The candidates by their keys, whole matches first, and what a hit shows of a car.
SEARCH = """
with keys as (
    select kind, target_id, min((key <> %(text)s)::int * 100 + rank) as rank
    from kernel_searchkey where store_id = %(store)s and key >= %(text)s and key < %(text)s || U&'\\+10ffff'
    group by kind, target_id order by rank limit 12
)
select k.kind, k.target_id, v.plate, v.vin, v.brand, v.series, v.model_name, v.last_visit_on, c.name, p.name
from keys k
left join vehicles_vehicle v on k.kind = 'vehicle' and v.id = k.target_id
left join vehicles_ownership o on o.vehicle_id = v.id and o.relation = 'owner' and o.ends_on is null
left join customers_customer c on c.id = o.customer_id
left join customers_customer p on k.kind = 'customer' and p.id = k.target_id
order by k.rank
"""
ORDER_LIST = """
select o.id, o.number, o.state, o.arrived_at, o.promised_at, v.plate, v.series, c.name, u.name
from service_repairorder o
join vehicles_vehicle v on v.id = o.vehicle_id
join customers_customer c on c.id = o.customer_id
join kernel_user u on u.id = o.advisor_id
where o.store_id = %(store)s and o.state = %(state)s order by o.id desc limit 80
"""
COUNT = """
select count(*) from (
    select 1 from service_repairorder where store_id = %(store)s and state = %(state)s limit 1001
) as counted
"""
ORDER = """
select to_jsonb(o), to_jsonb(v), to_jsonb(c) from service_repairorder o
join vehicles_vehicle v on v.id = o.vehicle_id join customers_customer c on c.id = o.customer_id where o.id = %(id)s
"""
ORDER_LINES = (
    "select * from service_laborline where order_id = %(id)s order by position, id",
    "select * from service_partline where order_id = %(id)s order by position, id",
    "select * from service_feeline where order_id = %(id)s order by position, id",
    "select * from service_statement where order_id = %(id)s",
    "select * from service_additionalwork where order_id = %(id)s",
)
WORKLIST = """
select * from kernel_task where store_id = %(store)s and post = any(%(posts)s) and state = 'open'
order by due_at limit 41
"""


def search(samples: Samples) -> list[Figure]:
    """Typing into the box: the drop-down of twelve."""
    client = browser("advisor")
    figures = []
    for name, texts in (
        ("search plate ending", samples.plates),
        ("search phone, last four", samples.phones),
        ("search VIN, last six", samples.vins),
        ("search name", samples.names),
        ("search initials", samples.pinyins),
    ):
        product = timed(_gets(client, [f"/search/?q={text}" for text in texts], HTMX))
        sql = timed(_queries(samples.store, SEARCH, [{"text": text.lower()} for text in texts]))
        figures.append(beside(name, product, sql, times=3, plus=5))
    return figures


def lists(samples: Samples) -> list[Figure]:
    """Eighty orders of a state through the interface, and the list's first screen."""
    client, token = browser("advisor"), bearer("advisor")
    figures = []
    for state in ("delivered", "authorised"):
        address = f"/api/v1/repair-orders?state={state}&limit=80"
        product = timed(_gets(client, [address], token))
        sql = timed(_together(samples.store, [(ORDER_LIST, {"state": state}), (COUNT, {"state": state})]))
        figures.append(beside(f"80 {state} orders (API)", product, sql, times=3, plus=15))
        screen = timed(_gets(client, [f"/service/orders/?state={state}"], {}))
        figures.append(beside(f"list of {state} orders (screen)", screen, sql, times=3, plus=15))
    return figures


def pages(samples: Samples) -> list[Figure]:
    """An order's page, a car's page, the advisor's worklist."""
    client = browser("advisor")
    orders = [[(ORDER, {"id": pk}), *((query, {"id": pk}) for query in ORDER_LINES)] for pk in samples.orders]
    sql = timed(
        [work for queries in islice(cycle(orders), RUNS) for work in [_batch(samples.store, queries)]]
    )
    product = timed(_gets(client, [f"/service/orders/{pk}/" for pk in samples.orders], {}))
    figures = [beside("order page", product, sql, times=3, plus=15)]
    api = timed(_gets(client, [f"/api/v1/repair-orders/{pk}" for pk in samples.orders], bearer("advisor")))
    figures.append(beside("one order (API)", api, sql, times=3, plus=15))
    posts = {"posts": ["advisor"]}
    worklist = timed(_gets(client, ["/"], {}))
    figures.append(
        beside("worklist", worklist, timed(_together(samples.store, [(WORKLIST, posts)])), times=3, plus=15)
    )
    return figures


def _gets(client: Client, addresses: Sequence[str], headers: dict[str, str]) -> list[Work]:
    return [_get(client, address, headers) for address in islice(cycle(addresses), RUNS)]


def _get(client: Client, address: str, headers: dict[str, str]) -> Work:
    def get() -> None:
        answer = client.get(address, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return get


def _queries(store: Store, query: str, values: Sequence[dict[str, Any]]) -> list[Work]:
    return [_batch(store, [(query, given)]) for given in islice(cycle(values), RUNS)]


def _together(store: Store, queries: Sequence[tuple[str, dict[str, Any]]]) -> list[Work]:
    return [_batch(store, queries) for _ in range(RUNS)]


def _batch(store: Store, queries: Sequence[tuple[str, dict[str, Any]]]) -> Callable[[], None]:
    """The queries in one transaction that sees the store, as every request is one."""

    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            open_scope([store.pk])
            for query, values in queries:
                cursor.execute(query, {**values, "store": store.pk})
                cursor.fetchall()

    return run
