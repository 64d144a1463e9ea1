"""Shape of a volume's cover. Conventions: ``fours/service/prints/views.py``."""

from typing import TypedDict

from fours.kernel.prints.views import Letterhead, Paper


class KindLine(TypedDict):
    label: str
    papers: str


class ContentsLine(TypedDict):
    """A paper of the volume; `page` counts from the cover, 已删除 where the paper had to go."""

    place: str
    label: str
    number: str
    page: str
    pages: str
    sha256: str


class SequenceLine(TypedDict):
    label: str
    given: str
    there: str
    void: str
    lost: str


class GapLine(TypedDict):
    document: str
    missing: str
    person: str


class CoverView(TypedDict):
    """月度归档 cover and contents (PF-09): ``archive/cover.typ``. What is missing stands in the first volume."""

    letterhead: Letterhead
    paper: Paper
    month: str
    part: str
    volume: str
    kinds: list[KindLine]
    lines: list[ContentsLine]
    sequences: list[SequenceLine]
    gaps: list[GapLine]
    more_gaps: str
    first: bool
