"""The posts of a dealership as facts: what each is called, where it sits and what it has to do."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

Level = Literal["store", "group", "outside"]


@dataclass(frozen=True)
class DepartmentFact:
    """A department (部门) as dealerships usually cut them; `code` is stable, `name` is shown."""

    code: str
    name: str
    english_name: str


@dataclass(frozen=True)
class PostFact:
    """A post (岗位): one line of the job descriptions, with all names it goes by and its duties in Chinese.

    `number` is the post's place in the catalogue (1-101) and `code` its stable name in permissions and
    worklists. `level` says whether it is filled in every store, at the group's centre store, or outside.
    """

    number: int
    code: str
    name: str
    variants: tuple[str, ...]
    english_name: str
    department: DepartmentFact
    level: Level
    duties: tuple[str, ...]


@cache
def load_departments() -> Mapping[str, DepartmentFact]:
    """All departments by code, in the order they are shown."""
    facts = (
        DepartmentFact(row["code"], row["name"], row["english_name"]) for row in _rows("departments.csv")
    )
    return MappingProxyType({fact.code: fact for fact in facts})


@cache
def load_posts() -> tuple[PostFact, ...]:
    """All 101 posts in the order of their numbers."""
    return tuple(_post(row) for row in _rows("posts.csv"))


@cache
def posts_by_code() -> Mapping[str, PostFact]:
    """The same posts by their code."""
    return MappingProxyType({post.code: post for post in load_posts()})


@cache
def post_names() -> Mapping[str, str]:
    """Each post's code with the name people read."""
    return MappingProxyType({post.code: post.name for post in load_posts()})


def _post(row: Mapping[str, str]) -> PostFact:
    if row["level"] not in ("store", "group", "outside"):
        raise ValueError(f"posts.csv: post {row['number']} has unknown level {row['level']!r}")
    return PostFact(
        number=int(row["number"]),
        code=row["code"],
        name=row["name"],
        variants=_listed(row["variants"]),
        english_name=row["english_name"],
        department=load_departments()[row["department"]],
        level=cast(Level, row["level"]),
        duties=_listed(row["duties"]),
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _rows(filename: str) -> list[dict[str, str]]:
    text = files("fours.org").joinpath("data", filename).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))
