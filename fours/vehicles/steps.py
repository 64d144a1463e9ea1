"""What is begun with a car at the counter (接车, 预约): upper apps say theirs here."""

from dataclasses import dataclass

from django.urls import reverse

from fours.kernel.actor import Actor

from .models import Vehicle


@dataclass(frozen=True)
class Step:
    """A button on a car's page; its form, at the URL name `route`, takes the car as `?vehicle=`."""

    label: str
    route: str
    permission: str
    icon: str


_STEPS: list[Step] = []


def register_step(step: Step) -> None:
    """Show the step on the pages of cars, in the order of registering."""
    _STEPS.append(step)


def steps_with(vehicle: Vehicle, actor: Actor) -> list[tuple[str, str, str]]:
    """Label, address and icon of what the actor may begin with the car; nothing with a merged or retired file."""
    if vehicle.merged_into_id is not None or not vehicle.active:
        return []
    return [
        (step.label, f"{reverse(step.route)}?vehicle={vehicle.pk}", step.icon)
        for step in _STEPS
        if actor.can(step.permission)
    ]
