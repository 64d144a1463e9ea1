"""A binding proved against the database: its files are what was bound, its list says what the kept papers say."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from fours.kernel.attachments import read_stored

from .manifest import manifest_of
from .models import Binding


def faults_of(binding: Binding) -> Iterator[str]:
    """A line for everything that does not agree in a binding that is done."""
    listed = _listed(binding)
    if listed is None:
        yield f"{binding}：归档清单缺失或与校验值不符"
    elif hashlib.sha256(manifest_of(binding)).hexdigest() != binding.sha256:
        yield from _differences(binding, listed)
    for volume in binding.volumes.order_by("number"):
        if volume.removed_at is None and _hash_of(volume.path) != volume.sha256:
            yield f"{volume}：册文件缺失或与校验值不符"


def _listed(binding: Binding) -> dict[str, Any] | None:
    try:
        data = read_stored(binding.path)
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != binding.sha256:
        return None
    found: dict[str, Any] = json.loads(data)
    return found


def _differences(binding: Binding, listed: dict[str, Any]) -> Iterator[str]:
    """What the database says today otherwise than the list, by paper; the list itself is whole."""
    now: dict[str, Any] = json.loads(manifest_of(binding))
    papers = {paper["printed_form"]: paper for paper in now["papers"]}
    wrong = [paper for paper in listed["papers"] if papers.get(paper["printed_form"]) != paper]
    for paper in wrong:
        yield f"{binding}：{paper['label']} {paper['number']} 与数据库中的存档单据不符"
    if not wrong:
        yield f"{binding}：归档清单与数据库不符"


def _hash_of(path: str) -> str:
    try:
        return hashlib.sha256(read_stored(path)).hexdigest()
    except OSError:
        return ""
