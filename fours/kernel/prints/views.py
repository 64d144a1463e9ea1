"""Shapes every paper shares. All texts are ready to print; money is text such as "1234.50".

An empty text prints an empty place, to be filled in by hand.
"""

from typing import TypedDict


class Letterhead(TypedDict):
    """Head of every paper, copied from the store when the paper becomes binding (PF-10)."""

    store_name: str
    legal_name: str
    address: str
    service_phone: str
    complaint_phone: str
    credit_code: str


class Paper(TypedDict):
    """What is known of the sheet itself."""

    number: str
    """The document's number; 草稿 while it has none."""
    qr: str
    """What the QR code carries, usually the number; empty: no code."""
    printed_at: str
    """e.g. 2026-11-22 14:05"""
    printed_by: str
    copy_mark: str
    """Empty on the first print, then 副本 or 补打 第2次."""
    demo: bool
    """Print 演示 across the sheet."""


class Signature(TypedDict):
    """A signature given on a screen, or the empty place for one on paper."""

    name: str
    at: str
    """Date and time of signing; empty leaves a line for it."""
    image: str
    """From ``typeset.picture``; empty leaves room to sign by hand."""


class Photo(TypedDict):
    image: str
    """From ``typeset.picture``."""
    caption: str
