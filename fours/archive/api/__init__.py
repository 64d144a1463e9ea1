"""`/api/v1/bindings`: a month's kept papers bound in volumes, and what is missing in its folder (PF-09, PF-10)."""

from typing import Literal

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from fours.base.errors import NotThere
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    Listed,
    Moment,
    Page,
    PersonOut,
    Text,
    Versioned,
    created,
    held,
    listing,
    reader,
    rows_of,
    writer,
)

from ..folder import gaps_of
from ..models import Binding, Volume
from ..months import month_of
from ..reading import send_list, send_volume
from ..sequences import sequences_of
from ..verbs.binding import bind_month, stop_binding, verify_binding

router = Router()
bindings_router = Router()
folders_router = Router()
MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"


class VolumeOut(Schema):
    """A PDF of a binding; its bytes are at `/bindings/{id}/volumes/{number}/content` until it had to be destroyed."""

    number: int
    papers: int
    pages: int
    size: int
    sha256: str
    removed_at: Moment | None


class BindingOut(Schema):
    """A binding. `supplement` 0 is the month itself, then what came after; `sha256` is that of the list of all hashes."""

    id: int
    store: str
    version: int
    month: str
    supplement: int
    state: str
    papers: int
    papers_done: int
    volumes_due: int
    missing: int
    sha256: str
    error: str
    started_at: Moment
    started_by: PersonOut | None
    finished_at: Moment | None
    volumes: list[VolumeOut]

    @staticmethod
    def resolve_store(row: Binding) -> str:
        return row.store.code

    @staticmethod
    def resolve_month(row: Binding) -> str:
        return f"{row.month:%Y-%m}"

    @staticmethod
    def resolve_missing(row: Binding) -> int:
        return len(row.gaps)

    @staticmethod
    def resolve_papers_done(row: Binding) -> int:
        return sum(volume.papers for volume in row.volumes.all())

    @staticmethod
    def resolve_volumes(row: Binding) -> list[Volume]:
        return sorted(row.volumes.all(), key=lambda volume: volume.number)


class BindIn(Asked):
    month: Text = Field(pattern=MONTH, examples=["2026-10"])


class BindingPage(Page):
    month: str = Field("", pattern=rf"^$|{MONTH}")
    state: Literal["running", "stopped", "failed", "done"] | None = None


class GapOut(Schema):
    """Something missing: of which document, what, who sees to it, the page to do it on, the rule that asks."""

    document: str
    missing: str
    person: str
    url: str
    rule: str


class SequenceOut(Schema):
    """Numbers given in the month: how many, how many are on a document, void, and those on none."""

    kind: str
    label: str
    given: int
    there: int
    void: int
    lost: list[str]


class FolderOut(Schema):
    """A month's numbers; `items` is what is missing, all of it."""

    month: str
    sequences: list[SequenceOut]
    items: list[GapOut]


class FaultsOut(Schema):
    """What does not agree; empty when list, volumes and kept papers are as they were bound."""

    faults: list[str]


@bindings_router.get("", response=Listed[BindingOut], url_name="bindings")
def bindings(request: ApiRequest, page: Query[BindingPage]) -> object:
    """Bindings, newest first."""
    rows = rows_of(Binding, reader(request, page.store))
    if page.month:
        rows = rows.filter(month=month_of(page.month))
    if page.state:
        rows = rows.filter(state=page.state)
    related = ("store", "started_by")
    return listing(rows, page, lambda shown: shown.select_related(*related).prefetch_related("volumes"))


@bindings_router.post("", response={201: BindingOut}, url_name="bindings")
def bind(request: ApiRequest, response: HttpResponse, data: BindIn, store: str = "") -> object:
    """Let the worker bind a month, go on with one that stopped, or bind what came since; state and volumes tell how far."""
    actor = writer(request, store)
    row = bind_month(actor.must_store, month=month_of(data.month), actor=actor)
    return created(request, response, reverse("api:binding", args=[row.pk]), row)


@bindings_router.get("/{int:pk}", response=BindingOut, url_name="binding")
def binding(request: ApiRequest, pk: int) -> Binding:
    """One binding."""
    return held(request, Binding, pk, "store", "started_by")[0]


@bindings_router.post("/{int:pk}/stop", response=BindingOut)
def stop(request: ApiRequest, pk: int, data: Versioned) -> Binding:
    """Stop after the volume under way."""
    row, actor = held(request, Binding, pk, "store")
    return stop_binding(row, actor=actor, version=data.version)


@bindings_router.post("/{int:pk}/verify", response=FaultsOut)
def verify(request: ApiRequest, pk: int, data: Versioned) -> object:
    """Prove list, volumes and papers against the database now."""
    row, actor = held(request, Binding, pk, "store")
    return {"faults": verify_binding(row, actor=actor)}


@bindings_router.get("/{int:pk}/list", response={200: None}, openapi_extra={"responses": {200: {
    "description": "the list with the hash of every paper and volume", "content": {"application/json": {}},
}}})  # fmt: skip
def hash_list(request: ApiRequest, pk: int) -> HttpResponse:
    """The list of a binding that is done; the security log keeps who took it."""
    row, _ = held(request, Binding, pk, "store")
    return send_list(row, request)


@bindings_router.get("/{int:pk}/volumes/{int:number}/content", response={200: None}, openapi_extra={
    "responses": {200: {"description": "the volume, to be downloaded", "content": {"application/pdf": {}}}},
})  # fmt: skip
def volume(request: ApiRequest, pk: int, number: int) -> HttpResponse:
    """A volume's PDF; the security log keeps who took it."""
    row, _ = held(request, Binding, pk, "store")
    found = row.volumes.filter(number=number).select_related("binding", "store").first()
    if found is None:
        raise NotThere()
    return send_volume(found, request)


class FolderAsked(Schema):
    """Without `month` it is this one."""

    month: str = Field("", pattern=rf"^$|{MONTH}")
    store: str = Field("", max_length=8)


@folders_router.get("", response=FolderOut, url_name="folders")
def folder(request: ApiRequest, asked: Query[FolderAsked]) -> object:
    """What a store's month holds in numbers, and what is missing in it."""
    actor = writer(request, asked.store)
    store = actor.must_store
    actor.require(Binding.view_permission, store.pk)
    month = month_of(asked.month) if asked.month else timezone.localdate().replace(day=1)
    return {
        "month": f"{month:%Y-%m}",
        "sequences": sequences_of(store, month),
        "items": gaps_of(store, month),
    }


router.add_router("/bindings", bindings_router, tags=["archive"])
router.add_router("/month-folders", folders_router, tags=["archive"])
