"""One order from check-in to delivery with three parts, by the verbs; beside SQL that inserts rows of the same kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from fours.demo.run import signature
from fours.demo.workshop import FINAL_CHECK, SELF_CHECK, TEAM_CHECK
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Store, User
from fours.org.models import Assignment
from fours.parts.models import Part, StockBalance
from fours.service.models import RepairOrder
from fours.service.verbs.check_in import save_check_in, sign_check_in, start_check_in
from fours.service.verbs.delivery import (
    check_handover,
    deliver_order,
    delivery_checklist,
    give_gate_pass,
    handover_checklist,
)
from fours.service.verbs.inspection import check_job, final_check
from fours.service.verbs.lines import add_labor, add_part
from fours.service.verbs.order import authorise_order, open_order
from fours.service.verbs.parts import Give, issue_to_order
from fours.service.verbs.payment import Part as Money
from fours.service.verbs.payment import receive_payments
from fours.service.verbs.settlement import issue_statements
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job
from fours.vehicles.models import Vehicle

from .samples import actor

T = TypeVar("T")
SIGNATURE = signature()
POSTS = ("advisor", "foreman", "technician", "team_leader", "inspector", "parts_keeper", "cashier")


@dataclass(frozen=True)
class Crew:
    """Who works in one client's cycles, and the parts they use; each client has a technician of its own."""

    store: Store
    actors: Mapping[str, Actor]
    parts: list[Part]

    def user(self, post: str) -> User:
        found = self.actors[post].user
        assert found is not None
        return found


def crew(store: Store, client: int = 0) -> Crew:
    """The demo's people, a technician for each client, and three parts for each."""
    names = {post: post for post in POSTS} | {"technician": _technician(store, client)}
    with transaction.atomic():
        open_scope([store.pk])
        rows = StockBalance.objects.filter(store=store, on_hand__gt=50).order_by("-on_hand", "pk")
        parts = [row.part for row in rows.select_related("part")[client * 3 : client * 3 + 3]]
    if len(parts) < 3:
        raise RuntimeError("the demo has too few parts in stock for this bench")
    return Crew(store, {post: actor(name, store) for post, name in names.items()}, parts)


def _technician(store: Store, client: int) -> str:
    """A technician who works on nothing else: nobody's clock runs twice."""
    username = f"bench.{client}"
    with transaction.atomic():
        open_scope([store.pk])
        user, is_new = User.objects.get_or_create(
            username=username, defaults={"name": f"测量{client}", "home_store": store}
        )
        if is_new:
            Assignment.objects.create(
                user=user, store=store, post="technician", starts_on=timezone.localdate()
            )
    return username


def run_cycle(team: Crew, vehicle_id: int) -> list[float]:
    """One order, each verb a transaction as it would be; the seconds each verb took, in order."""
    return _Cycle(team, vehicle_id).run()


