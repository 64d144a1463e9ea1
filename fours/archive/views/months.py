"""月度归档: a month's papers and numbers, what is missing in its folder, its bindings and their volumes."""

from collections import Counter
from datetime import date

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from fours.base.errors import Refused
from fours.base.excel import excel_answer
from fours.kernel.forms import TablerForm
from fours.kernel.history import history_of
from fours.kernel.models import PrintedForm
from fours.kernel.security import note
from fours.kernel.verbs import VERBS, verbs_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..folder import RULES, Gap, gaps_of, unbound
from ..models import Binding, BindingState, BoundPaper, Volume
from ..months import last_month, month_of, next_month
from ..reading import send_list, send_volume
from ..sequences import sequences_of
from ..verbs.binding import bind_month, verify_binding

PER_PAGE = 50
TONES = {"running": "blue", "stopped": "amber", "failed": "red", "done": "green"}


class MonthForm(TablerForm, forms.Form):
    """Which month."""

    autofocus = False
    month = forms.CharField(label="月份", max_length=7, widget=forms.TextInput(attrs={"type": "month"}))


def _asked(request: ActorRequest) -> date:
    """The month asked for; without one, or with none that is a month, this one."""
    try:
        return month_of(request.GET.get("month", ""))
    except Refused:
        return timezone.localdate().replace(day=1)


@screen("archive.view")
def archive(request: ActorRequest) -> HttpResponse:
    """A month: numbers, what is missing, bindings; a post lets the worker bind what is unbound."""
    if request.method == "POST":
        request.actor.require("archive.bind", request.actor.must_store.pk)
        form = MonthForm(request.POST)
        made = attempt(form, lambda: _bind(request, form))
        if made is not None:
            return done(request, made[1], reverse("binding", args=[made[0].pk]))
        return page(request, "archive/month.html", _month(request, _asked(request)) | {"form": form}, form)
    month = _asked(request)
    form = MonthForm(initial={"month": f"{month:%Y-%m}"})
    return page(request, "archive/month.html", _month(request, month) | {"form": form})


def _bind(request: ActorRequest, form: MonthForm) -> tuple[Binding, str]:
    month = month_of(form.cleaned_data["month"])
    store = request.actor.must_store
    before = Binding.objects.visible_to(request.actor).filter(month=month, state=BindingState.DONE)
    known = set(before.values_list("pk", flat=True))
    made = bind_month(store, month=month, actor=request.actor)
    said = "没有新的单据，不用再装订" if made.pk in known else "已开始装订，可以离开本页"
    return made, said


def _month(request: ActorRequest, month: date) -> dict[str, object]:
    store, actor = request.actor.must_store, request.actor
    gaps = gaps_of(store, month)
    rule = request.GET.get("rule", "")
    shown = [gap for gap in gaps if gap.rule == rule] if rule in RULES else gaps
    bindings = list(Binding.objects.visible_to(actor).filter(month=month).select_related("started_by"))
    waiting = unbound(store, month).count()
    open_one = next((one for one in bindings if one.state != BindingState.DONE), None)
    return {
        "month": month,
        "this_month": timezone.localdate().replace(day=1),
        "before": last_month(month),
        "after": next_month(month),
        "kept": PrintedForm.objects.visible_to(actor).filter(month=month).count(),
        "waiting": waiting,
        "bindings": sorted(bindings, key=lambda one: one.supplement),
        "open_one": open_one,
        "may_bind": actor.can("archive.bind") and (waiting or open_one is not None),
        "tones": TONES,
        "sequences": sequences_of(store, month),
        "gaps": gaps,
        "tabs": _tabs(month, gaps, rule),
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
    }


def _tabs(month: date, gaps: list[Gap], rule: str) -> list[tuple[str, str, int, bool]]:
    counts = Counter(gap.rule for gap in gaps)
    base = f"{reverse('archive')}?month={month:%Y-%m}"
    named = [
        (RULES[name].label, f"{base}&rule={name}#missing", count, name == rule)
        for name, count in counts.items()
    ]
    return [("全部", f"{base}#missing", len(gaps), rule not in RULES), *named]


@require_GET
@screen("archive.view")
def archive_missing(request: ActorRequest) -> HttpResponse:
    """What is missing in the month's folder, as a workbook."""
    month = _asked(request)
    gaps = gaps_of(request.actor.must_store, month)
    note(request, "exported", f"{month:%Y-%m} 归档缺失清单，{len(gaps)} 行")
    rows = [(RULES[gap.rule].label, gap.document, gap.missing, gap.person) for gap in gaps]
    return excel_answer(f"归档缺失{month:%Y-%m}-", ["类别", "单据", "缺什么", "责任人"], rows)


@require_GET
@screen("archive.view")
def binding(request: ActorRequest, pk: int) -> HttpResponse:
    """One binding: how far it is, its volumes with their hashes, its papers; the page can be left."""
    row = find(Binding, pk, request.actor, "store", "started_by")
    papers = BoundPaper.objects.visible_to(request.actor).filter(binding=row)
    papers = papers.select_related("printed").defer("printed__view").order_by("position")
    context: dict[str, object] = {
        **progress_of(row, request),
        "page": Paginator(papers, PER_PAGE).get_page(request.GET.get("page")),
        "gaps": row.gaps,
        "tones": TONES,
        "history": history_of(row, request.actor),
        "verify": VERBS["verify_binding"],
        "may_bind": request.actor.can("archive.bind"),
        "may_download": request.actor.can("archive.download") and request.actor.can("kernel.view_personal"),
    }
    return render(request, "archive/binding.html", context)


def progress_of(row: Binding, request: ActorRequest) -> dict[str, object]:
    """How far a binding is, for the bar."""
    volumes = list(Volume.objects.visible_to(request.actor).filter(binding=row).order_by("number"))
    return {
        "row": row,
        "volumes": volumes,
        "papers_done": sum(volume.papers for volume in volumes),
        "stop": next(iter(verbs_for(row, request.actor, ["stop_binding"])), None),
    }


@require_GET
@screen("archive.view")
def binding_progress(request: ActorRequest, pk: int) -> HttpResponse:
    """The bar, which asks for itself again; once the binding has ended or stopped, its page."""
    row = find(Binding, pk, request.actor, "store")
    if row.state != BindingState.RUNNING:
        said = "装订完成" if row.state == BindingState.DONE else ""
        return done(request, said, reverse("binding", args=[row.pk]))
    return render(request, "archive/progress.html", progress_of(row, request))


@require_POST
@screen("archive.view")
def binding_verify(request: ActorRequest, pk: int) -> HttpResponse:
    """Prove the binding against the database now."""
    row = find(Binding, pk, request.actor, "store")
    faults = verify_binding(row, actor=request.actor)
    if faults:
        return render(request, "archive/faults.html", {"row": row, "faults": faults}, status=409)
    return done(request, "核对一致：清单、各册与数据库中的存档单据相符", reverse("binding", args=[row.pk]))


@require_GET
@screen("archive.download")
def volume(request: ActorRequest, pk: int) -> HttpResponse:
    """A volume's PDF as a download; the security log keeps who took it."""
    row = find(Volume, pk, request.actor, "binding", "store")
    return send_volume(row, request)


@require_GET
@screen("archive.download")
def binding_list(request: ActorRequest, pk: int) -> HttpResponse:
    """The list with all hashes as a download."""
    row = find(Binding, pk, request.actor, "store")
    return send_list(row, request)
