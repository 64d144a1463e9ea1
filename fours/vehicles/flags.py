"""What must be seen before anything is done with a car (红旗): upper apps say theirs here."""

from collections.abc import Callable
from dataclasses import dataclass

from fours.kernel.actor import Actor
from fours.kernel.business_date import today

from .models import Vehicle


@dataclass(frozen=True)
class Flag:
    """One warning on a car's page: a short Chinese sentence, its tone, and where it leads."""

    text: str
    tone: str = "red"
    url: str = ""


Flags = Callable[[Vehicle, Actor], list[Flag]]
_SAID_BY: list[Flags] = []


def register_flags(flags: Flags) -> Flags:
    """Let a function say what is to be known of a car; it shows only what the actor may see."""
    _SAID_BY.append(flags)
    return flags


def flags_of(vehicle: Vehicle, actor: Actor) -> list[Flag]:
    """All warnings of a car, the red ones first."""
    said = [flag for flags in _SAID_BY for flag in flags(vehicle, actor)]
    return sorted(said, key=lambda flag: flag.tone != "red")


@register_flags
def flags_of_file(vehicle: Vehicle, actor: Actor) -> list[Flag]:
    """What the file itself knows: the owner's wish not to be called, and terms that are over."""
    flags = []
    owner = vehicle.owner
    if owner is not None and owner.do_not_call:
        flags.append(Flag("车主要求请勿来电"))
    for term, label in (
        (vehicle.compulsory_insurance_until, "交强险"),
        (vehicle.insurance_until, "商业险"),
        (vehicle.inspection_until, "年审"),
    ):
        if term is not None and term < today():
            flags.append(Flag(f"{label}已于 {term} 到期", "amber"))
    return flags
