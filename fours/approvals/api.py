"""`/api/v1/approvals`: requests the caller may read, asking and answering (PF-06)."""

from decimal import Decimal
from typing import Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema

from fours.base.errors import NotThere
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    Id,
    Listed,
    Moment,
    Money,
    Page,
    PersonOut,
    Text,
    Versioned,
    WithReason,
    act_in,
    created,
    listing,
    reader,
    writer,
)
from fours.kernel.actor import Actor
from fours.kernel.attachments import target_of

from .models import ApprovalRequest
from .reading import requests_for
from .verbs.request import (
    approve_request,
    note_answer,
    refuse_request,
    request_approval,
    withdraw_request,
)

router = Router()
resource = Router()


class StepOut(Schema):
    position: int
    post: str
    state: str
    decided_by: PersonOut | None
    decided_at: Moment | None
    note: str


class ApprovalOut(Schema):
    """A request to go beyond the limits of a post, with who has to agree."""

    id: int
    store: str
    number: str
    version: int
    matter: str
    target_kind: str
    target_id: int
    target_title: str
    bound: str
    amount: Money
    reason: str
    state: str
    asked_by: PersonOut | None
    asked_at: Moment
    answered_at: Moment | None
    used_at: Moment | None
    steps: list[StepOut]

    @staticmethod
    def resolve_store(row: ApprovalRequest) -> str:
        return row.store.code

    @staticmethod
    def resolve_asked_by(row: ApprovalRequest) -> object:
        return row.created_by

    @staticmethod
    def resolve_asked_at(row: ApprovalRequest) -> object:
        return row.created_at

    @staticmethod
    def resolve_steps(row: ApprovalRequest) -> list[object]:
        return list(row.steps.all())


class AskIn(Asked):
    matter: Text
    target_kind: Text
    target_id: Id
    amount: Money
    reason: Text
    bound: Text = ""


class ApproveIn(Versioned):
    note: Text = ""


class ApprovalPage(Page):
    state: Literal["waiting", "approved", "refused", "used", "withdrawn"] | None = None


JOINED = ("store", "created_by")


def _held(request: ApiRequest, pk: int) -> tuple[ApprovalRequest, Actor]:
    """The request, if the caller may read it in its store, and the caller there."""
    found = ApprovalRequest.objects.visible_to(request.actor).select_related(*JOINED).filter(pk=pk).first()
    if found is None:
        raise NotThere()
    actor = act_in(request, next(store for store in request.stores if store.pk == found.store_id))
    if not requests_for(actor).filter(pk=pk).exists():
        raise NotThere()
    return found, actor


def _again(row: ApprovalRequest, actor: Actor) -> ApprovalRequest:
    rows = requests_for(actor).select_related(*JOINED).prefetch_related("steps__decided_by")
    return rows.get(pk=row.pk)


@resource.get("", response=Listed[ApprovalOut], url_name="approvals")
def approvals(request: ApiRequest, page: Query[ApprovalPage]) -> object:
    """The requests the caller asked for or is asked about, in one store, the newest first."""
    actor = reader(request, page.store or (request.stores[0].code if request.stores else ""))
    rows = requests_for(actor)
    if page.state:
        rows = rows.filter(state=page.state)
    return listing(
        rows, page, lambda rows: rows.select_related(*JOINED).prefetch_related("steps__decided_by")
    )


@resource.post("", response={201: ApprovalOut}, url_name="approvals")
def ask(request: ApiRequest, response: HttpResponse, data: AskIn, store: str = "") -> object:
    """Ask to go beyond the limit of one's post, on one document, once."""
    actor = writer(request, store)
    target = target_of(data.target_kind, data.target_id, actor)
    row = request_approval(
        actor.must_store, matter=data.matter, target=target, amount=Decimal(data.amount), reason=data.reason,
        bound=data.bound, actor=actor,
    )  # fmt: skip
    return created(request, response, reverse("api:approval", args=[row.pk]), _again(row, actor))


@resource.get("/{int:pk}", response=ApprovalOut, url_name="approval")
def approval(request: ApiRequest, pk: int) -> ApprovalRequest:
    """One request."""
    return _again(*_held(request, pk))


@resource.post("/{int:pk}/approve", response=ApprovalOut)
def approve(request: ApiRequest, pk: int, data: ApproveIn) -> ApprovalRequest:
    """Agree in the name of one's post."""
    row, actor = _held(request, pk)
    return _again(approve_request(row, note=data.note, version=data.version, actor=actor), actor)


@resource.post("/{int:pk}/refuse", response=ApprovalOut)
def refuse(request: ApiRequest, pk: int, data: WithReason) -> ApprovalRequest:
    """Refuse with the reason."""
    row, actor = _held(request, pk)
    return _again(refuse_request(row, reason=data.reason, version=data.version, actor=actor), actor)


@resource.post("/{int:pk}/withdraw", response=ApprovalOut)
def withdraw(request: ApiRequest, pk: int, data: Versioned) -> ApprovalRequest:
    """Take one's own request back."""
    row, actor = _held(request, pk)
    return _again(withdraw_request(row, version=data.version, actor=actor), actor)


@resource.post("/{int:pk}/note-answer", response=ApprovalOut)
def noted(request: ApiRequest, pk: int, data: Versioned) -> ApprovalRequest:
    """The asker has read the answer."""
    row, actor = _held(request, pk)
    return _again(note_answer(row, version=data.version, actor=actor), actor)


router.add_router("/approvals", resource, tags=["approvals"])
