"""The one interface behind which every provider stands."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """What a provider gets. The same `client_id` twice is the same message, handed over again after a crash."""

    client_id: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """The provider has taken the message; its own number for it, where it gives one."""

    provider_id: str = ""


class NotSent(Exception):
    """The message was not taken. The text is for people and names no secret."""


class Unreachable(NotSent):
    """Nobody answers at the provider's address: no try is counted, the message waits."""


class Troubled(NotSent):
    """The provider answered that it cannot now (or did not answer in time); worth another try later."""


class Rejected(NotSent):
    """The provider will never take this message as it is."""


class ReceiverRefuses(NotSent):
    """The receiver has refused messages at the network or provider."""


class Carrier(Protocol):
    """Hands one message over, or raises a NotSent. Never called inside a transaction."""

    def send(self, message: Outgoing) -> Receipt: ...
