"""The lines of an order or of an additional work as the pages show them: rows with their forms, and the sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import F, OuterRef, Prefetch, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from fours.base.text import number_in
from fours.kernel.actor import Actor
from fours.parts.models import StockBalance
from fours.service.forms.orders import ADD_FORMS, AddForm, LineForm, SplitForm, other_payer
from fours.service.models import AdditionalWork, FeeLine, LaborLine, PartLine, RepairOrder
from fours.service.models.lines import PricedLine
from fours.service.totals import OrderLines, Totals, agreed, by_payer, totals_of, with_works
from fours.service.verbs.correction import may_correct

ADD_LABELS = {"labor": "加项目", "part": "加配件", "package": "加套餐", "fee": "加其他费用"}


@dataclass(frozen=True)
class LineRow:
    """A line as a row: with the form it is edited by, or none when it may not be changed."""

    kind: str
    line: Any
    form: LineForm | None
    refused_split: forms.Form | None
    inside: bool

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.line.pk}"

    @property
    def form_key(self) -> str:
        """As LineForm names the form its fields belong to."""
        return f"{self.line._meta.model_name}-{self.line.pk}"

    @property
    def split(self) -> forms.Form:
        """The form that lets another payer bear part of the line, refused or new."""
        return self.refused_split or SplitForm(
            auto_id=split_ids(self.key), initial={"payer": other_payer(self.line)}
        )


def split_ids(key: str) -> str:
    """How the fields of a row's split form are named, so that no two rows of a page share a name."""
    return f"split-{key}-%s"


@dataclass(frozen=True)
class LineSheet:
    """The lines of an order, or with `work` those of one additional work, and the forms that add to them.

    Without `money` only work, hours and pieces are shown.
    """

    order: RepairOrder
    work: AdditionalWork | None
    everything: OrderLines
    rows: list[LineRow]
    adding: list[tuple[str, str, AddForm]]
    editable: bool
    correctable: bool
    money: bool
    totals: Totals
    opened: str
    notice: forms.Form | None


def line_sheet(
    order: RepairOrder,
    actor: Actor,
    *,
    work: AdditionalWork | None = None,
    bound: Mapping[str, forms.Form] | None = None,
    opened: str = "labor",
    typed: Mapping[str, str] | None = None,
) -> LineSheet:
    """The sheet as the actor may use it; `bound` holds refused forms by row key (`labor-5`) or kind (`add-part`).

    `typed` is what was refused and may now be done: `form` says by the same keys in which form it stands again.

    `notice` among them is a refusal that belongs to no form of the sheet.
    `opened` is the kind whose form to add another line stands open.
    """
    everything = lines_with_stock(order, joined=work is not None)
    lines = everything.of_work(work)
    editable = _is_editable(order, work) and actor.can("service.order", order.store_id)
    bound = bound or {}
    place = typed.get("form", "") if typed else ""
    again = {place: {name: text for name, text in (typed or {}).items() if name != "form"}} if place else {}
    if place.startswith("add-"):
        opened = place.removeprefix("add-")
    # What is found besides is the customer's to decide, whoever bears the visit.
    kind_of_visit = "" if work else order.kind
    adding = [
        (
            kind,
            ADD_LABELS[kind],
            bound.get(f"add-{kind}")
            or form(actor=actor, lines=lines, kind=kind_of_visit, initial=again.get(f"add-{kind}", {})),
        )
        for kind, form in (ADD_FORMS.items() if editable else ())
    ]
    return LineSheet(
        order,
        work,
        everything,
        _rows(lines, editable, bound, again),
        adding,  # type: ignore[arg-type]
        editable,
        _is_correctable(order, work) and actor.can("service.order", order.store_id),
        actor.can("service.view_money", order.store_id),
        totals_of(lines),
        opened,
        bound.get("notice"),
    )


def _is_editable(order: RepairOrder, work: AdditionalWork | None) -> bool:
    if work is None:
        return order.state == RepairOrder.State.DRAFT
    return work.state == AdditionalWork.State.FOUND and order.state in ("authorised", "completed")


def _is_correctable(order: RepairOrder, work: AdditionalWork | None) -> bool:
    """The customer has agreed to the lines and nothing is billed: each may be put right with a reason."""
    return may_correct(order) and (work is None or work.state == AdditionalWork.State.ACCEPTED)


def lines_with_stock(order: RepairOrder, *, joined: bool = False) -> OrderLines:
    """All lines, kept with the order for whatever else the page shows of them.

    Each part line knows in `free` how many pieces nobody has reserved, in the same query. `joined` reads their
    additional works with them, where it is known that there are some.
    """
    balance = StockBalance.objects.filter(store=order.store_id, part=OuterRef("part"))
    free = Subquery(balance.values_list(F("on_hand") - F("reserved"))[:1])
    parts = PartLine.objects.select_related("part").annotate(free=Coalesce(free, Decimal(0)))
    others: list[str | Prefetch[Any]] = ["jobs", "fees"]
    if joined:
        parts = parts.select_related("additional_work")
        others = [
            Prefetch("jobs", LaborLine.objects.select_related("additional_work")),
            Prefetch("fees", FeeLine.objects.select_related("additional_work")),
        ]
    prefetch_related_objects([order], Prefetch("parts", parts), *others)
    lines = OrderLines(list(order.jobs.all()), list(order.parts.all()), list(order.fees.all()))
    return with_works(order, lines)


def _rows(
    lines: OrderLines, editable: bool, bound: Mapping[str, forms.Form], again: Mapping[str, Mapping[str, str]]
) -> list[LineRow]:
    """Each job with its parts below it, then other parts, then fees."""
    jobs = {job.pk for job in lines.jobs}

    def row(kind: str, line: PricedLine, inside: bool = False) -> LineRow:
        key = f"{kind}-{line.pk}"
        form = (bound.get(key) or LineForm(line=line, typed=again.get(key))) if editable else None
        split = bound.get(f"split-{key}")
        if split is None and (typed := again.get(f"split-{key}")):
            split = SplitForm(auto_id=split_ids(key), initial=typed)
        return LineRow(kind, line, form, split, inside)  # type: ignore[arg-type]

    rows = []
    for job in lines.jobs:
        rows.append(row("labor", job))
        rows += [row("part", line, True) for line in lines.parts if line.job_id == job.pk]
    rows += [row("part", line) for line in lines.parts if line.job_id not in jobs]
    return rows + [row("fee", line) for line in lines.fees]


def sheet_context(sheet: LineSheet) -> dict[str, object]:
    """What the sheet's own template needs besides it."""
    accepted = agreed(sheet.everything)
    return {
        "sheet": sheet,
        "order": sheet.order,
        "payers": by_payer(accepted),
        "total": totals_of(accepted),
    }


def version_of(request: HttpRequest) -> int | None:
    """The version the page was made of."""
    return number_in(request.POST.get("version", "")) or None
