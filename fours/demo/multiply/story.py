"""All the rows of one visit, from the booking to the last follow-up call, as they stand in the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from fours.kernel.models import Comment, User
from fours.parts.models import Backorder, Part, Reservation
from fours.service.models import ClockEntry, Estimate, LaborLine, PartLine, RepairOrder
from fours.survey.models import FollowUpCall

from .declared import COPIED, model_of

Row = Mapping[str, Any]
EMPTY_STATES = ("delivered", "closed")


@dataclass(frozen=True)
class Story:
    """One visit: rows by model label in the order of their ids, and the facts a copy has others of."""

    order_id: int
    rows: Mapping[str, list[Row]]
    vehicle_id: int
    customer_id: int
    plate: str
    owner: str
    contact: str
    phone: str
    technician: User
    arrived_on: date
    mileage: int
    works_from: datetime
    works_until: datetime
    ends: datetime
    closed: bool
    lines: int
    operations: frozenset[str]
    parts: frozenset[str]
    package: str

    def ids(self, label: str) -> list[int]:
        """The ids of its rows of one model, rising."""
        return [row["id"] for row in self.rows.get(label, ())]


def read_stories(orders: Iterable[RepairOrder]) -> list[Story]:
    """The visits that can be copied: delivered, worked by one technician, with nothing left hanging in the store."""
    return [story for order in orders if _is_copyable(order) if (story := _read(order)) is not None]


def _is_copyable(order: RepairOrder) -> bool:
    hanging = (
        Reservation.objects.filter(source_id=order.pk),
        Backorder.objects.filter(source_id=order.pk),
        Estimate.objects.filter(order=order),
        Comment.objects.filter(aggregate_kind="service.repairorder", aggregate_id=order.pk),
    )
    hands = ClockEntry.objects.filter(job__order=order).values("technician").distinct().count()
    return order.state in EMPTY_STATES and hands == 1 and not any(rows.exists() for rows in hanging)


def _read(order: RepairOrder) -> Story | None:
    rows = _rows(order)
    jobs = LaborLine.objects.filter(order=order).select_related("operation")
    lines = PartLine.objects.filter(order=order).exclude(part=None)
    clocks = rows["service.clockentry"]
    if order.check_in is None or any(clock["ended_at"] is None for clock in clocks):
        return None
    return Story(
        order_id=order.pk,
        rows=rows,
        vehicle_id=order.vehicle_id,
        customer_id=order.customer_id,
        plate=order.vehicle.plate,
        owner=order.customer.name,
        contact=order.deliverer_name,
        phone=order.deliverer_phone,
        technician=User.objects.get(pk=clocks[0]["technician_id"]),
        arrived_on=timezone.localdate(order.arrived_at),
        mileage=order.mileage_in,
        works_from=min(clock["started_at"] for clock in clocks),
        works_until=max(clock["ended_at"] for clock in clocks),
        ends=max(event["at"] for event in rows["kernel.event"]),
        closed=order.state == RepairOrder.State.CLOSED
        and all(call["state"] != FollowUpCall.State.DUE for call in rows["survey.followupcall"])
        and all(sheet["state"] == "closed" for sheet in rows["survey.handlingsheet"]),
        lines=len(rows["service.laborline"]) + len(rows["service.partline"]) + len(rows["service.feeline"]),
        operations=frozenset(job.operation.code for job in jobs if job.operation),
        parts=frozenset(Part.objects.filter(pk__in=lines.values("part")).values_list("number", flat=True)),
        package=next((job.package for job in jobs if job.package), ""),
    )


def _rows(order: RepairOrder) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {label: [] for label in COPIED}

    def take(label: str, *conditions: Q, **wanted: Any) -> list[int]:
        rows = model_of(label)._default_manager.filter(*conditions, **wanted).order_by("pk")
        fields = [field.attname for field in model_of(label)._meta.concrete_fields]
        found[label] = [dict(zip(fields, row, strict=True)) for row in rows.values_list(*fields)]
        return [row["id"] for row in found[label]]

    check_in = order.check_in
    appointment = check_in.appointment if check_in else None
    began = min(row.created_at for row in (check_in, appointment, order) if row is not None)
    take("service.appointment", pk=appointment.pk if appointment else 0)
    take("service.checkin", pk=order.check_in_id or 0)
    take("service.repairorder", pk=order.pk)
    for label in ("additionalwork", "laborline", "partline", "feeline", "inspection", "wash", "gatepass"):
        take(f"service.{label}", order=order)
    take("service.jobassignment", job__order=order)
    take("service.clockentry", job__order=order)
    take("service.statement", order=order)
    take("service.statementline", statement__order=order)
    take("service.payment", statement__order=order)
    slips = take("parts.issueslip", source_kind="service.repairorder", source_id=order.pk)
    take("parts.issueline", slip__in=slips)
    take("parts.stockmovement", pk__in=[line["movement_id"] for line in found["parts.issueline"]])
    take("vehicles.mileagereading", vehicle=order.vehicle_id, at__gte=began)
    take("survey.followuporder", order=order)
    calls = [row["call_id"] for row in found["survey.followuporder"]]
    take("survey.handlingsheet", Q(call__in=calls))
    calls += [row["second_call_id"] for row in found["survey.handlingsheet"] if row["second_call_id"]]
    take("survey.followupcall", pk__in=calls)
    take("survey.callattempt", call__in=calls)
    whole = [(label, [row["id"] for row in rows]) for label, rows in found.items()]
    take("kernel.attachment", _any(whole, "aggregate_kind", "aggregate_id"))
    take("kernel.task", _any(whole, "source_kind", "source_id"))
    of_car = Q(aggregate_kind="vehicles.vehicle", aggregate_id=order.vehicle_id, at__gte=began)
    take("kernel.event", _any(whole, "aggregate_kind", "aggregate_id") | of_car)
    return found


def _any(whole: Iterable[tuple[str, list[int]]], kind: str, pk: str) -> Q:
    """Rows that name one of these rows."""
    condition = Q(pk__in=[])
    for label, ids in whole:
        if ids:
            condition |= Q(**{kind: label, f"{pk}__in": ids})
    return condition
