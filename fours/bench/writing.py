"""What changes the store: the write cycle, follow-up calls, an import, statements as PDF, the daily report."""

import random
import resource
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from django.db import connection, transaction
from django.utils import timezone

from fours.base.excel import workbook
from fours.demo.cars import CarGenerator
from fours.demo.people import PeopleGenerator
from fours.intake.command import run_import
from fours.kernel.actor import open_scope
from fours.kernel.models import Store
from fours.kernel.printing import PRINTS, sheet_of
from fours.service.models import RepairOrder, Statement
from fours.survey.models import FollowUpCall
from fours.survey.questionnaire import QUESTIONS
from fours.survey.report.build import build
from fours.survey.verbs.follow_up import complete_call

from .cycle import bare_inserts, crew, run_cycle
from .figures import Figure, Times, Work, timed
from .samples import Samples, actor

CYCLES = 12
CALLS = 10
STATEMENTS = 200
REPORT_DAYS = 5
HEADINGS = ("客户姓名", "手机号码", "地址", "车牌号", "车架号", "车型", "上牌日期", "行驶里程")


def cycles(samples: Samples) -> list[Figure]:
    """Check-in to delivery with three parts, each verb a transaction; the slowest verb of each cycle beside it."""
    team = crew(samples.store)
    wholes, slowest = [], []
    for vehicle_id in samples.cars[:CYCLES]:
        seconds = run_cycle(team, vehicle_id)
        wholes.append(sum(seconds))
        slowest.append(max(seconds))
    with transaction.atomic():
        open_scope([samples.store.pk])
        last = RepairOrder.objects.filter(store=samples.store).order_by("-pk").values_list("pk", flat=True)[0]
    sql = Times.of([bare_inserts(samples.store, last) for _ in range(CYCLES)])
    whole, verb = Times.of(wholes[2:]), Times.of(slowest[2:])
    return [
        Figure("write cycle, 3 parts", whole.p50, "ms", whole.p95, sql.p50, aim=100),
        Figure("slowest verb of a cycle", verb.p50, "ms", verb.p95, aim=150),
    ]


def calls(samples: Samples) -> list[Figure]:
    """The result of a follow-up call with its answers."""
    caller = actor("crm_agent", samples.store)
    with transaction.atomic():
        open_scope([samples.store.pk])
        due = list(FollowUpCall.objects.filter(store=samples.store, state="due").order_by("pk")[: CALLS + 2])

    def finish(call: FollowUpCall) -> Work:
        def work() -> None:
            with transaction.atomic():
                open_scope([samples.store.pk])
                answers = {question.code: 5 for question in QUESTIONS}
                complete_call(call, answers=answers, satisfied=True, words="都好", actor=caller)

        return work

    if len(due) < 3:
        return []
    times = timed([finish(call) for call in due])
    return [Figure("follow-up call result", times.p50, "ms", times.p95, aim=150)]


def papers(samples: Samples) -> list[Figure]:
    """Statements set as PDF, one after another."""
    form, reader = PRINTS["service.statement"], actor("advisor", samples.store)
    with transaction.atomic():
        open_scope([samples.store.pk])
        rows = list(Statement.objects.filter(store=samples.store).order_by("-pk")[:STATEMENTS])

    def draw(statement: Statement) -> Work:
        def work() -> None:
            with transaction.atomic():
                open_scope([samples.store.pk])
                sheet_of(form, statement, actor=reader)

        return work

    times = timed([draw(row) for row in rows])
    return [Figure(f"statement as PDF ({times.runs})", times.p50, "ms", times.p95, aim=25)]


def report(samples: Samples) -> list[Figure]:
    """The daily report computed from its rows."""
    days = [timezone.localdate() - timedelta(days=n + 1) for n in range(REPORT_DAYS)]

    def compute(n: int) -> Work:
        def work() -> None:
            with transaction.atomic():
                open_scope([samples.store.pk])
                build(samples.store, days[n % len(days)])

        return work

    times = timed([compute(n) for n in range(REPORT_DAYS + 2)])
    return [Figure("daily report", times.p50, "ms", times.p95)]


