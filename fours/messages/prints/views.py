"""Shape of a letter to a customer. Conventions: ``fours/service/prints/views.py``."""

from typing import Annotated, TypedDict

from fours.base.personal import Masked
from fours.kernel.prints.views import Letterhead, Paper


class LetterView(TypedDict):
    """信函, addressed for a window envelope (PF-12, SU-07): ``messages/letter.typ``."""

    letterhead: Letterhead
    paper: Paper
    receiver: Annotated[str, Masked("text")]
    """Postcode, address and name."""
    subject: str
    lines: list[str]
    date: str
