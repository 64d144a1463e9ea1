"""What is typed to put a line of a signed order right."""

from collections.abc import Mapping
from typing import Any

from django import forms

from fours.kernel.forms import TablerForm
from fours.service.models.lines import PricedLine
from fours.service.models.order import Payer

from .orders import SplitForm, discount_in

REASON_HELP = "写明原因和客户的意见，记入工单历史。"


class ReasonForm(TablerForm, forms.Form):
    autofocus = False
    reason = forms.CharField(label="原因", max_length=200, help_text=REASON_HELP)


class CorrectForm(ReasonForm):
    """Another payer or discount (money, or percent of the full price)."""

    payer = forms.ChoiceField(label="付费方", choices=Payer.choices)
    discount = forms.CharField(
        label="折扣", max_length=12, required=False, help_text="金额或百分比，如 20 或 5%。"
    )
    field_order = ["payer", "discount", "reason"]
    place = "correct"

    def __init__(self, data: Any = None, *, line: PricedLine, typed: Mapping[str, str] | None = None) -> None:
        initial = {"payer": line.payer, "discount": line.discount or "", **(typed or {})}
        super().__init__(data, initial=initial, auto_id="correct-%s")
        self.line = line

    def clean_discount(self) -> Any:
        return discount_in(self.cleaned_data["discount"], full=self.line.amount * self.line.unit_price)


class ShareForm(SplitForm, ReasonForm):
    field_order = ["payer", "amount", "reason"]
    place = "share"


class CancelForm(ReasonForm):
    """Why it is not done."""
