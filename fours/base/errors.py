"""What a verb may answer instead of doing its work. Each carries a Chinese sentence for the person in front of it."""

from collections.abc import Mapping


class Refused(Exception):
    """The work was not done and nothing was changed. `field` names the input the message stands beside."""

    code = "refused"
    status = 422
    # Label and address of what helps on from here, shown beside the message.
    way_on: tuple[str, str] | None = None

    def __init__(self, message: str, *, field: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})
        if field:
            self.fields[field] = message

    def remember(self, typed: Mapping[str, str]) -> None:
        """Told, by the form that shows it, what was typed there; kept where the way on comes back to that form."""


class NotAllowed(Refused):
    """The actor may see the store but has no right to this."""

    code = "no_right"
    status = 403


class NotThere(Refused):
    """Unknown, or another store's: the two look the same from outside."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "找不到这条记录。") -> None:
        super().__init__(message)


class IllegalMove(Refused):
    """The document is not in a state from which this verb leads on."""

    code = "illegal_state"
    status = 409


class Stale(Refused):
    """Somebody else changed the document since it was read; `now` is its present version, where it has one."""

    code = "stale_version"
    status = 409

    def __init__(self, message: str, *, field: str = "", now: int | None = None) -> None:
        super().__init__(message, field=field)
        self.now = now


class Gone(Refused):
    """What was wanted is no longer there: the last piece, the free bay, the open amount."""

    code = "gone"
    status = 409


class TooMany(Refused):
    """Tried too often within a time."""

    code = "too_many"
    status = 429


class KeyReused(Refused):
    """An idempotency key came again with another request."""

    code = "key_reused"
    status = 409


class NeedsConfirmation(Refused):
    """A warning the person may override by confirming it (`warning` is the key to confirm with)."""

    code = "needs_confirmation"
    status = 409

    def __init__(self, message: str, *, warning: str, field: str = "") -> None:
        super().__init__(message, field=field)
        self.warning = warning
