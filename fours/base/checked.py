"""What a check of one typed value says."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Checked(Generic[T]):
    """A value in the one form it is stored in, or why it cannot be taken.

    With an `error` there is no value. A `warning` is for a person to confirm; the value may be stored. `kind`
    is the sort of value found, where there are several. Nothing typed is neither value nor error.
    """

    value: T | None
    error: str | None = None
    warning: str | None = None
    kind: str = ""

    @property
    def ok(self) -> bool:
        return self.error is None


def refused(message: str) -> Checked[T]:
    """A value that cannot be taken, with the Chinese sentence shown beside its field."""
    return Checked(None, error=message)
