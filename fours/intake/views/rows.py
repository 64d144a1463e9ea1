"""Third step of an import: the rows with what would become of them, or what became, and the refused ones as a workbook."""

import tempfile
from pathlib import Path, PurePath

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from fours.base.download import download
from fours.base.errors import NotThere
from fours.base.excel import XLSX
from fours.base.personal import Kind
from fours.intake.error_workbook import write_error_workbook
from fours.intake.kinds import REJECTED, IntakeKind
from fours.intake.plan import Issue, RowResult
from fours.intake.verbs.staging import State, open_file, values_of
from fours.kernel.actor import Actor
from fours.kernel.models import IntakeLoad, IntakeRow
from fours.kernel.personal import sees_personal
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest, screen

from .progress import progress_of
from .shared import STEPS, find_load, masked

PER_PAGE = 50
COLUMNS_SHOWN = 4
OUTCOME_CHIPS = {
    "created": ("新增", "green"),
    "updated": ("更新", "blue"),
    "unchanged": ("未变", "neutral"),
    "rejected": ("拒绝", "red"),
    "undone": ("已撤销", "neutral"),
    "": ("待导入", "neutral"),
}


@require_GET
@screen(None)
def intake(request: ActorRequest, pk: int) -> HttpResponse:
    """The rows with what would become of them, or what became; `show` is rejected, warnings or kept.

    While the worker loads the rest, or takes it back, the page shows how far it is; it can be left.
    """
    load, kind = find_load(request, pk)
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


def _shown(row: IntakeRow, kind: IntakeKind, actor: Actor) -> dict[str, object]:
    values = values_of(row)
    if not sees_personal(actor):
        hidden = {column.name: column for column in kind.columns if column.personal}
        values |= {name: masked(values[name], hidden[name]) for name in hidden.keys() & values.keys()}
    said = {name: getattr(row, name) for name in ("number", "outcome", "errors", "warnings", "kept")}
    return {**said, "values": values, "chip": OUTCOME_CHIPS[row.outcome]}


@require_GET
@screen(None)
def intake_errors(request: ActorRequest, pk: int) -> HttpResponse:
    """The refused rows as they were in the file, with what is wrong: to correct and upload again."""
    load, kind = find_load(request, pk)
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
    return download(data, f"{PurePath(load.file_name).stem}-需要修改的行.xlsx", XLSX)


def _hidden(load: IntakeLoad, kind: IntakeKind, actor: Actor) -> dict[int, Kind]:
    """How the personal columns of the file are masked, by their index; none for who may see them."""
    if sees_personal(actor):
        return {}
    known = {column.name: column.personal for column in kind.columns}
    return {index: personal for name, index in load.mapping.items() if (personal := known.get(name))}
