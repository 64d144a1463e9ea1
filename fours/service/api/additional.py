"""`/api/v1/additional-works`: found in the workshop, offered, answered (SV-09)."""

from typing import Literal

from ninja import Query, Router

from fours.desk.api_tools import (
    ApiRequest,
    DataUrl,
    Id,
    Listed,
    Page,
    Text,
    Versioned,
    When,
    held,
    listing,
    reader,
    rows_of,
)
from fours.service.models import AdditionalWork
from fours.service.verbs.additional import (
    accept_additional_work,
    offer_additional_work,
    refuse_additional_work,
    withdraw_offer,
)

from .shapes import AdditionalWorkOut

router = Router()


class Offer(Versioned):
    new_promised_at: When


class Answer(Versioned):
    answered_by: Text
    via: Text


class Refusal(Answer):
    """What concerns safety needs reason, consequence and the customer's signature."""

    reason: Text = ""
    consequence: Text = ""
    signature: DataUrl = ""


class WorkPage(Page):
    state: Literal["found", "offered", "accepted", "refused"] | None = None
    order_id: Id | None = None


@router.get("", response=Listed[AdditionalWorkOut], url_name="additional-works")
def works(request: ApiRequest, page: Query[WorkPage]) -> object:
    """Additional work of the caller's stores, the newest first."""
    rows = rows_of(AdditionalWork, reader(request, page.store))
    if page.state:
        rows = rows.filter(state=page.state)
    if page.order_id:
        rows = rows.filter(order=page.order_id)
    return listing(rows, page, lambda shown: shown.select_related("found_by"))


@router.get("/{int:pk}", response=AdditionalWorkOut, url_name="additional-work")
def work(request: ApiRequest, pk: int) -> AdditionalWork:
    """One additional work."""
    return held(request, AdditionalWork, pk, "found_by")[0]


@router.post("/{int:pk}/offer", response=AdditionalWorkOut)
def offer(request: ApiRequest, pk: int, data: Offer) -> AdditionalWork:
    """Offer the priced work to the customer."""
    row, actor = held(request, AdditionalWork, pk, "order")
    return offer_additional_work(row, new_promised_at=data.new_promised_at, actor=actor, version=data.version)


@router.post("/{int:pk}/withdraw", response=AdditionalWorkOut)
def withdraw(request: ApiRequest, pk: int, data: Versioned) -> AdditionalWork:
    """Take an unanswered offer back."""
    row, actor = held(request, AdditionalWork, pk, "order")
    return withdraw_offer(row, actor=actor, version=data.version)


@router.post("/{int:pk}/accept", response=AdditionalWorkOut)
def accept(request: ApiRequest, pk: int, data: Answer) -> AdditionalWork:
    """The customer agrees."""
    row, actor = held(request, AdditionalWork, pk, "order")
    return accept_additional_work(
        row, answered_by=data.answered_by, via=data.via, actor=actor, version=data.version
    )


@router.post("/{int:pk}/refuse", response=AdditionalWorkOut)
def refuse(request: ApiRequest, pk: int, data: Refusal) -> AdditionalWork:
    """The customer refuses."""
    row, actor = held(request, AdditionalWork, pk, "order")
    return refuse_additional_work(row, actor=actor, version=data.version, **data.given("version"))
