"""The page of a car: who it belongs to, what is due, what must be known, and its whole life (PF-04)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fours.base.errors import NotThere
from fours.customers.models import Phone
from fours.kernel.actor import Actor
from fours.kernel.attachments import attach_address, attachments_of
from fours.kernel.comments import comment_address, comments_of
from fours.kernel.panels import panels_of, render_panel
from fours.kernel.web import ActorRequest, find, screen
from fours.vehicles.completeness import completeness_with
from fours.vehicles.flags import flags_of
from fours.vehicles.life import kinds_for, life_of, of_file
from fours.vehicles.models import MileageReading, Ownership, Vehicle
from fours.vehicles.steps import steps_with

READINGS = 20
OWNERSHIPS = Prefetch(
    "ownerships",
    Ownership.objects.select_related("customer")
    .prefetch_related(
        Prefetch("customer__phones", Phone.objects.order_by("-primary", "id")), "customer__contacts"
    )
    .order_by("-id"),
)


@screen("vehicles.view")
def vehicle(request: ActorRequest, pk: int) -> HttpResponse:
    """The whole car on one page; `?tab=` opens another tab than its life, `?kind=` narrows that to one kind."""
    actor = request.actor
    row = _with_owners(find(Vehicle, pk, actor, "advisor", "merged_into"))
    owner = row.owner if actor.can("customers.view") else None
    chosen = TABS.get(request.GET.get("tab", ""), TABS["life"])
    context = {
        "vehicle": row,
        "owner": owner,
        "users": row.users if actor.can("customers.view") else [],
        "phones": list(owner.phones.all()) if owner else [],
        "contacts": list(owner.contacts.all()) if owner else [],
        "flags": flags_of(row, actor),
        "panels": [(panel, render_panel(panel, request, row)) for panel in panels_of(Vehicle, request)],
        "next_steps": steps_with(row, actor),
        "completeness": completeness_with(owner, row) if owner else None,
        "may_change": actor.can("vehicles.change") and row.merged_into is None,
        "may_merge": actor.can("customers.merge") and row.merged_into is None,
        "tabs": TABS.values(),
        "chosen": chosen,
        **chosen.context(request, row),
    }
    return render(request, "vehicles/vehicle.html", context)


@require_GET
@screen("vehicles.view")
def vehicle_tab(request: ActorRequest, pk: int, key: str) -> HttpResponse:
    """One tab of the car's page, fetched when it is opened."""
    row = find(Vehicle, pk, request.actor)
    chosen = TABS.get(key)
    if chosen is None:
        raise NotThere()
    return render(request, chosen.template, {"vehicle": row, **chosen.context(request, row)})


def _with_owners(row: Vehicle) -> Vehicle:
    prefetch_related_objects([row], OWNERSHIPS)
    return row


def _life(request: ActorRequest, row: Vehicle) -> dict[str, object]:
    kind = request.GET.get("kind", "")
    return {"life": life_of(row, request.actor, kind), "kinds": _kinds(row, request, kind)}


def _file(request: ActorRequest, row: Vehicle) -> dict[str, object]:
    """Readings, owners and plates over the years; names only for who may see people."""
    actor = request.actor
    sees_people = actor.can("customers.view")
    return {
        "readings": _readings(row, actor),
        "owners": list(_with_owners(row).ownerships.all()) if sees_people else [],
        "plates": list(row.plate_records.order_by("-id")),
        "may_change": actor.can("vehicles.change") and row.merged_into_id is None,
    }


def _attachments(request: ActorRequest, row: Vehicle) -> dict[str, object]:
    return {
        "attachments": attachments_of(row, request.actor),
        "attach_to": attach_address(row) if row.merged_into_id is None else "",
    }


def _comments(request: ActorRequest, row: Vehicle) -> dict[str, object]:
    return {"comments": comments_of(row, request.actor), "comment_to": comment_address(row)}


@dataclass(frozen=True)
class Tab:
    """A part of the page that is read only when it is looked at."""

    key: str
    label: str
    template: str
    context: Callable[[ActorRequest, Vehicle], dict[str, object]]


TABS = {
    tab.key: tab
    for tab in (
        Tab("life", "车历", "vehicles/life.html", _life),
        Tab("file", "里程、车主、车牌", "vehicles/file.html", _file),
        Tab("attachments", "附件", "kernel/attachments.html", _attachments),
        Tab("comments", "备注", "kernel/comments.html", _comments),
    )
}


def _readings(row: Vehicle, actor: Actor) -> list[MileageReading]:
    """The newest readings, with those of files merged into this one."""
    rows = MileageReading.objects.visible_to(actor).filter(of_file(row), MileageReading.VALID)
    return list(rows.order_by("-read_on", "-id")[:READINGS])


def _kinds(row: Vehicle, request: ActorRequest, chosen: str) -> list[tuple[str, str, None, bool]]:
    kinds = [(source.kind, source.label) for source in kinds_for(row, request.actor)]
    return [
        (label, f"?kind={kind}#tabs" if kind else "?#tabs", None, kind == chosen)
        for kind, label in [("", "全部"), *kinds]
    ]
