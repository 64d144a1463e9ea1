"""What must agree on a live database, proved by `fours check`: each app brings its own checks in `checks.py` (PF-15)."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F

from fours.kernel.actor import open_scope
from fours.kernel.attachments import read_stored
from fours.kernel.models import Attachment, Document, NumberCounter, PrintedForm, Store

Check = Callable[[], Iterable[str]]
CHECKS: dict[str, Check] = {}
# Rows that carry a number of a counter without being a document: model and field.
_NUMBERED: list[tuple[type[models.Model], str]] = []
_NUMBER = re.compile(r"^([A-Z]{2}-[^-]+-\d{6})-(\d{4,})$")


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


def numbers() -> Iterator[str]:
    """Each counter's numbers are all there, each once, none beyond it (PF-08)."""
    given: dict[str, set[int]] = defaultdict(set)
    for model, field in [*((kind, "number") for kind in _documents()), *_NUMBERED]:
        rows = model._default_manager.exclude(**{field: ""}).values_list(field, flat=True).distinct()
        for number in rows.iterator():
            if match := _NUMBER.match(number):
                given[match[1]].add(int(match[2]))
    for counter in NumberCounter.objects.select_related("store").order_by("pk"):
        stem = f"{counter.kind}-{counter.store.code}-{counter.date:%y%m%d}"
        there = given.pop(stem, set())
        for missing in sorted(set(range(1, counter.last + 1)) - there):
            yield f"{stem}-{missing:04d} was given and is on no document"
        for beyond in sorted(there - set(range(1, counter.last + 1))):
            yield f"{stem}-{beyond:04d} is beyond its counter ({counter.last})"
    for stem in sorted(given):
        yield f"{stem}-… has no counter"


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
        # An erased person's paper is gone, and its row says so.
        kept = model._default_manager.exclude(path="").order_by("pk")
        for pk, path, sha256 in kept.values_list("pk", "path", "sha256"):
            try:
                found = hashlib.sha256(read_stored(path)).hexdigest()
            except OSError:
                yield f"{model._meta.label_lower} {pk}: file {path} is missing"
                continue
            if found != sha256:
                yield f"{model._meta.label_lower} {pk}: file {path} is not what was kept"


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
