"""What a month's folder must hold of parts: every slip by which something left the store room (PT-06)."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from fours.archive.folder import Gap, declare_folder_rule, numbered_in, without_paper
from fours.kernel.models import Store

from .models import IssueSlip


def issue_slips(store: Store, month: date) -> Iterator[Gap]:
    """Issue slips are kept as they were given."""
    rows = without_paper(
        numbered_in(IssueSlip, store, month).select_related("created_by"), "parts.issue_slip"
    )
    for row in rows:
        person = row.created_by.name if row.created_by else ""
        yield Gap(row.number, "缺存档单据", person, reverse("issue_slip", args=[row.pk]))


declare_folder_rule("parts.issue_slips", "领料单", issue_slips, order=40, forms=("parts.issue_slip",))
