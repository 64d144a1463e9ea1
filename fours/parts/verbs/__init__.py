"""The verbs of the parts store; importing this room declares them all."""

from . import issue, receive, reserve, stock, store_part

__all__ = ["issue", "receive", "reserve", "stock", "store_part"]
