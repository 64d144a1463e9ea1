"""What every resource of the REST interface shares: who asks, in which store, pages of rows, references."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Schema, Status
from ninja.security import HttpBearer
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)

from fours.base.errors import NotAllowed, NotThere, Refused
from fours.base.personal import Kind, mask
from fours.desk.accounts import stores_granted
from fours.desk.tokens import user_of_token
from fours.kernel.actor import Actor, Grants, grants_of, open_scope
from fours.kernel.models import Store, User
from fours.kernel.models.scope import ScopedManager, ScopedQuerySet
from fours.kernel.personal import sees_personal
from fours.kernel.web import find

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")
COUNT_CAP = 1000


class ApiRequest(HttpRequest):
    """A request with a valid token. `actor` sees all stores of the person, or the one of the document in hand."""

    actor: Actor
    user: User
    grants: Grants
    stores: list[Store]


class Bearer(HttpBearer):
    """Tells the API's description that a token is wanted; the gate has looked at it already."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return getattr(request, "actor", None)


def enter(request: HttpRequest) -> User | None:
    """Let the token's person in: actor and visible stores are set for this request; nobody without a valid token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    user = user_of_token(token.strip()) if scheme.lower() == "bearer" else None
    if user is None:
        return None
    asked = cast(ApiRequest, request)
    grants = grants_of(user)
    asked.user, asked.grants, asked.stores = user, grants, stores_granted(grants)
    if len(asked.stores) == 1:
        act_in(asked, asked.stores[0])
    else:
        visible = tuple(store.pk for store in asked.stores)
        asked.actor = replace(Actor.of(user, None, grants), _stores=visible)
        open_scope(visible)
    return user


def act_in(request: ApiRequest, store: Store) -> Actor:
    """Narrow the rest of the request, also what the database shows, to one store."""
    present: Actor | None = getattr(request, "actor", None)
    if present is not None and present.store == store:
        return present
    request.actor = Actor.of(request.user, store, request.grants)
    open_scope(request.actor.store_ids)
    return request.actor


def reader(request: ApiRequest, code: str) -> Actor:
    """The actor in the store named by its code, or in all of theirs."""
    return act_in(request, _store(request, code)) if code else request.actor


def writer(request: ApiRequest, code: str) -> Actor:
    """The actor in the one store that is written to; 422 when it is not clear which."""
    if code:
        return act_in(request, _store(request, code))
    if request.actor.store is None:
        raise Refused("请用 store= 指明门店代码。", field="store")
    return request.actor


def _store(request: ApiRequest, code: str) -> Store:
    for store in request.stores:
        if store.code == code:
            return store
    raise NotThere("没有这家门店。")


def rows_of(model: type[M], actor: Actor) -> ScopedQuerySet[M]:
    """The rows the actor may see; 403 when no post of theirs may see this kind of row at all."""
    if not actor.stores_with(getattr(model, "view_permission", None)):
        raise NotAllowed("您的岗位没有此项权限。如需办理，请联系主管。")
    return cast(ScopedManager[M], model._default_manager).visible_to(actor)


def held(request: ApiRequest, model: type[M], pk: int, *related: str) -> tuple[M, Actor]:
    """A document to work on and the actor in its store; 404 for another store's."""
    rows_of(model, request.actor)
    row = find(model, pk, request.actor, *related)
    store_id: int = row.store_id  # type: ignore[attr-defined]
    return row, act_in(request, next(store for store in request.stores if store.pk == store_id))


def referred(model: type[M], pk: int | None, actor: Actor, field: str) -> M | None:
    """The row a body refers to; refused beside the field when the actor cannot see it."""
    if pk is None:
        return None
    try:
        return find(model, pk, actor)
    except NotThere as error:
        raise Refused("找不到所指的记录。", field=field) from error


# --- shapes


def _in_our_time(moment: datetime) -> datetime:
    if not datetime(1990, 1, 1, tzinfo=UTC) <= moment <= datetime(2100, 1, 1, tzinfo=UTC):
        raise ValueError("year")
    return moment


