from .message import Broadcast, Message
from .opt_out import OptOut
from .provider import CHANNEL_OF_KIND, Provider
from .template import MessageTemplate
from .words import Channel, MessageState, Purpose

__all__ = [
    "CHANNEL_OF_KIND",
    "Broadcast",
    "Channel",
    "Message",
    "MessageState",
    "MessageTemplate",
    "OptOut",
    "Provider",
    "Purpose",
]