def imports(samples: Samples, rows: int = 20_000) -> list[Figure]:
    """A workbook of new customers and cars, then the same again; beside SQL that inserts the two bare rows of each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "customers.xlsx")
        _write_workbook(path, rows)
        locked: list[float] = []
        first = _import_seconds(path, samples.store, locked.append)
        again = _import_seconds(path, samples.store, locked.append)
    sql = _bare_import(samples.store, rows)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Figure(
            f"import of {rows:,} new rows", rows / first, "rows/s", sql=rows / sql, aim=1000, at_least=True
        ),
        Figure("the same workbook again", rows / again, "rows/s", aim=1000, at_least=True),
        Figure("longest transaction of an import", max(locked) * 1000, "ms", aim=1000),
        Figure("memory of the bench's process", memory, "MB", aim=500),
    ]


def _import_seconds(path: Path, store: Store, batch_took: Callable[[float], object]) -> float:
    begun = perf_counter()
    answer = run_import("customers", path, store.code, batch_took=batch_took)
    if answer["rejected"]:
        raise RuntimeError(f"{answer['rejected']} rows of the bench's workbook were rejected")
    return perf_counter() - begun


def _write_workbook(path: Path, rows: int) -> None:
    path.write_bytes(workbook("客户", HEADINGS, _lines(rows)))


def _lines(rows: int) -> Iterator[list[object]]:
    rng = random.Random(f"bench {timezone.now()}")
    people, cars, today = PeopleGenerator(rng), CarGenerator(rng), timezone.localdate()
    for _ in range(rows):
        person, car = people.person(today), cars.car(today)
        yield [
            person.name, person.phone, person.address.text, car.plate, car.vin, car.model.name, car.registered_on,
            car.odometer_on(today),
        ]  # fmt: skip


def _bare_import(store: Store, rows: int) -> float:
    """Seconds for a customer, a phone, a car and its owner per row, set-based; rolled back."""
    with transaction.atomic(), connection.cursor() as cursor:
        open_scope([store.pk])
        begun = perf_counter()
        for query in BARE_IMPORT:
            cursor.execute(query, {"store": store.pk, "rows": rows})
        seconds = perf_counter() - begun
        transaction.set_rollback(True)
    return seconds


BARE_IMPORT = (
    """
    create temporary table bench_row on commit drop as
    select n, nextval('customers_customer_id_seq') as customer, nextval('vehicles_vehicle_id_seq') as car
    from generate_series(1, %(rows)s) as n
    """,
    """
    insert into customers_customer (id, store_id, kind, name, id_number, credit_code, email, address, postcode, grade, source,
        tags, do_not_call, note, active, version, created_at, updated_at)
    select customer, %(store)s, 'person', '测量' || n, '', '', '', '', '', 'normal', '', '[]', false, '', true, 1, now(), now()
    from bench_row
    """,
    """
    insert into customers_phone (store_id, customer_id, number, kind, valid, "primary")
    select %(store)s, customer, (13000000000 + n)::text, 'mobile', true, true from bench_row
    """,
    """
    insert into vehicles_vehicle (id, store_id, vin, plate, engine_number, brand, series, model_name, color, drive, use,
        sold_here, note, active, version, created_at, updated_at)
    select car, %(store)s, '', '测' || n, '', '', '', '', '', 'fuel', 'private', false, '', true, 1, now(), now() from bench_row
    """,
    """
    insert into vehicles_ownership (store_id, vehicle_id, customer_id, relation, starts_on)
    select %(store)s, car, customer, 'owner', current_date from bench_row
    """,
    """
    insert into kernel_searchkey (store_id, key, kind, target_id, rank)
    select %(store)s, right((13000000000 + n)::text, k), 'customer', customer, k from bench_row, generate_series(4, 11) as k
    """,
)