def _local(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _one_line(text: str) -> str:
    # PostgreSQL has no NUL character in its texts, and half a surrogate pair is no character at all.
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("no text")
    return text


Text = Annotated[str, AfterValidator(_one_line), Field(max_length=2000)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Version = Annotated[int | None, Field(ge=1, le=2**31 - 1)]
Kilometers = Annotated[int, Field(ge=0, le=9_999_999)]
Money = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
Quantity = Annotated[Decimal, Field(max_digits=12, decimal_places=3)]
Hours = Annotated[Decimal, Field(max_digits=6, decimal_places=2)]
# A moment comes in with its offset and goes out in the store's time.
When = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
Moment = Annotated[datetime, PlainSerializer(_local, return_type=str)]


def _of_person(kind: Kind) -> BeforeValidator:
    def masked(value: Any, info: ValidationInfo) -> Any:
        request = (info.context or {}).get("request")
        if sees_personal(getattr(request, "actor", None)) or value is None:
            return value
        return None if kind == "day" else mask(value, kind)

    return BeforeValidator(masked)


# What a person may be known by goes out masked to who has no right to it (PF-13); a day then is null.
PhoneText = Annotated[str, _of_person("phone")]
IdentityText = Annotated[str, _of_person("identity")]
AddressText = Annotated[str, _of_person("address")]
EmailText = Annotated[str, _of_person("email")]
HiddenText = Annotated[str, _of_person("text")]
DayOfPerson = Annotated[date | None, _of_person("day")]
DataUrl = Annotated[str, Field(max_length=6_000_000)]


class Asked(Schema):
    """A body: unknown fields are refused, what was left out is left as it is."""

    model_config = ConfigDict(extra="forbid")

    def given(self, *without: str) -> dict[str, Any]:
        """What the caller has said, by field."""
        return {name: getattr(self, name) for name in self.model_fields_set if name not in without}


class Versioned(Asked):
    """The body of a verb that needs nothing; `version` refuses it when the document has changed since."""

    version: Version = None


class WithReason(Versioned):
    """The body of a verb that wants to know why."""

    reason: Text


class Page(Schema):
    """How much of a list, and of which store; each list adds its filters. Unknown parameters are refused."""

    limit: int = Field(50, ge=1, le=200)
    offset: int = Field(0, ge=0, le=10_000)
    before: Id | None = Field(
        None, description="only rows with a smaller id: for reading on beyond offset 10,000"
    )
    count: Literal["capped", "exact"] = "capped"
    store: str = Field("", max_length=8)

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> "Page":
        asked: set[str] = set((info.context or {})["request"].GET)
        if unknown := sorted(asked - set(type(self).model_fields)):
            raise Refused("有不认识的查询条件。", fields=dict.fromkeys(unknown, "没有这个查询条件。"))
        return self


class Listed(Schema, Generic[T]):
    """A page of a list, newest first; `count` stops at 1,000 unless `count=exact` is asked."""

    count: int
    count_capped: bool
    items: list[T]


class PersonOut(Schema):
    """Somebody who works here."""

    id: int
    username: str
    name: str


@dataclass
class _ListPage:
    count: int
    count_capped: bool
    items: list[Any]


def listing(
    rows: models.QuerySet[M],
    page: Page,
    shown: Callable[[models.QuerySet[M]], models.QuerySet[M]] | None = None,
) -> _ListPage:
    """A page of the rows, newest first; `shown` adds what only the rows on the page need."""
    exact = page.count == "exact"
    count = rows.count() if exact else rows.order_by()[: COUNT_CAP + 1].count()
    if page.before is not None:
        rows = rows.filter(pk__lt=page.before)
    ordered = (shown(rows) if shown else rows).order_by("-pk")
    capped = not exact and count > COUNT_CAP
    return _ListPage(
        COUNT_CAP if capped else count, capped, list(ordered[page.offset : page.offset + page.limit])
    )


def created(request: HttpRequest, response: HttpResponse, address: str, row: T) -> Status[T]:
    """The new row under the status 201, saying where it is."""
    response["Location"] = request.build_absolute_uri(address)
    return Status(201, row)


def day(value: date | None) -> str | None:
    """A date as the interface writes it."""
    return value.isoformat() if value else None
