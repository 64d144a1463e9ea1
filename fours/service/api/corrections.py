"""Lines of a signed order put right, under the line's own address (SV-19)."""

from collections.abc import Callable

from ninja import Router
from pydantic import Field

from fours.desk.api_tools import ApiRequest, Money, Text, Versioned, WithReason, held
from fours.service.models import RepairOrder
from fours.service.models.lines import PricedLine
from fours.service.verbs.correction import cancel_line, correct_line, share_line

from .lines import LINES, Payer
from .shapes import OrderOut, order_whole


class Correction(Versioned):
    """`version` is the order's; what is not given stays."""

    payer: Payer | None = None
    discount: Money | None = None
    reason: Text


class SignedShare(WithReason):
    payer: Payer
    amount: Money = Field(description="the sum the other payer takes over, VAT included")


def _put_up(router: Router, model: type[PricedLine], name: str) -> None:
    def line_of(request: ApiRequest, pk: int, call: Callable[..., object], **given: object) -> RepairOrder:
        line, actor = held(request, model, pk, "order")
        order: RepairOrder = line.order  # type: ignore[attr-defined]
        call(line, actor=actor, **given)
        return order_whole(request, order)

    @router.post("/{int:pk}/correct", response=OrderOut, operation_id=f"correct_{name}")
    def correct(request: ApiRequest, pk: int, data: Correction) -> RepairOrder:
        """Another payer or discount for a signed line."""
        return line_of(request, pk, correct_line, **data.model_dump())

    @router.post("/{int:pk}/share", response=OrderOut, operation_id=f"share_{name}")
    def share(request: ApiRequest, pk: int, data: SignedShare) -> RepairOrder:
        """Let another payer bear a part of a signed line."""
        return line_of(request, pk, share_line, **data.model_dump())

    @router.post("/{int:pk}/cancel", response=OrderOut, operation_id=f"cancel_{name}")
    def cancel(request: ApiRequest, pk: int, data: WithReason) -> RepairOrder:
        """Take back what will not be done."""
        return line_of(request, pk, cancel_line, **data.model_dump())


for _router, _model, _name in LINES:
    _put_up(_router, _model, _name)
