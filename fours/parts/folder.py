"""What a month's folder must hold of parts: every slip by which something left the store room (PT-06)."""

from collections.abc import Iterator
from datetime import date

from fours.archive.folder import GapRows, declare_folder_rule, gap_rows, numbered_in, without_paper
from fours.kernel.models import Store

from .models import IssueSlip


def issue_slips(store: Store, month: date) -> Iterator[GapRows]:
    """Issue slips are kept as they were given."""
    rows = without_paper(numbered_in(IssueSlip, store, month), "parts.issue_slip")
    yield gap_rows(rows, "缺存档单据", person="created_by", page="issue_slip")


declare_folder_rule("parts.issue_slips", "领料单", issue_slips, order=40, forms=("parts.issue_slip",))
