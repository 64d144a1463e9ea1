"""导入: a dealer's file in three steps: choose it, say which column is what, check and load (PF-11)."""

import tempfile
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fours.base.errors import NotAllowed, NotThere
from fours.base.excel import XLSX, excel_answer
from fours.base.personal import Kind, mask
from fours.intake.cells import cell_text, is_blank
from fours.intake.columns import Column, Match, Matching
from fours.intake.error_workbook import write_error_workbook
from fours.intake.kinds import REJECTED, IntakeKind, intake_kinds
from fours.intake.plan import Issue, RowResult
from fours.intake.reader import Sheet
from fours.intake.verbs.load import OUTCOMES, SCREEN_BATCH, check_load, load_rows, start_loading, stop_loading
from fours.intake.verbs.staging import (
    MAX_UPLOAD,
    SUFFIXES,
    State,
    check_not_begun,
    kind_named,
    map_columns,
    match,
    open_file,
    receive_file,
    values_of,
)
from fours.intake.verbs.undo import start_undoing
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import IntakeLoad, IntakeRow
from fours.kernel.personal import sees_personal
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

PER_PAGE = 50
SAMPLES = 3
COLUMNS_SHOWN = 4
STEPS = ["选择文件", "对应列", "核对", "导入"]
OUTCOME_CHIPS = {
    "created": ("新增", "green"),
    "updated": ("更新", "blue"),
    "unchanged": ("未变", "neutral"),
    "rejected": ("拒绝", "red"),
    "undone": ("已撤销", "neutral"),
    "": ("待导入", "neutral"),
}


def kinds_for(actor: Actor) -> list[IntakeKind]:
    """The kinds of import the actor may do; NotAllowed when there is none."""
    kinds = [kind for kind in intake_kinds() if actor.can(kind.permission)]
    if not kinds:
        raise NotAllowed("您的岗位没有此项权限。如需办理，请联系主管。")
    return kinds


def _find(request: ActorRequest, pk: int) -> tuple[IntakeLoad, IntakeKind]:
    load = find(IntakeLoad, pk, request.actor, "store", "created_by")
    kind = kind_named(load.kind)
    request.actor.require(kind.permission, load.store_id)
    return load, kind


class UploadForm(TablerForm, forms.Form):
    """The first step: what the file holds, and the file."""

    kind = forms.ChoiceField(label="导入什么")
    file = forms.FileField(
        label="文件",
        help_text="xlsx、xls、ods 或 csv，最大 20 MB。标题行、合并的表头、合计行不用删。",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的：没有任何内容。"},
    )

    def __init__(self, *args: Any, kinds: list[IntakeKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in kinds]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        # Before it is read into memory.
        if upload.size > MAX_UPLOAD:
            raise forms.ValidationError("文件超过 20 MB，请分成几个文件。")
        return upload


@screen(None)
def intakes(request: ActorRequest) -> HttpResponse:
    """The loads so far, newest first; a post takes a new file."""
    kinds = kinds_for(request.actor)
    form = UploadForm(kinds=kinds, initial={"kind": request.GET.get("kind", kinds[0].name)})
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, kinds=kinds)
        if load := attempt(form, lambda: _receive(form, request.actor)):
            return done(request, "", reverse("intake_columns", args=[load.pk]))
    loads = IntakeLoad.objects.visible_to(request.actor).filter(kind__in=[kind.name for kind in kinds])
    shown = Paginator(loads.select_related("created_by").order_by("-pk"), 20)
    context: dict[str, object] = {
        "form": form,
        "kinds": kinds,
        "labels": {kind.name: kind.label for kind in kinds},
        "page": shown.get_page(request.GET.get("page")),
        "steps": STEPS,
    }
    return page(request, "intake/list.html", context, form)


def _receive(form: UploadForm, actor: Actor) -> IntakeLoad:
    upload = form.cleaned_data["file"]
    name = PurePath(upload.name.replace("\\", "/")).name.replace("\0", "")
    kind = form.cleaned_data["kind"]
    return receive_file(actor.must_store, kind=kind, data=upload.read(), file_name=name, actor=actor)


@require_GET
@screen(None)
def intake_template(request: ActorRequest, kind: str) -> HttpResponse:
    """An empty workbook with the columns of a kind and one row that shows how they are filled."""
    chosen = next((one for one in kinds_for(request.actor) if one.name == kind), None)
    if chosen is None:
        raise NotThere("没有这种导入。")
    headings = [column.label for column in chosen.columns]
    return excel_answer(f"{chosen.label}导入模板", headings, [[column.sample for column in chosen.columns]])


# ---- second step ----


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
    load, kind = _find(request, pk)
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
        samples = [_masked(text, form.columns[found.column]) for text in samples]
    return {"field": form[f"column_{index}"], "samples": samples, "chip": chip}


def _loaded_before(load: IntakeLoad, actor: Actor) -> IntakeLoad | None:
    same = IntakeLoad.objects.visible_to(actor).filter(kind=load.kind, sha256=load.sha256)
    loaded = same.filter(store_id=load.store_id, state=State.LOADED)
    return loaded.exclude(pk=load.pk).order_by("-pk").first()


# ---- third step, progress and result ----


