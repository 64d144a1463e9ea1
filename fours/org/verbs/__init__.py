"""Verbs of the organisation; importing the package declares them."""

from . import people

__all__ = ["people"]
