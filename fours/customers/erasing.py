"""Everything the store keeps of one person: which rows are theirs, and how their words are taken out of them (PF-13).

Read from the models: whatever an upper app hangs on a customer by a foreign key, or on one of those documents, belongs to the
person. Numbers, money and times stay; so do cars, which have a history of their own (recalls are kept ten years).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from fours.base.personal import PersonalDate, fields_of_person
from fours.desk.erasing import GONE, scrub
from fours.kernel.database import product_models
from fours.kernel.events import kind_of
from fours.kernel.models import (
    Attachment,
    Comment,
    IdempotencyKey,
    IntakeRow,
    PrintedForm,
    Scope,
    SecurityEntry,
    Store,
    StoreScoped,
)
from fours.kernel.store_settings import setting
from fours.kernel.usage import relations_to

from .models import Contact, Customer, Phone

Rows = dict[type[models.Model], set[int]]
Obstacle = Callable[[Customer], str]
# How rows name a document they are about without a foreign key.
REFERENCES = (("aggregate_kind", "aggregate_id"), ("source_kind", "source_id"), ("target_kind", "target_id"))
_OBSTACLES: list[Obstacle] = []


def declare_obstacle(said: Obstacle) -> None:
    """What keeps a customer from being erased now: the sentence, or nothing. Declared in an app's `erasing.py`."""
    _OBSTACLES.append(said)


def obstacles_of(customer: Customer) -> list[str]:
    """Why the customer cannot be erased yet."""
    return [said for obstacle in _OBSTACLES if (said := obstacle(customer))]


def rows_of_person(customer: Customer) -> Rows:
    """The ids of all rows that hang on the customer by foreign keys, at whatever distance, by model."""
    found: Rows = defaultdict(set)
    found[Customer] = {
        customer.pk,
        *Customer.objects.filter(merged_into=customer).values_list("pk", flat=True),
    }
    reached: list[tuple[type[models.Model], set[int]]] = [(Customer, found[Customer])]
    while reached:
        model, pks = reached.pop()
        for relation in relations_to(model):
            child: Any = relation.related_model
            if not issubclass(child, StoreScoped):
                continue
            named = child._base_manager.filter(**{f"{relation.field.name}__in": pks})
            new = set(named.values_list("pk", flat=True)) - found[child]
            if new:
                found[child] |= new
                reached.append((child, new))
    return found


def words_of_person(rows: Rows) -> tuple[set[str], set[str]]:
    """(names, numbers and the like) that stand in the marked fields of the person's rows."""
    names: set[str] = set()
    numbers: set[str] = set()
    for model, pks in rows.items():
        for field in fields_of_person(model):
            values = model._base_manager.filter(pk__in=pks).values_list(field.name, flat=True)
            said = {f"{value}" for value in values if value} - {GONE}
            (numbers if hasattr(field, "personal") else names).update(said)
    return names, numbers


def erase_rows(store: Store, rows: Rows) -> None:
    """Take the person out of their own rows, of what refers to them, and out of what was typed or loaded elsewhere."""
    names, numbers = words_of_person(rows)
    for model, pks in rows.items():
        _blank(model, pks)
        scrub(model, names | numbers, {"id": sorted(pks)})
    for model, (kind, pk) in _referring():
        for target, pks in rows.items():
            chosen: dict[str, list[Any]] = {
                kind: [target._meta.label_lower],
                pk: sorted(pks),
                "store_id": [store.pk],
            }
            scrub(model, names | numbers, chosen)
    scrub(Comment, numbers, {"store_id": [store.pk]})
    _forget_loads(store, names, numbers)
    _forget_answers(numbers)
    scrub(SecurityEntry, numbers, {"kind": ["exported", "refused"]})
    _remove_files(rows)
    _close_papers(store, rows)
    Phone.objects.filter(pk__in=rows.get(Phone, ())).delete()
    Contact.objects.filter(pk__in=rows.get(Contact, ())).delete()


def _referring() -> Iterator[tuple[type[models.Model], tuple[str, str]]]:
    for model in product_models():
        columns = {field.name for field in model._meta.concrete_fields}
        scoped: Scope = getattr(model, "scope")  # noqa: B009 - not an attribute of Model for mypy
        # A paper's bytes and view are closed or removed together, see below.
        if scoped in (Scope.STORE, Scope.CHILD) and model is not PrintedForm:
            yield from ((model, pair) for pair in REFERENCES if set(pair) <= columns)


def _blank(model: type[models.Model], pks: set[int]) -> None:
    blank: dict[str, Any] = {}
    for field in fields_of_person(model):
        if isinstance(field, PersonalDate):
            blank[field.name] = None
        elif field.name != "number":
            blank[field.name] = models.Case(
                models.When(**{field.name: ""}, then=models.Value("")), default=models.Value(GONE)
            )
    if blank:
        model._base_manager.filter(pk__in=pks).update(**blank)


def _forget_loads(store: Store, names: set[str], numbers: set[str]) -> None:
    """Rows of imported files that speak of the person are emptied, and those files are removed."""
    if not numbers:
        return
    rows = IntakeRow.objects.filter(store=store).extra(
        where=["values::text like any(%s)"], params=[[f"%{number}%" for number in numbers]]
    )
    loads = {row.load for row in rows.select_related("load")}
    rows.update(values={}, errors=[], warnings=[])
    for load in loads:
        scrub(IntakeRow, names | numbers, {"load_id": [load.pk]})
        default_storage.delete(load.path)


def _forget_answers(numbers: set[str]) -> None:
    """Answers kept for repeated requests."""
    for number in numbers:
        IdempotencyKey.objects.extra(
            where=["position(%s::bytea in body) > 0"], params=[number.encode()]
        ).delete()


def _remove_files(rows: Rows) -> None:
    """What was attached to the file itself (an identity card) is gone; a contract's pictures belong to the contract."""
    kept = Attachment.objects.filter(aggregate_kind=kind_of(Customer()), aggregate_id__in=rows[Customer])
    for attachment in kept:
        default_storage.delete(attachment.path)
    kept.delete()


def _close_papers(store: Store, rows: Rows) -> None:
    """Papers the law wants kept are locked, the others go."""
    now = timezone.now()
    for model, pks in rows.items():
        papers = PrintedForm.objects.filter(
            store=store, aggregate_kind=model._meta.label_lower, aggregate_id__in=pks, erased_at=None
        )
        papers.filter(locked_at=None).update(locked_at=now)
    erase_old_papers(store)


def erase_old_papers(store: Store) -> int:
    """Remove locked papers whose lawful term is over (repair records: six years, 三包 17); how many."""
    years: int = setting(store, "customers.keep_papers_years")
    since = timezone.now() - timedelta(days=366 * years)
    over = PrintedForm.objects.filter(store=store, erased_at=None, created_at__lt=since).exclude(
        locked_at=None
    )
    # One whose PDF nobody has asked for has no file yet.
    paths = list(over.exclude(path="").values_list("path", flat=True))
    done = over.update(view={}, path="", erased_at=timezone.now())
    for path in paths:
        default_storage.delete(path)
    return done


def kept_by_law(rows: Mapping[type[models.Model], set[int]]) -> int:
    """How many papers of the person stay locked."""
    return sum(
        PrintedForm.objects.filter(
            aggregate_kind=model._meta.label_lower, aggregate_id__in=pks, erased_at=None
        ).count()
        for model, pks in rows.items()
    )
