"""What the slip's paper is told: lines in bin order, no prices on the technician's copy."""

from collections.abc import Callable
from decimal import Decimal

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.parts.papers import issue_slip_view
from fours.parts.prints.views import IssueLine, IssueSlipView
from fours.parts.verbs.issue import issue_parts
from fours.parts.verbs.reserve import Ask

from .making import a_part, an_order, stocked


def test_the_slip_has_every_field_of_its_paper_and_no_price(s01: Store, person: Callable[..., Actor]) -> None:
    part, oil = a_part(s01), a_part(s01, "G052167M4", "机油")
    stocked(s01, part, "5", bin="B-02-1-01", lot="OLD")
    stocked(s01, oil, "5", bin="A-01-1-01")
    keeper, receiver = person("parts_keeper", s01), person("technician", s01).user
    assert receiver is not None
    asks = [Ask(1, part, Decimal(1)), Ask(2, oil, Decimal("4.5"))]
    slip = issue_parts(
        s01, source=an_order(s01), lines=asks, receiver=receiver, subject="苏E12345", actor=keeper
    )
    view = issue_slip_view(slip, keeper)
    # The kernel adds what is known of the sheet itself.
    assert set(view) == set(IssueSlipView.__annotations__) - {"paper"}
    lines = view["lines"]
    assert isinstance(lines, list)
    assert [set(line) for line in lines] == [set(IssueLine.__annotations__)] * 2
    assert [(line["bin"], line["name"], line["given"]) for line in lines] == [
        ("A-01-1-01", "机油", "4.5"),
        ("B-02-1-01", "机油滤清器", "1"),
    ]
    assert {line["price"] for line in lines} == {""}
    assert (view["plate"], view["source_number"], view["receiver"]) == (
        "苏E12345", "RO-S01-261122-0001", "technicianS01"
    )  # fmt: skip
