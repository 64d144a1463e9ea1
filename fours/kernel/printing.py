"""Papers: printed live as a draft, frozen with their hash when they become evidence, served again with a copy mark (PF-10)."""

import hashlib
import io
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_type_hints

from django.core.files.storage import default_storage
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from fours.base.errors import NotAllowed, NotThere, Refused
from fours.base.personal import mask_view
from fours.base.typeset import TypesetError, typeset

from .actor import Actor
from .attachments import read_stored, store_bytes
from .events import announce, kind_of
from .models import PrintedForm, Store, StoreScoped
from .personal import sees_personal
from .rows import insert_unless_there
from .schedules import every

log = logging.getLogger(__name__)
DRAFT = "草稿"
MASKED = "个人信息已隐去"
ERASED = "客户的个人信息已应其要求删除，这份单据的内容不再保存。"
OPEN_LOCKED = "kernel.open_locked"
# The day in a number of ours: RO-S01-261122-0001.
_DAY = re.compile(r"-(\d{6})(?:-\d+)?$")


@dataclass(frozen=True)
class Print:
    """A form: its template (`service/repair_order.typ`), who may print it, and the view model a document gives.

    The view may leave out `paper`: number, QR code, time, person, copy mark and 演示 are filled in here.
    """

    form: str
    label: str
    model: type[StoreScoped]
    template: str
    permission: str
    view: Callable[[Any, Actor], Mapping[str, Any]]


@dataclass(frozen=True)
class PrintLink:
    """A form of a document as its page offers it; `copies` says how often the frozen paper was printed."""

    label: str
    url: str
    frozen: bool
    copies: int


@dataclass(frozen=True)
class Sheet:
    """A PDF ready to be sent."""

    data: bytes
    file_name: str


PRINTS: dict[str, Print] = {}


def declare_print(form: Print) -> None:
    """Register a form once at start, in the app's `papers.py`."""
    if form.form in PRINTS:
        raise ValueError(f"two forms are called {form.form}")
    PRINTS[form.form] = form


def freeze(form: str, document: StoreScoped, *, actor: Actor, occurrence: str = "") -> PrintedForm:
    """Keep what the paper says now as evidence. Called by the verb that signs or issues it.

    The view is kept in the verb's transaction; its PDF, which follows from the view alone, is set when it is first
    printed or within five minutes (`set_papers`), so that nobody at a counter waits for it.
    What is kept once stays: asked again for the same occurrence, the first paper is given back.
    """
    view = _view(PRINTS[form], document, actor, copy_mark="")
    paper = PrintedForm(
        store_id=document.store_id,
        aggregate_kind=kind_of(document),
        aggregate_id=document.pk,
        form=form,
        month=folder_month(view["paper"]["number"]),
        occurrence=occurrence,
        view=view,
        created_by=actor.user,
    )
    return paper if insert_unless_there(paper) else _kept(form, document).get(occurrence=occurrence)


def bytes_of(kept: PrintedForm) -> bytes:
    """The kept paper's PDF, set and stored with its hash if nobody has asked for it yet.

    Refused when the file is not what was kept.
    """
    if not kept.path and kept.erased_at is None:
        _set(kept)
    if kept.erased_at is not None:
        raise NotThere(ERASED)
    data = read_stored(kept.path)
    if hashlib.sha256(data).hexdigest() != kept.sha256:
        log.error("printed form %s is not what was kept", kept.pk)
        raise Refused("存档单据与登记的校验值不符，已停止打印。请联系管理员从备份恢复。")
    return data


def _set(kept: PrintedForm) -> None:
    """Store the PDF of a kept view; of two who do it at once the first one's stays."""
    data = typeset(PRINTS[kept.form].template, kept.view)
    path, sha256 = store_bytes(kept.store_id, data, ".pdf"), hashlib.sha256(data).hexdigest()
    mine = PrintedForm.objects.filter(pk=kept.pk, path="", erased_at=None).update(path=path, sha256=sha256)
    if not mine:
        default_storage.delete(path)
    kept.refresh_from_db(fields=["path", "sha256", "erased_at"])


def set_papers(store: Store, *, most: int = 100) -> int:
    """Set the kept papers that nobody has printed yet, oldest first; how many.

    One that can't be set is logged and does not hold up the others, however many there are; `fours check` names it.
    """
    done = 0
    waiting = PrintedForm.objects.filter(store=store, path="", erased_at=None, form__in=PRINTS).order_by("pk")
    for kept in waiting.iterator(chunk_size=most):
        if done == most:
            break
        try:
            _set(kept)
        except TypesetError:
            log.exception("printed form %s can't be set", kept.pk)
        else:
            done += 1
    return done


@every("kernel.set_papers", minutes=5)
def set_waiting_papers(store: Store, due_at: datetime) -> None:
    """What was signed or issued gets its PDF (PF-10)."""
    set_papers(store)


