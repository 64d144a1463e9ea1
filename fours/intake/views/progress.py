"""Loading what was checked and taking it back: a short list at once, a longer one by the worker, with a bar."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fours.intake.kinds import REJECTED
from fours.intake.verbs.load import OUTCOMES, SCREEN_BATCH, load_rows, start_loading, stop_loading
from fours.intake.verbs.staging import State
from fours.intake.verbs.undo import start_undoing
from fours.kernel.models import IntakeLoad
from fours.kernel.web import ActorRequest, done, screen

from .shared import find_load


@require_POST
@screen(None)
def intake_load(request: ActorRequest, pk: int) -> HttpResponse:
    """Load a short list at once; a longer one is loaded by the worker, and its page shows how far it is."""
    load, _ = find_load(request, pk)
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
    load, _ = find_load(request, pk)
    address = reverse("intake", args=[load.pk])
    if not load.result.get("running"):
        return done(request, "" if load.state == State.CHECKED else _finished(load), address)
    return render(request, "intake/progress.html", progress_of(load))


@require_POST
@screen(None)
def intake_stop(request: ActorRequest, pk: int) -> HttpResponse:
    """Stop after the batch under way."""
    load, _ = find_load(request, pk)
    stop_loading(load, actor=request.actor)
    doing = "撤销" if load.result.get("undoing") else "导入"
    return done(request, f"已暂停，可以继续{doing}", reverse("intake", args=[load.pk]))


@require_POST
@screen(None)
def intake_undo(request: ActorRequest, pk: int) -> HttpResponse:
    """Let the worker take the load back; its page shows how far it is."""
    load, _ = find_load(request, pk)
    start_undoing(load, actor=request.actor)
    return redirect("intake", load.pk)


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
