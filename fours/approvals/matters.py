"""What needs authority: declared by the app whose rule it is, with the limits and approvers it ships with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

UNLIMITED = Decimal("999999999.99")


@dataclass(frozen=True)
class Matter:
    """Something a post may do up to an amount (`unit`: % or 元). `limits` by post, nothing for posts not named.

    `approvers`: the posts that have to agree one after another, each with the amount from which it is asked.
    """

    name: str
    label: str
    unit: str
    limits: Mapping[str, Decimal] = field(default_factory=dict)
    approvers: tuple[tuple[str, Decimal], ...] = ()

    def text(self, amount: Decimal) -> str:
        """12.5%, 300.00 元, 不限."""
        if amount >= UNLIMITED:
            return "不限"
        return f"{amount.normalize():f}%" if self.unit == "%" else f"{amount:.2f} {self.unit}"


MATTERS: dict[str, Matter] = {}


def declare_matter(matter: Matter) -> None:
    """Register a matter once at start."""
    if matter.name in MATTERS:
        raise ValueError(f"two matters are called {matter.name}")
    if not matter.approvers:
        raise ValueError(f"{matter.name}: nobody could approve it")
    MATTERS[matter.name] = matter
