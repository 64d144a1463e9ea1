"""What a month's folder must hold, and what is missing in it (PF-09, PF-10): each app declares its papers in `folder.py`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from django.db import models
from django.db.models import Exists, F, OuterRef
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.urls import reverse

from fours.kernel.models import PrintedForm, Store, StoreScoped

from .models import BoundPaper
from .months import stem

S = TypeVar("S", bound=StoreScoped)
NO_PAPER = "缺存档单据"


@dataclass(frozen=True)
class Gap:
    """Something missing: of which document, what, who sees to it, and where."""

    document: str
    missing: str
    person: str
    url: str
    rule: str = ""


# Of each gap: document, what is missing, who sees to it, the page's name and the row it is opened on.
GapRows = models.QuerySet[Any, Any]
Find = Callable[[Store, date], Iterable["GapRows | Gap"]]


@dataclass(frozen=True)
class FolderRule:
    """`find` yields queries (`gap_rows`) of what is missing in a store's month (its first day), or the gaps themselves.

    `order` is its place in the folder, as papers follow one another in a visit; `forms` are the papers bound there.
    """

    name: str
    label: str
    find: Find
    order: int
    forms: tuple[str, ...]


RULES: dict[str, FolderRule] = {}


def declare_folder_rule(
    name: str, label: str, find: Find, *, order: int, forms: tuple[str, ...] = ()
) -> None:
    """Register a rule once at start, in an app's `folder.py`."""
    if name in RULES:
        raise ValueError(f"two folder rules are called {name}")
    RULES[name] = FolderRule(name, label, find, order, forms)


def rules() -> list[FolderRule]:
    """In the folder's order, whatever was imported first."""
    return sorted(RULES.values(), key=lambda rule: (rule.order, rule.name))


def place_of(form: str) -> tuple[int, int, str]:
    """Where papers of this form stand in the folder; those no rule names come last."""
    for rule in rules():
        if form in rule.forms:
            return rule.order, rule.forms.index(form), form
    return 1000, 0, form


def gaps_of(store: Store, month: date) -> list[Gap]:
    """Everything missing in the month's folder, by rule, then document."""
    found: list[tuple[int, Gap]] = []
    queries = []
    for place, rule in enumerate(rules()):
        for missing in rule.find(store, month):
            if isinstance(missing, Gap):
                found.append((place, replace(missing, rule=rule.name)))
            else:
                queries.append(
                    missing.annotate(gap_place=models.Value(place), gap_rule=models.Value(rule.name))
                )
    # However many rules there are, it is one question.
    for document, what, person, page, target, place, name in (
        queries[0].union(*queries[1:], all=True) if queries else ()
    ):
        found.append((place, Gap(document, what, person, reverse(page, args=[target]), name)))
    return [gap for _, gap in sorted(found, key=lambda one: (one[0], one[1].document, one[1].missing))]


def gap_rows(
    rows: models.QuerySet[Any],
    missing: str,
    *,
    person: str,
    page: str,
    target: str = "pk",
    document: Any = None,
) -> GapRows:
    """The documents as rows of the list: `missing` says what, `person` is the way to who sees to it."""
    found: GapRows = (
        rows.order_by()
        .annotate(
            gap_document=document or F("number"),
            gap_missing=models.Value(missing),
            gap_person=Coalesce(F(f"{person}__name"), models.Value("")),
            gap_page=models.Value(page),
            gap_target=F(target),
        )
        .values_list("gap_document", "gap_missing", "gap_person", "gap_page", "gap_target")
    )
    return found


def numbered_in(model: type[S], store: Store, month: date) -> models.QuerySet[S]:
    """The documents whose number is of the month; imported ones have none of ours and are not in it."""
    rows: Any = model._default_manager
    found: models.QuerySet[S] = rows.filter(store=store, number__contains=stem(store, month))
    return found.order_by("number")


def without_paper(rows: models.QuerySet[S], form: str, **more: str) -> models.QuerySet[S]:
    """Those of the documents no paper of this form was kept of."""
    kept = PrintedForm.objects.filter(
        store=OuterRef("store"),
        aggregate_kind=rows.model._meta.label_lower,
        aggregate_id=OuterRef("pk"),
        form=form,
        **more,
    )
    return rows.filter(~Exists(kept))


def unbound(store: Store, month: date) -> models.QuerySet[PrintedForm]:
    """The month's kept papers that are in no binding yet; those of erased persons are gone."""
    from_month = PrintedForm.objects.filter(store=store, month=month, erased_at=None)
    bound = BoundPaper.objects.filter(printed=OuterRef("pk"))
    return from_month.filter(~Exists(bound)).annotate(number=KeyTextTransform("number", "view__paper"))
