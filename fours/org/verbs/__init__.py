"""Verbs of the organisation; importing the package declares them."""

from . import bays, people

__all__ = ["bays", "people"]
