"""What must agree on a live database, proved by `fours check`: each app brings its own checks in `checks.py` (PF-15)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from fours.kernel.actor import open_scope
from fours.kernel.attachments import read_stored
from fours.kernel.models import Attachment, Document, PrintedForm, Store

Check = Callable[[], Iterable[str]]
CHECKS: dict[str, Check] = {}
# Rows that carry a number of a counter without being a document: model and field.
_NUMBERED: list[tuple[type[models.Model], str]] = []
# What stands before a number's counter, and the counter; cut off and looked at by day, since a pattern for each of
# millions of numbers would take minutes.
_GIVEN = """
select rtrim("{column}", '0123456789') as stem,
    substr("{column}", length(rtrim("{column}", '0123456789')) + 1) as n
from "{table}"
"""
_COUNTERS_AMISS = """
with given as (
    select distinct stem, n from ({given}) as given where length(n) >= 4
),
found as (
    select stem, count(distinct n::numeric) as numbers, min(n::numeric) as lowest, max(n::numeric) as highest
    from given group by stem having stem ~ '^[A-Z]{{2}}-[^-]+-[0-9]{{6}}-$'
),
counters as (
    select c.id, c.kind || '-' || s.code || '-' || to_char(c.date, 'YYMMDD') || '-' as stem, c.last
    from kernel_numbercounter c join kernel_store s on s.id = c.store_id
)
select stem, last from counters full join found using (stem)
where last is null or last <> coalesce(numbers, 0) or highest > last or lowest < 1
order by counters.id nulls last, stem
"""
_GIVEN_THERE = "select stem, n from ({given}) as given where stem = any(%s) and length(n) >= 4"


def register_check(name: str, check: Check) -> None:
    """Add a check: it yields a line for each row that does not agree. It reads the stores of the transaction."""
    if name in CHECKS:
        raise ValueError(f"two checks are called {name}")
    CHECKS[name] = check


def register_numbered(model: type[models.Model], field: str) -> None:
    """Let the numbers in a field count as given, for rows that are no documents of their own."""
    _NUMBERED.append((model, field))


def run_checks() -> list[str]:
    """A line for everything that does not agree, beginning with the check's name; empty when all is well.

    All stores are read in one snapshot, so people may go on working meanwhile.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read read only")
        open_scope(Store.objects.values_list("pk", flat=True))
        return [f"{name}: {line}" for name, check in CHECKS.items() for line in check()]


def rows_of(query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What a check's query finds in the stores of the transaction; a check asks only for what does not agree."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def numbered() -> list[tuple[type[models.Model], str]]:
    """Where numbers stand: every kind of document, and what else carries them; model and field."""
    return [*((kind, "number") for kind in _documents()), *_NUMBERED]


def numbers() -> Iterator[str]:
    """Each counter's numbers are all there, each once, none beyond it (PF-08)."""
    given = " union all ".join(
        _GIVEN.format(table=table, column=column) for table, column in _number_columns()
    )
    amiss = rows_of(_COUNTERS_AMISS.format(given=given))
    there: dict[str, set[int]] = {stem: set() for stem, _ in amiss}
    for stem, n in rows_of(_GIVEN_THERE.format(given=given), [list(there)]) if amiss else ():
        there[stem].add(int(n))
    for stem, last in amiss:
        if last is None:
            yield f"{stem}… has no counter"
            continue
        for missing in sorted(set(range(1, last + 1)) - there[stem]):
            yield f"{stem}{missing:04d} was given and is on no document"
        for beyond in sorted(there[stem] - set(range(1, last + 1))):
            yield f"{stem}{beyond:04d} is beyond its counter ({last})"


def one_store_per_tree() -> Iterator[str]:
    """Whatever a row of a store points at is of the same store (design: scope of every model)."""
    for model in _store_models():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not isinstance(field, models.ForeignKey) or target not in _store_models():
                continue
            astray = model._default_manager.exclude(**{f"{field.name}__store": F("store")}).exclude(
                **{field.name: None}
            )
            for pk in astray.order_by("pk").values_list("pk", flat=True):
                yield f"{model._meta.label_lower} {pk}: {field.name} is another store's"


def kept_files() -> Iterator[str]:
    """Printed forms and attachments are byte for byte what was kept (PF-09, PF-10)."""
    for model in (PrintedForm, Attachment):
        # An erased person's paper is gone, and its row says so; one without a file is `unset_papers`' affair.
        kept = model._default_manager.exclude(path="").order_by("pk")
        for pk, path, sha256 in kept.values_list("pk", "path", "sha256").iterator():
            try:
                found = hashlib.sha256(read_stored(path)).hexdigest()
            except OSError:
                yield f"{model._meta.label_lower} {pk}: file {path} is missing"
                continue
            if found != sha256:
                yield f"{model._meta.label_lower} {pk}: file {path} is not what was kept"


def _number_columns() -> list[tuple[str, str]]:
    """Tables and columns in which a counter's numbers stand."""
    fields: list[tuple[str, Any]] = [
        (model._meta.db_table, model._meta.get_field(field)) for model, field in numbered()
    ]
    return [(table, field.column) for table, field in fields]


def unset_papers() -> Iterator[str]:
    """Every paper kept for an hour has its PDF (PF-10)."""
    late = PrintedForm.objects.filter(
        path="", erased_at=None, created_at__lt=timezone.now() - timedelta(hours=1)
    )
    for pk, form in late.order_by("pk").values_list("pk", "form"):
        yield f"kernel.printedform {pk}: {form} has no PDF yet; is the worker running?"


def _store_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_config is not None
        and model._meta.app_config.name.startswith("fours.")
        and any(field.name == "store" for field in model._meta.concrete_fields)
    ]


def _documents() -> list[type[Document]]:
    return [model for model in apps.get_models() if issubclass(model, Document)]


register_check("numbers", numbers)
register_check("trees", one_store_per_tree)
register_check("files", kept_files)
register_check("papers", unset_papers)
