"""The page of a car: who it belongs to, what is due, what must be known, and its whole life (PF-04)."""

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from fours.customers.completeness import completeness
from fours.customers.models import Phone
from fours.kernel.actor import Actor
from fours.kernel.attachments import attach_address, attachments_of
from fours.kernel.comments import comment_address, comments_of
from fours.kernel.panels import panels_of, render_panel
from fours.kernel.web import ActorRequest, find, screen
from fours.vehicles.flags import flags_of
from fours.vehicles.life import kinds_for, life_of, of_file
from fours.vehicles.models import MileageReading, Ownership, Vehicle

READINGS = 20
OWNERSHIPS = Prefetch(
    "ownerships",
    Ownership.objects.select_related("customer")
    .prefetch_related(
        Prefetch("customer__phones", Phone.objects.order_by("-primary", "id")), "customer__contacts"
    )
    .order_by("-id"),
)
# What the counter does next with a car, where that screen exists: (label, route, permission, icon).
NEXT = (
    ("接车", "check_in_new", "service.check_in", "clipboard-check"),
    ("预约", "appointment_new", "service.book", "calendar-plus"),
)


@screen("vehicles.view")
def vehicle(request: ActorRequest, pk: int) -> HttpResponse:
    """The whole car on one page; `?kind=` narrows its life to one kind of entry."""
    actor = request.actor
    row = find(Vehicle, pk, actor, "advisor", "merged_into")
    prefetch_related_objects([row], OWNERSHIPS)
    owners = list(row.ownerships.all())
    sees_people = actor.can("customers.view")
    owner = row.owner if sees_people else None
    kind = request.GET.get("kind", "")
    context = {
        "vehicle": row,
        "owner": owner,
        "phones": list(owner.phones.all()) if owner else [],
        "contacts": list(owner.contacts.all()) if owner else [],
        "owners": owners if sees_people else [],
        "plates": list(row.plate_records.order_by("-id")),
        "readings": _readings(row, actor),
        "flags": flags_of(row, actor),
        "life": life_of(row, actor, kind),
        "kinds": _tabs(row, request, kind),
        "panels": [(panel, render_panel(panel, request, row)) for panel in panels_of(Vehicle, request)],
        "next_steps": _next_steps(request, row),
        "completeness": completeness(owner, row) if owner else None,
        "may_change": actor.can("vehicles.change") and row.merged_into is None,
        "may_merge": actor.can("customers.merge") and row.merged_into is None,
        "attachments": attachments_of(row, actor),
        "attach_to": attach_address(row) if row.merged_into is None else "",
        "comments": comments_of(row, actor),
        "comment_to": comment_address(row),
    }
    return render(request, "vehicles/vehicle.html", context)


def _readings(row: Vehicle, actor: Actor) -> list[MileageReading]:
    """The newest readings, with those of files merged into this one."""
    rows = MileageReading.objects.visible_to(actor).filter(of_file(row))
    return list(rows.order_by("-read_on", "-id")[:READINGS])


def _tabs(row: Vehicle, request: ActorRequest, chosen: str) -> list[tuple[str, str, None, bool]]:
    kinds = [(source.kind, source.label) for source in kinds_for(row, request.actor)]
    return [
        (label, f"?kind={kind}" if kind else "?", None, kind == chosen)
        for kind, label in [("", "全部"), *kinds]
    ]


def _next_steps(request: ActorRequest, row: Vehicle) -> list[tuple[str, str, str]]:
    """Label, address and icon of what may be begun with the car now."""
    if row.merged_into is not None or not row.active:
        return []
    steps = []
    for label, route, permission, icon in NEXT:
        try:
            address = reverse(route)
        except NoReverseMatch:
            continue
        if request.actor.can(permission):
            steps.append((label, f"{address}?vehicle={row.pk}", icon))
    return steps