def folder_month(number: str) -> date:
    """The first day of the month whose folder a paper belongs to (PF-09): by the day in its number, else this month."""
    found = _DAY.search(number)
    try:
        day = date.fromisoformat(f"20{found[1]}") if found else timezone.localdate()
    except ValueError:
        day = timezone.localdate()
    return day.replace(day=1)


def sheet_of(form: Print, document: StoreScoped, *, actor: Actor, occurrence: str | None = None) -> Sheet:
    """The frozen paper (the newest when no occurrence is named), counted as printed; else a live one marked 草稿.

    Without the right to personal data the paper is set anew with it masked, which is no copy of the evidence.
    """
    rows = _kept(form.form, document)
    kept = (rows if occurrence is None else rows.filter(occurrence=occurrence)).order_by("-pk").first()
    if kept is None:
        if occurrence:
            raise NotThere()
        view = _view(form, document, actor, copy_mark=DRAFT)
        return Sheet(typeset(form.template, _as_seen(form, view, actor)), _file_name(form, document))
    if kept.erased_at is not None:
        raise NotThere(ERASED)
    if kept.locked_at is not None and not actor.can(OPEN_LOCKED, document.store_id):
        raise NotAllowed("客户的个人信息已删除，此单据依法留存，只有获授权的人可以打开。")
    if (masked := _as_seen(form, kept.view, actor)) != kept.view:
        masked["paper"] = {**masked["paper"], "copy_mark": MASKED}
        return Sheet(typeset(form.template, masked), _file_name(form, document))
    return Sheet(print_again(kept, form, document, actor=actor), _file_name(form, document))


def _as_seen(form: Print, view: dict[str, Any], actor: Actor) -> dict[str, Any]:
    shape = get_type_hints(form.view).get("return")
    if sees_personal(actor) or not hasattr(shape, "__annotations__"):
        return view
    return mask_view(view, shape)


def print_again(kept: PrintedForm, form: Print, document: StoreScoped, *, actor: Actor) -> bytes:
    """The kept bytes, from the second time on with a mark saying which copy it is. Counts and records the print."""
    data = bytes_of(kept)
    PrintedForm.objects.filter(pk=kept.pk).update(copies=F("copies") + 1)
    kept.refresh_from_db(fields=["copies"])
    again = kept.copies - 1
    sentence = f"补打{form.label}第 {again} 次" if again else f"打印{form.label}"
    announce("kernel.printed", document, actor=actor, sentence=sentence, data={"printed_form": kept.pk})
    return _marked(data, f"补打 第 {again} 次") if again else data


def prints_of(document: StoreScoped, actor: Actor) -> list[PrintLink]:
    """The forms the actor may print of this document, with how often each frozen one was."""
    forms = [
        form
        for form in PRINTS.values()
        if isinstance(document, form.model) and actor.can(form.permission, document.store_id)
    ]
    rows = PrintedForm.objects.filter(
        store_id=document.store_id, aggregate_kind=kind_of(document), aggregate_id=document.pk
    )
    copies = dict(rows.order_by("pk").values_list("form", "copies"))
    return [
        PrintLink(
            form.label, print_address(form.form, document), form.form in copies, copies.get(form.form, 0)
        )
        for form in forms
    ]


def print_address(form: str, document: StoreScoped) -> str:
    return reverse("print_form", args=[form, document.pk])


def _kept(form: str, document: StoreScoped) -> QuerySet[PrintedForm]:
    return PrintedForm.objects.filter(
        store_id=document.store_id, aggregate_kind=kind_of(document), aggregate_id=document.pk, form=form
    )


def _view(form: Print, document: StoreScoped, actor: Actor, *, copy_mark: str) -> dict[str, Any]:
    if actor.store is not None and actor.store.pk == document.store_id:
        document.store = actor.store  # the one whose facts and settings are read already
    view = dict(form.view(document, actor))
    number = str(getattr(document, "number", "") or "")
    paper = {
        "number": number or DRAFT,
        "qr": number,
        "printed_at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "printed_by": actor.name,
        "demo": document.store.is_demo,
    }
    view["paper"] = {**paper, **view.get("paper", {}), "copy_mark": copy_mark}
    return view


def _file_name(form: Print, document: StoreScoped) -> str:
    return f"{form.label} {getattr(document, 'number', '') or DRAFT}.pdf"


def _marked(data: bytes, mark: str) -> bytes:
    """The same pages with a mark laid over each; nothing of the paper itself is made anew."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        size = {"width": int(page.mediabox.width), "height": int(page.mediabox.height)}
        overlay = typeset("kernel/copy_mark.typ", {"mark": mark, **size})
        page.merge_page(PdfReader(io.BytesIO(overlay)).pages[0])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
