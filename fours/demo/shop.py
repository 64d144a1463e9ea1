"""What every scene of the demo plays with: the shop, its hands, the guest and the car."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fours.kernel.actor import Actor
from fours.kernel.models import User

from .cars import Car
from .founding import Catalogue
from .staff import Staff

Times = Iterator[datetime]


@dataclass
class Hands:
    """When each technician is next free, so that nobody works on two cars at once."""

    technicians: Sequence[Actor]
    free_at: dict[int, datetime] = field(default_factory=dict)

    def free(self, actor: Actor, moment: datetime) -> datetime:
        """When this technician can begin, not before the moment."""
        return max(moment, self.free_at.get(user_of(actor).pk, moment))

    def next_free(self, moment: datetime) -> Actor:
        """The technician who can begin first."""
        return min(self.technicians, key=lambda actor: self.free(actor, moment))

    def keep_busy(self, actor: Actor, until: datetime) -> None:
        self.free_at[user_of(actor).pk] = until


@dataclass
class Shop:
    """All a visit needs to know of the store it happens in."""

    staff: Staff
    catalogue: Catalogue
    hands: Hands
    rng: random.Random
    signature: str

    def minutes(self, low: int, high: int) -> timedelta:
        return timedelta(minutes=self.rng.randint(low, high))


@dataclass(frozen=True)
class Guest:
    """A car and the person who brings it; `customer_name` is the owner's, which may be a company."""

    vehicle_id: int
    customer_id: int
    car: Car
    name: str
    phone: str
    customer_name: str
    may_be_called: bool = True


@dataclass
class Visiting:
    """One visit under way: the same advisor and the same technician from beginning to end.

    `halts_at` is the stage in which the car shall be found by who opens the demo; empty: it leaves.
    """

    guest: Guest
    advisor: Actor
    halts_at: str = ""
    technician: Actor | None = None


def user_of(actor: Actor) -> User:
    """The person behind an actor who is one."""
    assert actor.user is not None
    return actor.user
