"""What a bench measures: times of one work, beside those of the best SQL for it, with the aim."""

import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

Work = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Milliseconds of one work done several times."""

    p50: float
    p95: float
    runs: int

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Times":
        listed = sorted(second * 1000 for second in seconds)
        return cls(statistics.median(listed), listed[int(len(listed) * 0.95 - 0.001)], len(listed))


@dataclass(frozen=True)
class Figure:
    """One line of the table. `aim` is the most (or with `at_least` the least) `value` may be; `unit` says of what."""

    name: str
    value: float
    unit: str
    p95: float | None = None
    sql: float | None = None
    aim: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def kept(self) -> bool | None:
        """Whether the aim is kept; None where there is none."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.at_least else self.value <= self.aim


def timed(works: Iterable[Work], *, warm: int = 2) -> Times:
    """Do each work once, in order; the first `warm` are not counted."""
    seconds = []
    for work in works:
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return Times.of(seconds[warm:])


def beside(name: str, product: Times, sql: Times, *, times: float, plus: float) -> Figure:
    """The product's median beside that of SQL; the aim is so many times SQL plus so many milliseconds."""
    aim = times * sql.p50 + plus
    return Figure(name, product.p50, "ms", product.p95, sql.p50, aim, note=f"≤ {times:g} × SQL + {plus:g} ms")


def table(figures: Iterable[Figure]) -> str:
    """A Markdown table."""
    lines = ["| work | measured | p95 | SQL | aim | kept |", "|---|---:|---:|---:|---|---|"]
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        aim = figure.note or ("" if figure.aim is None else f"{sign} {figure.aim:g} {figure.unit}")
        kept = {True: "yes", False: "**no**", None: ""}[figure.kept]
        lines.append(
            f"| {figure.name} | {figure.value:,.1f} {figure.unit} | {_number(figure.p95)} | {_number(figure.sql)}"
            f" | {aim} | {kept} |"
        )
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"


def write_json(path: Path, figures: Iterable[Figure], about: dict[str, object]) -> None:
    """All figures with what they were measured on."""
    rows = [{**vars(figure), "kept": figure.kept} for figure in figures]
    path.write_text(
        json.dumps({**about, "figures": rows}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
