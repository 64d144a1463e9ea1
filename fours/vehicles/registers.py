"""The list of cars. It is a register's list; the car's page and its form are by hand."""

from typing import Any

from django.urls import reverse

from fours.desk.search import matching_ids
from fours.kernel.actor import Actor
from fours.register import Register, column

from .models import Vehicle
from .search import KIND, OPEN_OWNERSHIPS


class VehicleList(Register):
    name = "vehicles"
    model = Vehicle
    view = "vehicles.view"
    change = "vehicles.change"
    columns = (
        "car",
        "model_text",
        "owner",
        "mileage",
        "last_visit_on",
        "next_service_on",
        "insurance_until",
        "active",
    )
    filters = ("drive", "use", "active")
    search = ("plate",)
    form = (
        ("档案", ("vin", "plate", "engine_number", "brand", "series", "model_name", "color", "drive", "use",
                "registered_on", "warranty_until", "inspection_until", "note")),
    )  # fmt: skip
    icon = "car"

    def rows(self, actor: Actor) -> Any:
        return super().rows(actor).filter(merged_into=None).prefetch_related(OPEN_OWNERSHIPS)

    def matching(self, rows: Any, text: str, actor: Actor) -> Any:
        """By plate, VIN and what finds the owner."""
        return rows.filter(pk__in=matching_ids(actor, KIND, text))

    def address(self, row: Vehicle) -> str:
        return reverse("vehicle", args=[row.pk])

    @column("车牌")
    def car(self, row: Vehicle) -> str:
        return str(row)

    @column("车型")
    def model_text(self, row: Vehicle) -> str:
        return row.description or "—"

    @column("车主")
    def owner(self, row: Vehicle) -> str:
        return row.owner.name if row.owner else "—"


VEHICLES = VehicleList()
