"""What customers say at the counter and on the phone, and what the workshop finds.

Words are the customer's own (用户陈述), findings the technician's. Part needs are keys: `catalogue.parts_for`
turns them into parts of one car.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from fours.demo.facts import fitting_series, listed, quantities, rows

Needs = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Concern:
    """A reason to come: several ways to say it, the diagnosis, and the jobs and parts that settle it.

    `kind` is maintenance, repair, accident or detailing. A maintenance concern names no jobs: they come from
    the package that is due. `under_warranty`: a defect the maker pays for while the guarantee runs.
    """

    code: str
    kind: str
    words: tuple[str, ...]
    diagnosis: str
    operations: tuple[str, ...]
    needs: Needs
    fits: frozenset[str]
    under_warranty: bool
    safety: bool
    weight: int


@dataclass(frozen=True)
class Recommendation:
    """Work found after arrival (增项), with what customers say when they refuse it for now."""

    code: str
    finding: str
    operations: tuple[str, ...]
    needs: Needs
    fits: frozenset[str]
    safety: bool
    refusals: tuple[str, ...]
    weight: int


@dataclass(frozen=True)
class ComplaintFact:
    """A complaint in the customer's words with what is demanded; severity is normal, serious or severe."""

    topic: str
    severity: str
    words: str
    demand: str


@dataclass(frozen=True)
class AnswerFact:
    """An answer to a follow-up call. `score` (0-10) is None where nobody was interviewed.

    `outcome` is satisfied, so_so, dissatisfied, callback, refused, no_answer, unreachable or wrong_number.
    """

    outcome: str
    score: int | None
    words: str


@cache
def load_concerns() -> tuple[Concern, ...]:
    """All concerns in file order."""
    return tuple(
        Concern(
            code=row["code"],
            kind=row["kind"],
            words=listed(row["words"]),
            diagnosis=row["diagnosis"],
            operations=listed(row["operations"]),
            needs=quantities(row["parts"]),
            fits=fitting_series(row["fits"]),
            under_warranty=row["under_warranty"] == "1",
            safety=row["safety"] == "1",
            weight=int(row["weight"]),
        )
        for row in rows("concerns.csv")
    )


@cache
def concerns_for(series_code: str) -> tuple[Concern, ...]:
    """The concerns a car of this series can have."""
    return tuple(concern for concern in load_concerns() if series_code in concern.fits)


@cache
def load_recommendations() -> tuple[Recommendation, ...]:
    """All recommendations in file order."""
    return tuple(
        Recommendation(
            code=row["code"],
            finding=row["finding"],
            operations=listed(row["operations"]),
            needs=quantities(row["parts"]),
            fits=fitting_series(row["fits"]),
            safety=row["safety"] == "1",
            refusals=listed(row["refusals"]),
            weight=int(row["weight"]),
        )
        for row in rows("recommendations.csv")
    )


@cache
def load_complaints() -> tuple[ComplaintFact, ...]:
    """All complaints in file order."""
    return tuple(
        ComplaintFact(row["topic"], row["severity"], row["words"], row["demand"])
        for row in rows("complaints.csv")
    )


@cache
def load_answers() -> tuple[AnswerFact, ...]:
    """All answers to follow-up calls in file order."""
    return tuple(
        AnswerFact(row["outcome"], int(row["score"]) if row["score"] else None, row["words"])
        for row in rows("answers.csv")
    )
