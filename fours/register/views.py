"""The screens every register has."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from fours.base.errors import NotAllowed, NotThere, Refused
from fours.base.excel import excel_answer
from fours.kernel.attachments import attach_address, attachments_of
from fours.kernel.comments import comment_address, comments_of
from fours.kernel.history import history_of
from fours.kernel.models import StoreScoped
from fours.kernel.panels import panels_of, render_panel
from fours.kernel.personal import shown
from fours.kernel.security import note
from fours.kernel.store_settings import declare_setting, setting
from fours.kernel.verbs import take
from fours.kernel.web import ActorRequest, attempt, done, page, screen

from .base import REGISTERS, Register
from .forms import RegisterForm
from .listing import Listing

EXPORT_LIMIT = 100_000
EXPORT_ROWS = "kernel.export_rows"
declare_setting(
    EXPORT_ROWS,
    "导出行数上限",
    1000,
    kind="int",
    group="导出",
    help="超过此行数须有“大批量导出”权限并写明原因，都记入安全日志。",
)


@screen(None)
def list_rows(request: ActorRequest, register: Register) -> HttpResponse:
    """The list, with filters, sorting and page in its address."""
    admit(request, register.view)
    listing = Listing(register, request.GET, request.actor)
    lines, more = listing.lines()
    context = {
        "register": register,
        "listing": listing,
        "lines": lines,
        "more": more,
        "count": listing.count(),
        "entry": register.entry(request.actor),
        "may_export": request.actor.can("kernel.export"),
    }
    return render(request, "kernel/register_list.html", context)


@screen(None)
def export(request: ActorRequest, register: Register) -> HttpResponse:
    """The filtered list as a workbook; who took it, how much and why stands in the security log (PF-10, PF-13).

    More rows than the store's limit take a right of their own and a typed reason.
    """
    admit(request, register.view)
    admit(request, "kernel.export")
    rows = Listing(register, request.GET, request.actor).rows()
    count = rows.count()
    if count > EXPORT_LIMIT:
        raise Refused(f"共 {count} 行，一次最多导出 {EXPORT_LIMIT} 行，请先筛选。")
    reason = request.POST.get("reason", "").strip()[:100]
    if count > setting(request.actor.must_store, EXPORT_ROWS):
        admit(request, "kernel.export_many")
        if not reason:
            context = {"register": register, "count": count, "asked": request.method == "POST"}
            return render(
                request, "kernel/export_reason.html", context, status=422 if context["asked"] else 200
            )
    why = f" 原因：{reason}" if reason else ""
    note(request, "exported", f"{register.label} {count} 行{why} {request.META['QUERY_STRING']}")
    in_form = [name for _, names in register.form for name in names]
    names = list(dict.fromkeys([*register.columns, *in_form]))
    values = (
        [shown(register.value(row, name), request.actor) for name in names] for row in rows.iterator(2000)
    )
    return excel_answer(register.label, [register.heading(name) for name in names], values)


@screen(None)
def show_row(request: ActorRequest, register: Register, pk: int) -> HttpResponse:
    """One row: its facts, panels of upper apps, history, attachments, comments."""
    admit(request, register.view)
    row = find_row(request, register, pk)
    facts = [
        (heading, [(register.heading(name), register.text(row, name)) for name in names])
        for heading, names in register.form
    ]
    context = {
        "register": register,
        "row": row,
        "facts": facts,
        "panels": [(p.label, render_panel(p, request, row)) for p in panels_of(register.model, request)],
        "may_change": register.may_change(request.actor) and bool(register.form),
        "may_rest": register.may_change(request.actor) and register.can_rest,
        "history": history_of(row, request.actor),
        "keeps_files": isinstance(row, StoreScoped),
    }
    if isinstance(row, StoreScoped):
        context |= {"attachments": attachments_of(row, request.actor), "attach_to": attach_address(row)}
        context |= {"comments": comments_of(row, request.actor), "comment_to": comment_address(row)}
    return render(request, "kernel/register_row.html", context)


@screen(None)
def new_row(request: ActorRequest, register: Register) -> HttpResponse:
    """The empty form; the address may carry first values (`?plate=`)."""
    admit(request, register.change, must=True)
    row = register.model()
    return _form(request, register, row, f"新建{register.label}", reverse(register.name))


@screen(None)
def edit_row(request: ActorRequest, register: Register, pk: int) -> HttpResponse:
    """The form of a row, locked while it is saved."""
    row = find_to_change(request, register, pk)
    if request.method == "POST":
        row = take(row)
    return _form(request, register, row, f"修改{register.label} {row}", register.address(row))


@require_POST
@screen(None)
def rest_row(request: ActorRequest, register: Register, pk: int) -> HttpResponse:
    """Deactivate (`active=0`) or take up again (`active=1`)."""
    row = take(find_to_change(request, register, pk))
    active = request.POST.get("active") == "1"
    if not register.can_rest or row.active == active:
        raise Refused(f"{row} 的状态没有变化，请刷新后查看。")
    register.rest(row, active, request.actor)
    return done(request, f"已{'启用' if active else '停用'} {row}", register.address(row))


def admit(request: ActorRequest, permission: str | None, *, must: bool = False) -> None:
    """Refuse without the permission; with `must`, None means that nobody has it."""
    if must and permission is None:
        raise NotAllowed("这些资料由系统维护，不能在这里修改。")
    request.actor.require(permission, request.actor.must_store.pk)


def find_to_change(request: ActorRequest, register: Register, pk: int) -> Any:
    """The row for who may change it; of what nobody changes, another store's row is still not there."""
    if register.change is None:
        find_row(request, register, pk)
    admit(request, register.change, must=True)
    return find_row(request, register, pk)


def find_row(request: ActorRequest, register: Register, pk: int) -> Any:
    row = register.rows(request.actor).filter(pk=pk).first()
    if row is None:
        raise NotThere()
    return row


def _form(request: ActorRequest, register: Register, row: Any, title: str, back: str) -> HttpResponse:
    new = row.pk is None
    form = register.form_class(
        request.POST if request.method == "POST" else None,
        instance=row,
        initial=request.GET.dict() if new else None,
        register=register,
        actor=request.actor,
    )
    if request.method == "POST" and (saved := attempt(form, lambda: _save(register, form, request))):
        return done(request, f"已{'新建' if new else '保存'} {saved}", register.address(saved))
    context = {"register": register, "form": form, "page_title": title, "back": back}
    return page(request, "kernel/register_form.html", context, form)


def _save(register: Register, form: RegisterForm, request: ActorRequest) -> Any:
    form.check_seen()
    return register.save(form, request.actor)


def urls() -> list[URLPattern]:
    """The addresses of all registers, read when the apps have declared theirs."""
    screens: list[tuple[str, str, Callable[..., HttpResponseBase]]] = [
        ("", "", list_rows),
        ("new/", "_new", new_row),
        ("export/", "_export", export),
        ("<int:pk>/", "_row", show_row),
        ("<int:pk>/edit/", "_edit", edit_row),
        ("<int:pk>/rest/", "_rest", rest_row),
    ]
    return [
        path(f"r/{name}/{rest}", view, {"register": each}, name=f"{name}{word}")
        for name, each in REGISTERS.items()
        for rest, word, view in screens
    ]
