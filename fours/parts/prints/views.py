"""Shapes of the papers of the parts store. Conventions: ``fours/service/prints/views.py``."""

from typing import TypedDict

from fours.kernel.prints.views import Letterhead, Paper, Signature


class IssueLine(TypedDict):
    """One lot taken from one bin."""

    bin: str
    number: str
    name: str
    lot: str
    unit: str
    asked: str
    given: str
    price: str
    """Sales price; printed only when the view shows prices."""
    amount: str


class IssueSlipView(TypedDict):
    """领料单 / 出库单 (PT-06), lines in bin order: ``parts/issue_slip.typ``."""

    letterhead: Letterhead
    paper: Paper
    kind: str
    """Heading: 领料单 for a repair order, 出库单 for anything else."""
    source_number: str
    """The order or request the issue rests on."""
    plate: str
    vin: str
    model: str
    team: str
    receiver: str
    issued_at: str
    show_prices: bool
    """False on the technician's copy."""
    lines: list[IssueLine]
    total: str
    capitals: str
    """Both printed only with prices."""
    remarks: str
    keeper_signature: Signature
    receiver_signature: Signature
    approver_signature: Signature
