"""The worker's share: binding volume by volume, letting go what the law wants gone, reminding of last month (PF-09)."""

import hashlib
import logging
from datetime import datetime, time

from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor, open_scope
from fours.kernel.attachments import store_bytes
from fours.kernel.deadlines import due_of
from fours.kernel.events import announce
from fours.kernel.jobs import WORKS
from fours.kernel.models import Store
from fours.kernel.schedules import daily
from fours.kernel.tasks import close_tasks, make_task
from fours.kernel.verbs import keep, move, take

from .binder import Built, build_volume
from .deadlines import BIND_LAST_MONTH
from .folder import unbound
from .manifest import manifest_of
from .models import Binding, BindingState, BoundPaper, Volume
from .months import last_month
from .transitions import BINDING_MOVES
from .verbs.binding import BIND

log = logging.getLogger(__name__)


def bind_on(binding_id: int, store_id: int) -> None:
    """Make volume after volume, each kept in a short transaction, until all are made or somebody stopped it.

    Begun again after a crash it goes on with the first volume that is not there. With a fault it stops and says so.
    """
    try:
        while _next_volume(binding_id, store_id):
            pass
    except Refused as refusal:
        _fail(binding_id, store_id, refusal.message)
    except Exception:
        _fail(binding_id, store_id, "后台装订出错，请联系管理员")
        raise


WORKS[BIND] = bind_on


def _next_volume(binding_id: int, store_id: int) -> bool:
    """Make one volume; False when there is nothing more to do. No row is locked while the PDF is made."""
    with transaction.atomic():
        open_scope([store_id])
        binding = Binding.objects.select_related("store").get(pk=binding_id)
        if binding.state != BindingState.RUNNING:
            return False
        number = binding.volumes.count() + 1
        if number > binding.volumes_due:
            _finish(binding)
            return False
        rows = binding.bound.filter(volume=number).select_related("printed").defer("printed__view")
        papers = list(rows.order_by("position"))
        built = build_volume(binding, number, papers)
    return _keep(binding, number, papers, built)


def _keep(binding: Binding, number: int, papers: list[BoundPaper], built: Built) -> bool:
    """Write the file, then its rows; dropped again when it was stopped, or made by another, meanwhile."""
    path = store_bytes(binding.store_id, built.data, ".pdf")
    with transaction.atomic():
        open_scope([binding.store_id])
        row = take(binding)
        if row.state != BindingState.RUNNING or row.volumes.filter(number=number).exists():
            default_storage.delete(path)
            return row.state == BindingState.RUNNING
        Volume.objects.create(
            binding=row, number=number, papers=len(papers), pages=built.pages, size=len(built.data), path=path,
            sha256=hashlib.sha256(built.data).hexdigest(),
        )  # fmt: skip
        for paper, place in zip(papers, built.places, strict=True):
            paper.first_page, paper.pages = place
        BoundPaper.objects.bulk_update(papers, ["first_page", "pages"])
    return True


def _finish(binding: Binding) -> None:
    row = take(binding)
    if row.state != BindingState.RUNNING:
        return
    move(row, BindingState.DONE, BINDING_MOVES)
    data = manifest_of(row)
    row.path, row.sha256 = store_bytes(row.store_id, data, ".json"), hashlib.sha256(data).hexdigest()
    row.finished_at = timezone.now()
    keep(row, "state", "path", "sha256", "finished_at")
    actor = Actor.system(row.store)
    said = f"{row} 装订完成：{row.papers} 份单据，{row.volumes_due} 册，缺失 {len(row.gaps)} 项"
    announce("archive.bound", row, actor=actor, sentence=said, data={"sha256": row.sha256})
    close_tasks(row.store, actor=actor, rule=BIND_LAST_MONTH, occurrence=f"{row.month:%Y-%m}")


def _fail(binding_id: int, store_id: int, why: str) -> None:
    with transaction.atomic():
        open_scope([store_id])
        row = take(Binding.objects.select_related("store").get(pk=binding_id))
        if row.state != BindingState.RUNNING:
            return
        move(row, BindingState.FAILED, BINDING_MOVES)
        row.error = why[:300]
        keep(row, "state", "error")
        announce(
            "archive.binding_failed", row, actor=Actor.system(row.store), sentence=f"{row} 装订停下：{why}"
        )


@daily("archive.let_volumes_go", at="03:40")
def let_volumes_go(store: Store, due_at: datetime) -> None:
    """A volume that holds a paper of an erased person goes with that paper; the other papers are kept singly anyway."""
    gone = BoundPaper.objects.filter(store=store, printed__erased_at__isnull=False, pages__gt=0)
    for binding_id, number in set(gone.values_list("binding_id", "volume")):
        volume = Volume.objects.filter(
            store=store, binding_id=binding_id, number=number, removed_at=None
        ).first()
        if volume is not None:
            default_storage.delete(volume.path)
            volume.path, volume.removed_at = "", timezone.now()
            volume.save(update_fields=["path", "removed_at"])


@daily("archive.remind", at="08:00")
def remind_of_last_month(store: Store, due_at: datetime) -> None:
    """Whoever keeps the folders is reminded to bind last month, once, while papers of it are unbound."""
    this_month = timezone.localtime(due_at).date().replace(day=1)
    month = last_month(this_month)
    if Binding.objects.filter(store=store, month=month).exists() or not unbound(store, month).exists():
        return
    begins = timezone.make_aware(datetime.combine(this_month, time()))
    make_task(
        store,
        rule=BIND_LAST_MONTH,
        source=store,
        occurrence=f"{month:%Y-%m}",
        title=f"装订 {month:%Y-%m} 月度归档",
        due_at=due_of(store, BIND_LAST_MONTH, begins).at,
        post="info_clerk",
        url=f"{reverse('archive')}?month={month:%Y-%m}",
        counted_from=begins,
    )
