"""One volume of a month: a cover with its contents, then the kept papers page by page as they are (PF-09, PF-10).

The same plan gives the same bytes: no time and no name of who binds stands in it. Memory is that of one volume.
"""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter

from fours.base.errors import NotThere, Refused
from fours.base.typeset import TypesetError, typeset
from fours.kernel.printing import bytes_of
from fours.org.letterhead import letterhead

from .models import Binding, BoundPaper
from .prints.views import ContentsLine, CoverView

TEMPLATE = "archive/cover.typ"
# A volume is as thick as one holds in the hand, and small enough to be made in some seconds.
PAPERS_IN_VOLUME = 100
# More is in the list that comes with the volumes.
GAPS_ON_COVER = 200


@dataclass(frozen=True)
class Built:
    """A finished volume; `places` is (first page, pages) of each paper in the given order."""

    data: bytes
    pages: int
    places: list[tuple[int, int]]


def build_volume(binding: Binding, number: int, papers: Sequence[BoundPaper]) -> Built:
    """The PDF of a volume. Refused when a kept paper is missing or is not what was kept."""
    writer = PdfWriter()
    counts = [_append(writer, paper) for paper in papers]
    cover = _cover(binding, number, papers, [(0, count) for count in counts])
    front = len(cover.pages)
    places, page = [], front + 1
    for count in counts:
        places.append((page, count))
        page += count
    cover = _cover(binding, number, papers, places)
    writer.merge(0, cover)
    for paper, (first, count) in zip(papers, places, strict=True):
        if count:
            writer.add_outline_item(title=f"{paper.label} {paper.number}", page_number=first - 1)
    written = io.BytesIO()
    writer.write(written)
    return Built(written.getvalue(), page - 1, places)


def _append(writer: PdfWriter, paper: BoundPaper) -> int:
    """Put the paper's pages at the end; how many. One erased since the plan was made has none."""
    kept = paper.printed
    if kept.erased_at is not None:
        return 0
    try:
        data = bytes_of(kept)
    except NotThere:
        return 0
    except OSError:
        raise Refused(f"{paper.label} {paper.number} 的存档文件不在了，请联系管理员从备份恢复。") from None
    except Refused:
        raise Refused(
            f"{paper.label} {paper.number} 的存档文件与校验值不符，请联系管理员从备份恢复。"
        ) from None
    except TypesetError as error:
        raise Refused(f"{paper.label} {paper.number} 无法生成 PDF，请联系管理员。") from error
    reader = PdfReader(io.BytesIO(data))
    writer.append(reader, import_outline=False)
    return len(reader.pages)


def _cover(
    binding: Binding, number: int, papers: Sequence[BoundPaper], places: Sequence[tuple[int, int]]
) -> PdfReader:
    return PdfReader(io.BytesIO(typeset(TEMPLATE, _view(binding, number, papers, places))))


def _view(
    binding: Binding, number: int, papers: Sequence[BoundPaper], places: Sequence[tuple[int, int]]
) -> CoverView:
    code = f"{binding.store.code}-{binding.month:%y%m}-{binding.supplement}-{number}"
    kinds = Counter(paper.label for paper in papers)
    first = number == 1
    return {
        "letterhead": letterhead(binding.store),
        "paper": {
            "number": f"GD-{code}", "qr": f"GD-{code}", "printed_at": "", "printed_by": "", "copy_mark": "",
            "demo": binding.store.is_demo,
        },
        "month": f"{binding.month:%Y 年 %m 月}",
        "part": binding.title,
        "volume": f"第 {number} 册 / 共 {binding.volumes_due} 册",
        "kinds": [{"label": label, "papers": str(count)} for label, count in kinds.items()],
        "lines": [_line(paper, place) for paper, place in zip(papers, places, strict=True)],
        "sequences": [
            {
                "label": row["label"], "given": str(row["given"]), "there": str(row["there"]),
                "void": str(row["void"]), "lost": str(len(row["lost"])),
            }
            for row in (binding.sequences if first else [])
        ],
        "gaps": [
            {"document": gap["document"], "missing": gap["missing"], "person": gap["person"]}
            for gap in (binding.gaps[:GAPS_ON_COVER] if first else [])
        ],
        "more_gaps": str(max(0, len(binding.gaps) - GAPS_ON_COVER)) if first else "0",
        "first": first,
    }  # fmt: skip


def _line(paper: BoundPaper, place: tuple[int, int]) -> ContentsLine:
    page, count = place
    return {
        "place": str(paper.position),
        "label": paper.label,
        "number": paper.number,
        "page": str(page) if count else "已删除",
        "pages": str(count),
        "sha256": paper.printed.sha256,
    }
