"""Second step of an import: which column of the file is what."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from fours.intake.cells import cell_text, is_blank
from fours.intake.columns import Match, Matching
from fours.intake.kinds import IntakeKind
from fours.intake.reader import Sheet
from fours.intake.verbs.load import check_load
from fours.intake.verbs.staging import State, check_not_begun, map_columns, match, open_file
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import IntakeLoad
from fours.kernel.personal import sees_personal
from fours.kernel.web import ActorRequest, attempt, done, page, screen

from .shared import STEPS, find_load, masked

SAMPLES = 3


class ColumnsForm(TablerForm, forms.Form):
    """One choice per column of the file: what it is, or that it is left out."""

    autofocus = False

    def __init__(self, *args: Any, sheet: Sheet, kind: IntakeKind, matching: Matching, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.labels = {column.name: column.label for column in kind.columns}
        self.columns = {column.name: column for column in kind.columns}
        options = [
            (column.name, f"{column.label} *" if column.required else column.label) for column in kind.columns
        ]
        chosen = {match.index: match.column for match in matching.matches if match.certain}
        for index, heading in enumerate(sheet.headings):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=heading.text or f"第 {index + 1} 列",
                choices=[("", "不导入"), *options],
                initial=chosen.get(index, ""),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        taken: dict[str, str] = {}
        for name, column in list(self.cleaned_data.items()):
            if column in taken:
                label = self.fields[taken[column]].label
                self.add_error(name, f"“{self.labels[column]}”已经是“{label}”这一列了，一项只能取自一列。")
            elif column:
                taken[column] = name
        return self.cleaned_data

    def mapping(self) -> dict[str, int]:
        """Column name → index in the file."""
        return {
            column: int(name.removeprefix("column_")) for name, column in self.cleaned_data.items() if column
        }


@screen(None)
def intake_columns(request: ActorRequest, pk: int) -> HttpResponse:
    """Which column of the file is what, with samples; a post settles it and checks every row."""
    load, kind = find_load(request, pk)
    check_not_begun(load)
    # Of the form, so that a refused page shows the same sheet again.
    sheet = open_file(load, request.POST.get("sheet") or request.GET.get("sheet", ""))
    matching = _matching(load, kind, sheet)
    data = request.POST if request.method == "POST" else None
    form = ColumnsForm(data, sheet=sheet, kind=kind, matching=matching)
    if request.method == "POST" and attempt(form, lambda: _settle(load, form, request.actor)) is not None:
        return done(request, "", reverse("intake", args=[load.pk]))
    found = {match.index: match for match in matching.matches}
    context: dict[str, object] = {
        "load": load,
        "kind": kind,
        "form": form,
        "sheet": sheet,
        "lines": [
            _line(form, index, found.get(index), sees_personal(request.actor))
            for index in range(len(sheet.headings))
        ],
        "earlier": _loaded_before(load, request.actor),
        "steps": STEPS,
    }
    return page(request, "intake/columns.html", context, form)


def _matching(load: IntakeLoad, kind: IntakeKind, sheet: Sheet) -> Matching:
    """What was settled for this load already, else what is found and remembered."""
    if not load.mapping or sheet.name != load.sheet:
        return match(load.store, kind, sheet)
    texts = sheet.heading_texts
    return Matching([Match(name, index, texts[index], 1.0) for name, index in load.mapping.items()])


def _settle(load: IntakeLoad, form: ColumnsForm, actor: Actor) -> IntakeLoad:
    mapped = map_columns(load, mapping=form.mapping(), sheet_name=form.sheet.name, actor=actor)
    return check_load(mapped, actor=actor)


def _line(form: ColumnsForm, index: int, found: Match | None, may_see: bool) -> dict[str, object]:
    texts = (cell_text(row.cell(index)).strip() for row in form.sheet.rows if not is_blank(row.cell(index)))
    samples: list[str] = []
    for text in texts:
        if text not in samples:
            samples.append(text)
        if len(samples) == SAMPLES:
            break
    if found is None:
        chip = ("未对应", "neutral")
    elif found.certain:
        chip = ("已对应", "green")
    else:
        chip = (f"可能是“{form.labels[found.column]}”，请确认", "amber")
    if found is not None and not may_see:
        samples = [masked(text, form.columns[found.column]) for text in samples]
    return {"field": form[f"column_{index}"], "samples": samples, "chip": chip}


def _loaded_before(load: IntakeLoad, actor: Actor) -> IntakeLoad | None:
    same = IntakeLoad.objects.visible_to(actor).filter(kind=load.kind, sha256=load.sha256)
    loaded = same.filter(store_id=load.store_id, state=State.LOADED)
    return loaded.exclude(pk=load.pk).order_by("-pk").first()
