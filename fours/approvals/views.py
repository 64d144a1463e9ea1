"""Approvals on screen: what waits for me, one request with its steps, and the form that asks."""

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from fours.base.errors import NotThere
from fours.kernel.attachments import target_of
from fours.kernel.forms import TablerForm
from fours.kernel.history import history_of
from fours.kernel.tasks import post_names
from fours.kernel.web import ActorRequest, attempt, back_address, done, page, screen

from .matters import MATTERS
from .models import ApprovalRequest
from .reading import requests_for, waiting_for
from .substitutes import may_decide
from .verbs.request import approve_request, refuse_request, request_approval

PER_PAGE = 30
LONGEST_WAY = 200
TONES = {"waiting": "amber", "approved": "green", "refused": "red", "used": "blue", "withdrawn": "neutral"}
State = ApprovalRequest.State


class AskForm(TablerForm, forms.Form):
    """What is asked for comes from the rule that refused; only the reason is typed."""

    reason = forms.CharField(label="申请原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
    amount = forms.DecimalField(max_digits=14, decimal_places=2, widget=forms.HiddenInput)
    matter = forms.CharField(max_length=40, widget=forms.HiddenInput)
    kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    pk = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    bound = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    back = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    typed = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)


class AnswerForm(TablerForm, forms.Form):
    note = forms.CharField(label="意见", max_length=200, required=False)
    autofocus = False


class RefusalForm(TablerForm, forms.Form):
    reason = forms.CharField(label="不同意的原因", max_length=200)
    autofocus = False


@require_GET
@screen(None)
def approvals(request: ActorRequest) -> HttpResponse:
    """What waits for me, what I asked for, and the rest I may read."""
    mine = requests_for(request.actor)
    tabs: dict[str, tuple[str, Any]] = {
        "to_decide": ("待我审批", waiting_for(request.actor)),
        "asked": ("我的申请", mine.filter(created_by=request.user)),
        "all": ("全部", mine),
    }
    shown = request.GET.get("state", "to_decide")
    rows = tabs.get(shown, tabs["to_decide"])[1].select_related("created_by").order_by("-pk")
    counts = {key: of.count() for key, (_, of) in tabs.items()}
    context: dict[str, object] = {
        "tabs": [(label, f"?state={key}", counts[key], key == shown) for key, (label, _) in tabs.items()],
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "matters": MATTERS,
        "tones": TONES,
    }
    return page(request, "approvals/list.html", context)


@screen(None)
def approval_new(request: ActorRequest) -> HttpResponse:
    """Ask for what a rule has just refused; the address says what, on which document and how far."""
    came_from = {"back": back_address(request, ""), **request.GET.dict()}
    form = AskForm(request.POST) if request.method == "POST" else AskForm(initial=came_from)
    typed = request.POST if request.method == "POST" else request.GET
    matter = MATTERS.get(typed.get("matter", ""))
    pk = typed.get("pk", "")
    if matter is None or not pk.isdecimal() or len(pk) > 18:
        raise NotThere()
    target = target_of(typed.get("kind", ""), int(pk), request.actor)

    def ask() -> ApprovalRequest:
        asked = form.cleaned_data
        return request_approval(
            request.actor.must_store, matter=matter.name, target=target, amount=asked["amount"],
            reason=asked["reason"], bound=asked["bound"], url=_way_back(request, asked["back"], asked["typed"]),
            actor=request.actor,
        )  # fmt: skip

    if request.method == "POST" and (made := attempt(form, ask)):
        return done(request, f"已提交审批 {made.number}", reverse("approval", args=[made.pk]))
    context: dict[str, object] = {
        "form": form,
        "matter": matter,
        "amount": matter.text(_amount(typed.get("amount", ""))),
        "target": target,
        "bound": typed.get("bound", "")[:200],
    }
    return page(request, "approvals/new.html", context, form)


@require_GET
@screen(None)
def approval(request: ActorRequest, pk: int) -> HttpResponse:
    """One request: what for, who has agreed, and the answer to give."""
    return _page(request, _find(request, pk))


@require_POST
@screen(None)
def approve(request: ActorRequest, pk: int) -> HttpResponse:
    """Agree with one click; a note is welcome."""
    row, form = _find(request, pk), AnswerForm(request.POST)
    if (
        attempt(form, lambda: approve_request(row, note=form.cleaned_data["note"], actor=request.actor))
        is None
    ):
        return _page(request, row, answer=form)
    return done(request, "已同意", reverse("approvals"))


@require_POST
@screen(None)
def refuse(request: ActorRequest, pk: int) -> HttpResponse:
    """Refuse with the reason."""
    row, form = _find(request, pk), RefusalForm(request.POST)
    if (
        attempt(form, lambda: refuse_request(row, reason=form.cleaned_data["reason"], actor=request.actor))
        is None
    ):
        return _page(request, row, refusal=form)
    return done(request, "已答复：不同意", reverse("approvals"))


def _page(
    request: ActorRequest,
    row: ApprovalRequest,
    answer: AnswerForm | None = None,
    refusal: RefusalForm | None = None,
) -> HttpResponse:
    steps = list(row.steps.select_related("decided_by"))
    step = next((one for one in steps if one.state == "waiting"), None)
    decides = (
        row.state == State.WAITING
        and step is not None
        and row.created_by_id != request.user.pk
        and may_decide(request.actor, row.store, step.post)
    )
    context: dict[str, object] = {
        "row": row,
        "matter": MATTERS[row.matter],
        "tone": TONES[row.state],
        "steps": [(post_names().get(one.post, one.post), one) for one in steps],
        "decides": decides,
        "is_mine": row.created_by_id == request.user.pk,
        "answer": answer or AnswerForm(),
        "refusal": refusal or RefusalForm(),
        "history": history_of(row, request.actor),
    }
    return page(request, "approvals/page.html", context, answer or refusal)


def _find(request: ActorRequest, pk: int) -> ApprovalRequest:
    row = requests_for(request.actor).select_related("created_by", "store").filter(pk=pk).first()
    if row is None:
        raise NotThere()
    return row


def _way_back(request: ActorRequest, address: str, typed: str) -> str:
    """The page that refused, with what was typed there; its path alone where that would be too long."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    parts = urlsplit(address)
    # A browser reads `/\evil.example` as another host, which the check of a whole address does not see in its path.
    path, query = "/" + parts.path.lstrip("/\\"), dict(parse_qsl(parts.query))
    whole = f"{path}?{urlencode({**query, **dict(parse_qsl(typed))})}".removesuffix("?")
    return next((way for way in (whole, path) if len(way) <= LONGEST_WAY), "")


def _amount(text: str) -> Decimal:
    field = forms.DecimalField(max_digits=14, decimal_places=2)
    try:
        return Decimal(field.clean(text))
    except forms.ValidationError:
        raise NotThere() from None
