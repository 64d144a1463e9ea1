"""The list that comes with a binding's volumes: every paper and volume with its SHA-256; its own hash is the whole's."""

import json
from typing import Any

from .models import Binding

FORMAT = 1


def manifest_of(binding: Binding) -> bytes:
    """The list of a binding whose volumes are all made; the same binding always gives the same bytes."""
    papers = binding.bound.select_related("printed").order_by("position")
    listed: dict[str, Any] = {
        "format": FORMAT,
        "store": binding.store.code,
        "month": f"{binding.month:%Y-%m}",
        "supplement": binding.supplement,
        "volumes": [
            {
                "volume": volume.number, "papers": volume.papers, "pages": volume.pages, "bytes": volume.size,
                "sha256": volume.sha256,
            }
            for volume in binding.volumes.order_by("number")
        ],
        "papers": [
            {
                "place": paper.position, "form": paper.printed.form, "label": paper.label, "number": paper.number,
                "occurrence": paper.printed.occurrence, "printed_form": paper.printed_id,
                "sha256": paper.printed.sha256, "volume": paper.volume, "first_page": paper.first_page,
                "pages": paper.pages,
            }
            for paper in papers.iterator(chunk_size=500)
        ],
        "sequences": binding.sequences,
        "missing": binding.gaps,
    }  # fmt: skip
    return json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True).encode()
