"""An order's lines and their sums: what the customer has agreed to, by payer, to the cent."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from .models import AdditionalWork, FeeLine, LaborLine, PartLine, RepairOrder
from .models.lines import PricedLine
from .models.order import Payer


@dataclass(frozen=True)
class OrderLines:
    """The lines of an order by kind, in their order."""

    jobs: Sequence[LaborLine]
    parts: Sequence[PartLine]
    fees: Sequence[FeeLine]

    def __iter__(self) -> Iterator[PricedLine]:
        return chain(self.jobs, self.parts, self.fees)

    def __bool__(self) -> bool:
        return bool(self.jobs or self.parts or self.fees)

    def paid_by(self, payer: str) -> "OrderLines":
        return OrderLines(
            [line for line in self.jobs if line.payer == payer],
            [line for line in self.parts if line.payer == payer],
            [line for line in self.fees if line.payer == payer],
        )

    def of_work(self, work: AdditionalWork | None) -> "OrderLines":
        """The lines of one additional work, or with None those of the order as it was signed."""
        pk = work.pk if work else None
        return OrderLines(
            [line for line in self.jobs if line.additional_work_id == pk],
            [line for line in self.parts if line.additional_work_id == pk],
            [line for line in self.fees if line.additional_work_id == pk],
        )


@dataclass(frozen=True)
class Totals:
    """Sums of lines, VAT included; `discount` is already taken off, net + tax = total."""

    labor: Decimal
    parts: Decimal
    fees: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.labor + self.parts + self.fees


def all_lines(order: RepairOrder) -> OrderLines:
    """Every line of the order, also of additional work that is open or was refused: three queries, four with such work.

    Lines a page has prefetched are taken as they are. A verb's order is freshly taken and has none.
    """
    known = getattr(order, "_prefetched_objects_cache", {})
    lines = OrderLines(
        known["jobs"] if "jobs" in known else list(order.jobs.all()),
        known["parts"] if "parts" in known else list(order.parts.select_related("part")),
        known["fees"] if "fees" in known else list(order.fees.all()),
    )
    return with_works(order, lines)


def know_lines(order: RepairOrder) -> OrderLines:
    """Every line of the order, which keeps them: for a verb that changes none, so that nothing reads them again."""
    rows = {"jobs": order.jobs.all(), "parts": order.parts.select_related("part"), "fees": order.fees.all()}
    order._prefetched_objects_cache = {**getattr(order, "_prefetched_objects_cache", {}), **rows}  # type: ignore[attr-defined]
    return all_lines(order)


def jobs_of(order: RepairOrder) -> Sequence[LaborLine]:
    """The order's jobs, each knowing its order and its additional work; also those the customer has not agreed to."""
    return with_works(order, OrderLines(list(order.jobs.all()), [], [])).jobs


def with_works(order: RepairOrder, lines: OrderLines) -> OrderLines:
    """Let the lines know their order, and their additional works in one query, if any does not know its own yet."""
    asking = [line for line in lines if line.additional_work_id and "additional_work" not in _known_of(line)]
    works = {work.pk: work for work in order.additional_works.all()} if asking else {}
    for line in asking:
        assert line.additional_work_id is not None
        line.additional_work = works[line.additional_work_id]
    for line in lines:
        line.order = order  # type: ignore[attr-defined]
    return lines


def _known_of(line: PricedLine) -> Collection[str]:
    return line._state.fields_cache


def agreed(lines: OrderLines) -> OrderLines:
    """Without the lines of additional work the customer has not accepted: what may be billed once it is done."""
    return OrderLines(
        [line for line in lines.jobs if _is_agreed(line)],
        [line for line in lines.parts if _is_agreed(line)],
        [line for line in lines.fees if _is_agreed(line)],
    )


def agreed_lines(order: RepairOrder) -> OrderLines:
    """The order's own lines and those of accepted additional work (SV-09)."""
    return agreed(all_lines(order))


def totals_of(lines: OrderLines) -> Totals:
    """The sums of the lines."""
    everything = list(lines)
    return Totals(
        labor=_sum(line.gross for line in lines.jobs),
        parts=_sum(line.gross for line in lines.parts),
        fees=_sum(line.gross for line in lines.fees),
        discount=_sum(line.discount for line in everything),
        net=_sum(line.net for line in everything),
        tax=_sum(line.tax for line in everything),
    )


def by_payer(lines: OrderLines) -> dict[Payer, Totals]:
    """Totals of each payer that has a line, in the order of the payers."""
    return {payer: totals_of(own) for payer in Payer if (own := lines.paid_by(payer))}


def totals_by_payer(order: RepairOrder) -> dict[Payer, Totals]:
    """What each payer owes for the lines the customer has agreed to (SV-06: a line has exactly one payer)."""
    return by_payer(agreed_lines(order))


def _is_agreed(line: PricedLine) -> bool:
    work = line.additional_work
    return work is None or work.state == AdditionalWork.State.ACCEPTED


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