class _Cycle:
    def __init__(self, team: Crew, vehicle_id: int) -> None:
        self.team, self.vehicle_id = team, vehicle_id
        self.seconds: list[float] = []

    def run(self) -> list[float]:
        team, a = self.team, self.team.actors
        car = self.do(lambda: Vehicle.objects.get(pk=self.vehicle_id), counted=False)
        visit = self.do(
            lambda: start_check_in(
                team.store,
                vehicle=car,
                advisor=team.user("advisor"),
                deliverer_name="送车人",
                deliverer_phone="13900000000",
                actor=a["advisor"],
            )
        )
        facts = {
            "mileage": (car.mileage or 0) + 10,
            "fuel_level": 50,
            "concern": "例行保养",
            "valuables_reminded": True,
        }
        visit = self.do(lambda: save_check_in(visit, changes=facts, actor=a["advisor"]))
        visit = self.do(
            lambda: sign_check_in(visit, signature=SIGNATURE, signed_by="送车人", actor=a["advisor"])
        )
        order = self.do(
            lambda: open_order(
                team.store,
                check_in=visit,
                kind="general_repair",
                wash_wanted=False,
                second_open_reason="性能测量",
                actor=a["advisor"],
            )
        )
        job = self.do(
            lambda: add_labor(
                order, name="更换配件", hours=Decimal("0.5"), work_kind="mechanical", actor=a["advisor"]
            )
        )
        lines = [
            self.do(partial(add_part, order, part=part, quantity=Decimal(1), actor=a["advisor"]))
            for part in team.parts
        ]
        order = self.fresh(order)
        promised = timezone.now() + timedelta(hours=2)
        order = self.do(
            lambda: authorise_order(
                order, signature=SIGNATURE, signed_by="送车人", promised_at=promised, actor=a["advisor"]
            )
        )
        technician = team.user("technician")
        self.do(lambda: dispatch_job(job, technicians=[technician], bay="J01", actor=a["foreman"]))
        gives = [Give(line.pk, Decimal(1)) for line in lines]
        self.do(lambda: issue_to_order(order, lines=gives, receiver=technician, actor=a["parts_keeper"]))
        self.do(lambda: clock_on(job, actor=a["technician"]))
        self.do(
            lambda: finish_job(job, items=SELF_CHECK, cause="到期", work_done="已更换", actor=a["technician"])
        )
        self.do(lambda: check_job(job, passed=True, items=TEAM_CHECK, actor=a["team_leader"]))
        order = self.fresh(order)
        self.do(lambda: final_check(order, passed=True, items=FINAL_CHECK, actor=a["inspector"]))
        return self.leave(self.fresh(order))

    def leave(self, order: RepairOrder) -> list[float]:
        a = self.team.actors
        self.do(lambda: check_handover(order, items=handover_checklist(order), actor=a["advisor"]))
        order = self.fresh(order)
        statements = self.do(lambda: issue_statements(order, actor=a["advisor"]))
        for bill in statements:
            money = Money("wechat", bill.due, f"4200{bill.pk:012}")
            self.do(partial(receive_payments, bill, parts=[money], actor=a["cashier"]))
        order = self.fresh(order)
        self.do(lambda: give_gate_pass(order, actor=a["cashier"]))
        order = self.fresh(order)
        self.do(
            lambda: deliver_order(
                order,
                mileage_out=order.mileage_in + 1,
                items=delivery_checklist(order),
                call_from=time(10),
                call_until=time(12),
                actor=a["advisor"],
            )
        )
        return self.seconds

    def fresh(self, order: RepairOrder) -> RepairOrder:
        return self.do(lambda: RepairOrder.objects.get(pk=order.pk), counted=False)

    def do(self, work: Callable[[], T], *, counted: bool = True) -> T:
        begun = perf_counter()
        with transaction.atomic():
            open_scope([self.team.store.pk])
            answer = work()
        if counted:
            self.seconds.append(perf_counter() - begun)
        return answer


# What the cycle wrote, table by table: the rows of the order just made, put in once more by nothing but inserts.
TABLES = (
    ("service_checkin", "id = (select check_in_id from service_repairorder where id = %(order)s)"),
    ("service_repairorder", "id = %(order)s"),
    ("service_laborline", "order_id = %(order)s"),
    ("service_partline", "order_id = %(order)s"),
    ("service_statement", "order_id = %(order)s"),
    (
        "service_statementline",
        "statement_id in (select id from service_statement where order_id = %(order)s)",
    ),
    ("service_payment", "statement_id in (select id from service_statement where order_id = %(order)s)"),
    ("kernel_event", "aggregate_kind = 'service.repairorder' and aggregate_id = %(order)s"),
    ("parts_stockmovement", "source_kind = 'service.repairorder' and source_id = %(order)s"),
)
ONCE = {
    "number": "number || '-b'",
    "token": "gen_random_uuid()",
    "client_key": "null",
    "order_id": "%(made)s",
}


def bare_inserts(store: Store, order_id: int) -> float:
    """Seconds for inserting the order's rows again, each table in a statement; everything is rolled back."""
    with transaction.atomic(), connection.cursor() as cursor:
        open_scope([store.pk])
        queries = [_insert(cursor, table, where) for table, where in TABLES]
        begun = perf_counter()
        made = order_id
        for query in queries:
            cursor.execute(query, {"order": order_id, "made": made})
            if "service_repairorder" in query.split("select")[0]:
                cursor.execute("select currval('service_repairorder_id_seq')")
                made = cursor.fetchone()[0]
        seconds = perf_counter() - begun
        transaction.set_rollback(True)
    return seconds


def _insert(cursor: Any, table: str, where: str) -> str:
    columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    kept = [column for column in columns if column != "id"]
    values = [ONCE.get(column, f'"{column}"') for column in kept]
    names = ", ".join(f'"{column}"' for column in kept)
    return f'insert into "{table}" ({names}) select {", ".join(values)} from "{table}" where {where}'  # noqa: S608
