"""参数设置: the store's own values over the shipped defaults, who changed them last, and the log of sign-ins and refusals."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from fours.base.errors import NotThere
from fours.base.text import number_in
from fours.desk.job_names import JOB_NAMES
from fours.kernel.forms import TablerForm
from fours.kernel.history import history_of
from fours.kernel.jobs import failed_deliveries, retry_delivery
from fours.kernel.models import Occurrence, SecurityEntry, Setting
from fours.kernel.store_settings import DECLARED, Declared, change_setting
from fours.kernel.web import ActorRequest, attempt, done, page, screen

PER_PAGE = 100


@require_GET
@screen("org.change_settings")
def settings(request: ActorRequest) -> HttpResponse:
    """All settings by group; `q` finds by name."""
    q = request.GET.get("q", "").strip()
    own = {row.key: row for row in _own_rows(request)}
    groups: dict[str, list[dict[str, Any]]] = {}
    for declared in DECLARED.values():
        if declared.kind != "json" and (not q or q in declared.label or q in declared.group):
            groups.setdefault(declared.group, []).append(_line(declared, own.get(declared.key)))
    return page(request, "desk/settings.html", {"groups": groups, "q": q})


def _own_rows(request: ActorRequest) -> list[Setting]:
    return list(Setting.objects.visible_to(request.actor).select_related("updated_by"))


def _line(declared: Declared, row: Setting | None) -> dict[str, Any]:
    return {
        "key": declared.key,
        "label": declared.label,
        "help": declared.help,
        "value": declared.shown(declared.default if row is None else row.value),
        "default": declared.shown(declared.default),
        "row": row,
    }


class SettingForm(TablerForm, forms.Form):
    """One field that fits the setting's kind; what it means is checked by the verb."""

    def __init__(self, *args: Any, declared: Declared, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _field(declared)


def _field(declared: Declared) -> forms.Field:
    if declared.kind == "bool":
        return forms.BooleanField(label=declared.label, required=False)
    if declared.kind == "choice":
        return forms.ChoiceField(label=declared.label, choices=declared.choices)
    if declared.kind == "text":
        area = forms.Textarea(attrs={"rows": 4}) if len(str(declared.default)) > 60 else forms.TextInput()
        return forms.CharField(label=declared.label, required=False, max_length=2000, widget=area)
    keypads = {"int": "numeric", "decimal": "decimal"}
    attrs = {"inputmode": keypads[declared.kind]} if declared.kind in keypads else {"type": "time"}
    return forms.CharField(label=declared.label, max_length=20, widget=forms.TextInput(attrs=attrs))


@screen("org.change_settings")
def setting(request: ActorRequest, key: str) -> HttpResponse:
    """Change one setting of the current store; its history stands below."""
    declared = DECLARED.get(key)
    if declared is None or declared.kind == "json":
        raise NotThere("没有这个参数。")
    store = request.actor.must_store
    row = Setting.objects.visible_to(request.actor).filter(store=store, key=key).first()
    plain = declared.default if row is None else row.value
    form = SettingForm(request.POST or None, declared=declared, initial={"value": plain})
    if request.method == "POST":
        form = SettingForm(request.POST, declared=declared)
        value = _typed(form)
        if attempt(form, lambda: change_setting(store, key=key, value=value(), actor=request.actor)):
            return done(request, f"{declared.label}：已保存", reverse("settings"))
    context = {
        "form": form,
        "line": _line(declared, row),
        "history": history_of(row, request.actor) if row else [],
    }
    return page(request, "desk/settings_edit.html", context, form)


def _typed(form: SettingForm) -> Any:
    def value() -> str:
        cleaned = form.cleaned_data["value"]
        return ("on" if cleaned else "") if isinstance(cleaned, bool) else str(cleaned)

    return value


@require_GET
@screen("org.manage_users")
def security_log(request: ActorRequest) -> HttpResponse:
    """Sign-ins, refusals, revealed data and exports of this store, newest first."""
    store = request.actor.must_store
    here = Q(store_id=store.pk) | Q(store_id=None, user__home_store=store) | Q(store_id=None, user=None)
    entries = SecurityEntry.objects.filter(here).select_related("user").order_by("-at", "-pk")
    shown = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "desk/security_log.html", {"page": shown})


@screen("org.change_settings")
def failed_jobs(request: ActorRequest) -> HttpResponse:
    """Background work that failed after all tries; a post tries one delivery again."""
    store = request.actor.must_store
    if request.method == "POST":
        retry_delivery(store, job_id=number_in(request.POST.get("job", "")), actor=request.actor)
        return done(request, "已重新投递", reverse("failed_jobs"))
    occurrences = Occurrence.objects.visible_to(request.actor).filter(state=Occurrence.State.FAILED)
    context: dict[str, object] = {
        "deliveries": failed_deliveries(store),
        "occurrences": occurrences.order_by("-due_at")[:100],
        "names": JOB_NAMES,
    }
    return page(request, "desk/failed_jobs.html", context)