@require_GET
@screen(None)
def intake(request: ActorRequest, pk: int) -> HttpResponse:
    """The rows with what would become of them, or what became; `show` is rejected, warnings or kept.

    While the worker loads the rest, or takes it back, the page shows how far it is; it can be left.
    """
    load, kind = _find(request, pk)
    if load.state == State.MAPPED:
        return redirect("intake_columns", pk)
    rows = IntakeRow.objects.visible_to(request.actor).filter(load=load).order_by("number")
    show = request.GET.get("show", "")
    if show == REJECTED:
        rows = rows.filter(outcome=REJECTED)
    elif show == "kept":
        rows = rows.exclude(kept="")
    elif show == "warnings":
        rows = rows.exclude(warnings=[])
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    columns = [column for column in kind.columns if column.name in load.mapping][:COLUMNS_SHOWN]
    context = {
        "load": load,
        "kind": kind,
        "counts": load.result["checked" if load.state == State.CHECKED else "loaded"],
        "columns": columns,
        "page": shown,
        "lines": [_shown(row, kind, request.actor) for row in shown],
        "show": show,
        "steps": STEPS,
        **progress_of(load),
        "running": bool(load.result.get("running")),
        "undo_verb": VERBS["start_undoing"] if _may_undo(load) else None,
    }
    return render(request, "intake/rows.html", context)


def _may_undo(load: IntakeLoad) -> bool:
    """Whether there is something to take back, and nothing under way."""
    done = load.result.get("traced") and not load.result.get("running")
    return bool(done) and (load.state != State.UNDONE or load.result["undo"]["kept"] > 0)


def progress_of(load: IntakeLoad) -> dict[str, object]:
    """How far a load, or its taking back, is, for the bar."""
    total = load.result["checked"]["read"]
    so_far = load.result.get("loaded", dict.fromkeys(("read", *OUTCOMES), 0))
    return {
        "load": load,
        "total": total,
        "so_far": so_far,
        "begun": "loaded" in load.result,
        "loaded": load.state in (State.LOADED, State.UNDONE),
        "undone": load.state == State.UNDONE,
        "undoing": bool(load.result.get("undoing")),
        "undo": load.result.get("undo"),
    }


def _masked(text: object, column: Column) -> str:
    return mask(str(text), column.personal) if column.personal else str(text)


def _shown(row: IntakeRow, kind: IntakeKind, actor: Actor) -> dict[str, object]:
    values = values_of(row)
    if not sees_personal(actor):
        hidden = {column.name: column for column in kind.columns if column.personal}
        values |= {name: _masked(values[name], hidden[name]) for name in hidden.keys() & values.keys()}
    said = {name: getattr(row, name) for name in ("number", "outcome", "errors", "warnings", "kept")}
    return {**said, "values": values, "chip": OUTCOME_CHIPS[row.outcome]}


def _hidden(load: IntakeLoad, kind: IntakeKind, actor: Actor) -> dict[int, Kind]:
    """How the personal columns of the file are masked, by their index; none for who may see them."""
    if sees_personal(actor):
        return {}
    known = {column.name: column.personal for column in kind.columns}
    return {index: personal for name, index in load.mapping.items() if (personal := known.get(name))}


@require_POST
@screen(None)
def intake_load(request: ActorRequest, pk: int) -> HttpResponse:
    """Load a short list at once; a longer one is loaded by the worker, and its page shows how far it is."""
    load, _ = _find(request, pk)
    address = reverse("intake", args=[load.pk])
    if load.state != State.LOADED and load.result.get("checked", {}).get("read", 0) > SCREEN_BATCH:
        start_loading(load, actor=request.actor)
        return redirect(address)
    if load.state != State.LOADED:
        load = load_rows(load, actor=request.actor)
    return done(request, _finished(load), address)


def _finished(load: IntakeLoad) -> str:
    if load.state == State.UNDONE:
        return f"撤销完成：撤销 {load.result['undo']['undone']} 行，保留 {load.result['undo']['kept']} 行"
    finished = load.result["loaded"]
    taken = finished["read"] - finished[REJECTED]
    return f"导入完成：{taken} 行已导入，{finished[REJECTED]} 行被拒绝"


@require_GET
@screen(None)
def intake_progress(request: ActorRequest, pk: int) -> HttpResponse:
    """The bar, which asks for itself again; once the load has ended or stopped, its page."""
    load, _ = _find(request, pk)
    address = reverse("intake", args=[load.pk])
    if not load.result.get("running"):
        return done(request, "" if load.state == State.CHECKED else _finished(load), address)
    return render(request, "intake/progress.html", progress_of(load))


@require_POST
@screen(None)
def intake_stop(request: ActorRequest, pk: int) -> HttpResponse:
    """Stop after the batch under way."""
    load, _ = _find(request, pk)
    stop_loading(load, actor=request.actor)
    doing = "撤销" if load.result.get("undoing") else "导入"
    return done(request, f"已暂停，可以继续{doing}", reverse("intake", args=[load.pk]))


@require_POST
@screen(None)
def intake_undo(request: ActorRequest, pk: int) -> HttpResponse:
    """Let the worker take the load back; its page shows how far it is."""
    load, _ = _find(request, pk)
    start_undoing(load, actor=request.actor)
    return redirect("intake", load.pk)


@require_GET
@screen(None)
def intake_errors(request: ActorRequest, pk: int) -> HttpResponse:
    """The refused rows as they were in the file, with what is wrong: to correct and upload again."""
    load, kind = _find(request, pk)
    rows = IntakeRow.objects.visible_to(request.actor).filter(load=load, outcome=REJECTED)
    results = [
        RowResult(row.number, errors=[Issue(row.number, e["column"], e["message"]) for e in row.errors])
        for row in rows.order_by("number")
    ]
    if not results:
        raise NotThere("没有被拒绝的行。")
    with tempfile.TemporaryDirectory(prefix="intake-") as folder:
        path = Path(folder, "errors.xlsx")
        write_error_workbook(path, open_file(load), results, _hidden(load, kind, request.actor))
        data = path.read_bytes()
    name = quote(f"{PurePath(load.file_name).stem}-需要修改的行.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return HttpResponse(data, content_type=XLSX, headers=headers)
