"""`/api/v1/jobs`, `/washes`: work in the shop (SV-07 to SV-11)."""

from typing import Literal

from ninja import Query, Router
from pydantic import Field

from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    Id,
    Listed,
    Page,
    Text,
    Versioned,
    held,
    listing,
    reader,
    rows_of,
)
from fours.org.people import employee
from fours.service.models import LaborLine, RepairOrder, Wash
from fours.service.verbs.inspection import check_job
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job, pause_job, take_back_job

from .shapes import JobOut, OrderOut, WashOut, jobs_whole, order_whole

router = Router()
washes = Router()


class CheckItem(Asked):
    """An item of a checklist with its result."""

    name: Text
    result: Literal["ok", "watch", "replace", "fail"]
    value: Text = ""
    group: Text = ""
    limit: Text = ""

    def answered(self) -> dict[str, str]:
        """The item as an inspection keeps it."""
        return dict(self.model_dump())


class Dispatch(Versioned):
    """`technicians`: user names; the hours are shared equally."""

    technicians: list[Text] = Field(min_length=1, max_length=10)
    bay: Text = ""


class Pause(Versioned):
    reason: Literal["parts", "customer", "bay", "outside", "break"]


class Finish(Versioned):
    items: list[CheckItem] = Field(max_length=100)
    cause: Text = ""
    work_done: Text = ""


class TeamCheck(Versioned):
    passed: bool
    items: list[CheckItem] = Field([], max_length=100)
    reason: Text = ""
    advice: Text = ""


class FinishWash(Versioned):
    items: list[Text] = Field(max_length=50)
    parking_place: Text = ""


class JobPage(Page):
    state: Literal["open", "dispatched", "in_work", "paused", "self_checked", "team_checked"] | None = None
    order_id: Id | None = None
    technician: str = Field("", max_length=40)


class WashPage(Page):
    state: Literal["waiting", "washing", "done"] | None = None


def _again(request: ApiRequest, job: LaborLine) -> LaborLine:
    return jobs_whole(rows_of(LaborLine, request.actor).filter(pk=job.pk)).get()


@router.get("", response=Listed[JobOut], url_name="jobs")
def jobs(request: ApiRequest, page: Query[JobPage]) -> object:
    """Jobs of the caller's stores, the newest first."""
    rows = rows_of(LaborLine, reader(request, page.store))
    if page.state:
        rows = rows.filter(state=page.state)
    if page.order_id:
        rows = rows.filter(order=page.order_id)
    if page.technician:
        rows = rows.filter(assignments__technician__username=page.technician)
    return listing(rows, page, jobs_whole)


@router.get("/{int:pk}", response=JobOut, url_name="job")
def job(request: ApiRequest, pk: int) -> LaborLine:
    """One job."""
    return _again(request, held(request, LaborLine, pk)[0])


@router.post("/{int:pk}/dispatch", response=JobOut)
def dispatch(request: ApiRequest, pk: int, data: Dispatch) -> LaborLine:
    """Give the job to technicians in a bay."""
    row, actor = held(request, LaborLine, pk)
    people = [employee(actor.must_store, name, "technicians") for name in data.technicians]
    return _again(
        request, dispatch_job(row, technicians=people, bay=data.bay, actor=actor, version=data.version)
    )


@router.post("/{int:pk}/take-back", response=JobOut)
def take_back(request: ApiRequest, pk: int, data: Versioned) -> LaborLine:
    """Take a dispatched job back that nobody has begun."""
    row, actor = held(request, LaborLine, pk)
    return _again(request, take_back_job(row, actor=actor, version=data.version))


@router.post("/{int:pk}/clock-on", response=JobOut)
def clock(request: ApiRequest, pk: int, data: Versioned) -> LaborLine:
    """The caller begins to work on the job."""
    row, actor = held(request, LaborLine, pk)
    clock_on(row, actor=actor, version=data.version)
    return _again(request, row)


@router.post("/{int:pk}/pause", response=JobOut)
def pause(request: ApiRequest, pk: int, data: Pause) -> LaborLine:
    """Stop the clocks with the reason."""
    row, actor = held(request, LaborLine, pk)
    return _again(request, pause_job(row, reason=data.reason, actor=actor, version=data.version))


@router.post("/{int:pk}/finish", response=JobOut)
def finish(request: ApiRequest, pk: int, data: Finish) -> LaborLine:
    """Done, with the technician's own check."""
    row, actor = held(request, LaborLine, pk)
    items = [item.answered() for item in data.items]
    done = finish_job(
        row, items=items, cause=data.cause, work_done=data.work_done, actor=actor, version=data.version
    )
    return _again(request, done)


@router.post("/{int:pk}/check", response=JobOut)
def check(request: ApiRequest, pk: int, data: TeamCheck) -> LaborLine:
    """The team leader passes the job or sends it back."""
    row, actor = held(request, LaborLine, pk)
    checked = check_job(
        row,
        passed=data.passed,
        items=[item.answered() for item in data.items],
        reason=data.reason,
        advice=data.advice,
        actor=actor,
        version=data.version,
    )
    return _again(request, checked)


@washes.get("", response=Listed[WashOut], url_name="washes")
def wash_list(request: ApiRequest, page: Query[WashPage]) -> object:
    """Cars in the wash queue and those washed."""
    rows = rows_of(Wash, reader(request, page.store))
    return listing(rows.filter(state=page.state) if page.state else rows, page)


@washes.get("/{int:pk}", response=WashOut, url_name="wash")
def wash(request: ApiRequest, pk: int) -> Wash:
    """One car in the wash queue."""
    return held(request, Wash, pk, "order")[0]


@washes.post("/{int:pk}/start", response=WashOut)
def start(request: ApiRequest, pk: int, data: Versioned) -> Wash:
    """The washer takes the car."""
    row, actor = held(request, Wash, pk, "order")
    return start_wash(row, actor=actor, version=data.version)


@washes.post("/{int:pk}/finish", response=OrderOut)
def finished(request: ApiRequest, pk: int, data: FinishWash) -> RepairOrder:
    """The car is clean: answers the order, completed."""
    row, actor = held(request, Wash, pk, "order")
    order = finish_wash(
        row, items=data.items, parking_place=data.parking_place, actor=actor, version=data.version
    )
    return order_whole(request, order)
