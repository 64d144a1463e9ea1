"""`/api/v1/follow-up-calls`: calls after a delivery (SU-01)."""

from datetime import date
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from fours.desk.api_tools import (
    ApiRequest,
    Id,
    Listed,
    Moment,
    Page,
    PhoneText,
    Text,
    Versioned,
    When,
    held,
    listing,
    reader,
    rows_of,
)
from fours.service.api.shapes import VehicleRef
from fours.survey.models import FollowUpCall
from fours.survey.questionnaire import QUESTIONS, VERSION
from fours.survey.verbs.follow_up import call_again, complete_call, note_letter_sent, record_attempt

calls = Router()
JOINED = ("store", "vehicle")


class CallOut(Schema):
    """One call per car and day of delivery, to who brought the car."""

    id: int
    store: str
    number: str
    version: int
    state: str
    vehicle: VehicleRef
    customer_id: int
    delivered_on: date
    contact_name: str
    contact_phone: PhoneText
    window_start: Moment
    window_end: Moment
    due_at: Moment
    second_call: bool
    done_at: Moment | None
    answers: dict[str, Any]
    satisfied: bool | None
    words: str

    @staticmethod
    def resolve_store(call: FollowUpCall) -> str:
        return call.store.code


class QuestionOut(Schema):
    """One question; its answer is 1 (worst) to 5 (best), given by `code`."""

    code: str
    topic: str
    text: str
    required: bool


class QuestionnaireOut(Schema):
    version: str
    questions: list[QuestionOut]


class CallPage(Page):
    state: Literal["due", "done", "unreachable", "refused", "not_callable"] | None = None
    vehicle_id: Id | None = None
    customer_id: Id | None = None
    delivered_on: date | None = None


class Attempt(Versioned):
    result: Literal["later", "no_answer", "refused", "wrong_number"]
    note: Text = ""
    call_again_at: When | None = None


class Complete(Versioned):
    """`words`: the customer's own."""

    answers: dict[str, int] = Field(max_length=50)
    satisfied: bool | None = None
    words: Text = ""
    problem_kind: Literal["repair_quality", "service", "time", "price", "parts", "cleaning", "other"] = (
        "other"
    )


@calls.get("", response=Listed[CallOut], url_name="follow-up-calls")
def call_list(request: ApiRequest, page: Query[CallPage]) -> object:
    """Calls of the caller's stores, the newest first."""
    rows = rows_of(FollowUpCall, reader(request, page.store))
    for name in ("state", "vehicle_id", "customer_id", "delivered_on"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related(*JOINED))


@calls.get("/{int:pk}", response=CallOut, url_name="follow-up-call")
def call(request: ApiRequest, pk: int) -> FollowUpCall:
    """One call."""
    return held(request, FollowUpCall, pk, *JOINED)[0]


@calls.get("/{int:pk}/questionnaire", response=QuestionnaireOut)
def questionnaire(request: ApiRequest, pk: int) -> dict[str, Any]:
    """What is asked in the call."""
    held(request, FollowUpCall, pk)
    return {"version": VERSION, "questions": list(QUESTIONS)}


@calls.post("/{int:pk}/record-attempt", response=CallOut)
def attempt(request: ApiRequest, pk: int, data: Attempt) -> FollowUpCall:
    """Somebody tried to call."""
    row, actor = held(request, FollowUpCall, pk, *JOINED)
    return record_attempt(row, actor=actor, version=data.version, **data.given("version"))


@calls.post("/{int:pk}/complete", response=CallOut)
def complete(request: ApiRequest, pk: int, data: Complete) -> FollowUpCall:
    """The call was made; a discontent customer makes a handling sheet."""
    row, actor = held(request, FollowUpCall, pk, *JOINED)
    return complete_call(
        row,
        answers=data.answers,
        satisfied=data.satisfied,
        words=data.words,
        problem_kind=data.problem_kind,
        actor=actor,
        version=data.version,
    )


@calls.post("/{int:pk}/call-again", response=CallOut)
def again(request: ApiRequest, pk: int, data: Versioned) -> FollowUpCall:
    """Try somebody once more who could not be reached."""
    row, actor = held(request, FollowUpCall, pk, *JOINED)
    return call_again(row, actor=actor, version=data.version)


@calls.post("/{int:pk}/note-letter-sent", response=CallOut)
def letter(request: ApiRequest, pk: int, data: Versioned) -> FollowUpCall:
    """Who is not to be called was written to."""
    row, actor = held(request, FollowUpCall, pk, *JOINED)
    return note_letter_sent(row, actor=actor, version=data.version)
