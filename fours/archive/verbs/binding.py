"""Binding a month (月度归档): begun or gone on with, stopped, proved (PF-09, PF-10)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import PrintedForm, Store
from fours.kernel.printing import PRINTS
from fours.kernel.queueing import enqueue
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.org.letterhead import facts_of

from ..binder import PAPERS_IN_VOLUME
from ..folder import gaps_of, place_of, unbound
from ..models import Binding, BindingState, BoundPaper
from ..proof import faults_of
from ..sequences import sequences_of
from ..transitions import BINDING_MOVES

# The worker's task, by its name in the queue.
BIND = "archive.bind"


@verb("装订月度归档", "archive.bind")
def bind_month(store: Store, *, month: date, actor: Actor) -> Binding:
    """Let the worker bind the month's kept papers that are in no binding yet; what is missing is noted with it.

    One that was stopped or failed goes on. Asked again while it runs, or when nothing came since, the binding there is
    is given back: no second archive is made. Refused for a month to come, and where there is no paper at all.
    """
    month = month.replace(day=1)
    if month > timezone.localdate():
        raise Refused("这个月还没有到，不能归档。", field="month")
    facts_of(store)
    # One after the other in a store, so that two people at once get the same binding.
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    begun = Binding.objects.filter(store=store, month=month)
    if open_one := begun.exclude(state=BindingState.DONE).first():
        return open_one if open_one.state == BindingState.RUNNING else _go_on(open_one, actor)
    papers = _in_order(list(unbound(store, month).only("pk", "form", "occurrence")))
    last = begun.order_by("-supplement").first()
    if not papers:
        if last is None:
            raise Refused("这个月没有存档单据，不用装订。", field="month")
        return last
    return _begin(store, month, last.supplement + 1 if last else 0, papers, actor)


def _in_order(papers: list[PrintedForm]) -> list[PrintedForm]:
    """By kind in the folder's order, then by number."""
    kinds = {paper.form: place_of(paper.form) for paper in papers}

    def place(paper: PrintedForm) -> tuple[tuple[int, int, str], str, str, int]:
        number: str = paper.number or ""  # type: ignore[attr-defined]  # annotated by `unbound`
        return kinds[paper.form], number, paper.occurrence, paper.pk

    return sorted(papers, key=place)


def _begin(
    store: Store, month: date, supplement: int, papers: Sequence[PrintedForm], actor: Actor
) -> Binding:
    binding = Binding.objects.create(
        store=store,
        month=month,
        supplement=supplement,
        papers=len(papers),
        volumes_due=-(-len(papers) // PAPERS_IN_VOLUME),
        sequences=sequences_of(store, month),
        gaps=[asdict(gap) for gap in gaps_of(store, month)],
        started_by=actor.user,
    )
    rows = [_placed(binding, paper, place) for place, paper in enumerate(papers)]
    BoundPaper.objects.bulk_create(rows, batch_size=1000)
    announce(
        "archive.binding_begun", binding, actor=actor, sentence=f"开始装订 {binding}，{len(papers)} 份单据"
    )
    _run(binding)
    return binding


def _placed(binding: Binding, paper: PrintedForm, place: int) -> BoundPaper:
    form = PRINTS.get(paper.form)
    return BoundPaper(
        binding=binding,
        store_id=binding.store_id,
        printed_id=paper.pk,
        position=place + 1,
        volume=place // PAPERS_IN_VOLUME + 1,
        label=form.label if form else paper.form,
        number=(paper.number or "")[:40],  # type: ignore[attr-defined]  # annotated by `unbound`
    )


def _go_on(binding: Binding, actor: Actor) -> Binding:
    binding = take(binding)
    move(binding, BindingState.RUNNING, BINDING_MOVES)
    binding.error = ""
    keep(binding, "state", "error")
    announce("archive.binding_resumed", binding, actor=actor, sentence=f"继续装订 {binding}")
    _run(binding)
    return binding


def _run(binding: Binding) -> None:
    """Let the worker bind; a binding has one run at a time."""
    enqueue(BIND, lock=f"{BIND}:{binding.pk}", binding_id=binding.pk, store_id=binding.store_id)


@verb("停止装订", "archive.bind", states=["running"], plain=True)
def stop_binding(binding: Binding, *, actor: Actor, version: int | None = None) -> Binding:
    """Stop after the volume under way; what is made stays, and `bind_month` goes on from there."""
    binding = take(binding, version=version)
    move(binding, BindingState.STOPPED, BINDING_MOVES)
    keep(binding, "state")
    announce("archive.binding_stopped", binding, actor=actor, sentence=f"停止装订 {binding}")
    return binding


@verb("核对归档", "archive.view", states=["done"])
def verify_binding(binding: Binding, *, actor: Actor) -> list[str]:
    """Prove list, volumes and papers against the database; a line for each thing that does not agree, none when all is well."""
    must_be(binding, BindingState.DONE, doing="核对")
    faults = list(faults_of(binding))
    said = f"核对 {binding}：{'一致' if not faults else f'有 {len(faults)} 处不符'}"
    announce("archive.binding_verified", binding, actor=actor, sentence=said, data={"faults": len(faults)})
    return faults
