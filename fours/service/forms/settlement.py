"""What is typed in at the till and at the car."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django import forms

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.pickers import PickerSelect

from ..models.order import PaymentWish
from ..models.settlement import OpeningReceivable, PaymentKind, Statement
from ..verbs.payment import Part
from ..verbs.receivable import OldBill

ROWS = 3
FIRST_KIND = {
    PaymentWish.CASH: PaymentKind.CASH,
    PaymentWish.CARD: PaymentKind.CARD,
    PaymentWish.TRANSFER: PaymentKind.TRANSFER,
}


class VersionForm(TablerForm, forms.Form):
    """A form that tells which version of the document was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def seen(self) -> int | None:
        seen: int | None = self.cleaned_data.get("version")
        return seen


class SettleForm(VersionForm):
    rounding = forms.DecimalField(
        label="抹零", required=False, max_digits=8, decimal_places=2, help_text="只抹客户结算单的零头"
    )

    @property
    def rounding_typed(self) -> Decimal:
        return self.cleaned_data["rounding"] or Decimal(0)


class PayForm(VersionForm):
    """Up to three kinds of money at once; a row without an amount is not one."""

    def __init__(self, *args: Any, bill: Statement | OpeningReceivable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = _first_kind(bill)
        others = [kind for kind in PaymentKind if kind != first]
        for row, kind in enumerate([first, *others][:ROWS]):
            due = bill.due if row == 0 else None
            self.fields[f"kind_{row}"] = forms.ChoiceField(
                label="方式", choices=PaymentKind.choices, initial=kind, required=False
            )
            self.fields[f"amount_{row}"] = forms.DecimalField(
                label="金额", required=False, max_digits=14, decimal_places=2, initial=due
            )
            self.fields[f"reference_{row}"] = forms.CharField(label="交易号", required=False, max_length=60)

    @property
    def focused(self) -> str | None:
        return next((name for name in self.fields if name in self.errors), "amount_0")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The bound fields row by row, for the template."""
        names = ("kind", "amount", "reference")
        return [{name: self[f"{name}_{row}"] for name in names} for row in range(ROWS)]

    @property
    def filled(self) -> list[int]:
        """The rows with an amount."""
        return [row for row in range(ROWS) if self.cleaned_data[f"amount_{row}"] is not None]

    @property
    def parts(self) -> list[Part]:
        data = self.cleaned_data
        return [
            Part(data[f"kind_{row}"], data[f"amount_{row}"], data[f"reference_{row}"]) for row in self.filled
        ]

    @contextmanager
    def rows_on_screen(self) -> Iterator[None]:
        """Puts what the verb refuses beside the rows of this form."""
        try:
            yield
        except Refused as refusal:
            refusal.fields = {self.on_screen(name): text for name, text in refusal.fields.items()}
            raise

    def on_screen(self, field: str) -> str:
        """The name on this form of a field of `receive_payments`, which counts the filled rows only."""
        name, _, row = field.rpartition("_")
        filled = self.filled
        return f"{name}_{filled[int(row)]}" if row.isdigit() and int(row) < len(filled) else field


def _first_kind(bill: Statement | OpeningReceivable) -> PaymentKind:
    """How the customer said he pays; old debts are mostly companies', who transfer."""
    if isinstance(bill, OpeningReceivable):
        return PaymentKind.TRANSFER
    return FIRST_KIND.get(PaymentWish(bill.order.payment_wish), PaymentKind.WECHAT)


class ReceivableForm(TablerForm, forms.Form):
    """A single bill of the system before."""

    customer = forms.ModelChoiceField(Customer.objects.none(), label="客户", widget=PickerSelect("customers"))
    foreign_number = forms.CharField(label="原单号", max_length=40)
    billed_on = forms.DateField(label="单据日期", required=False, widget=forms.DateInput)
    plate = forms.CharField(label="车牌", required=False, max_length=20)
    billed = forms.DecimalField(label="应收金额", max_digits=14, decimal_places=2)
    paid_before = forms.DecimalField(
        label="此前已收", required=False, max_digits=14, decimal_places=2, help_text="在旧系统中已收的部分。"
    )
    note = forms.CharField(label="备注", required=False, max_length=200)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customers = Customer.objects.visible_to(actor).filter(merged_into=None)
        self.fields["customer"].queryset = customers  # type: ignore[attr-defined]

    @property
    def bill(self) -> OldBill:
        said = self.cleaned_data
        return OldBill(
            number=said["foreign_number"],
            billed=said["billed"],
            paid=said["paid_before"] or Decimal(0),
            billed_on=said["billed_on"],
            plate=said["plate"],
            note=said["note"],
        )


class ReasonForm(VersionForm):
    reason = forms.CharField(label="原因", max_length=200, required=False, widget=forms.Textarea({"rows": 3}))


class RefundForm(VersionForm):
    amount = forms.DecimalField(label="退款金额", max_digits=14, decimal_places=2)
    reference = forms.CharField(label="退款交易号", max_length=60, required=False)
    reason = forms.CharField(label="退款原因", max_length=200, widget=forms.Textarea({"rows": 3}))


class ChecklistForm(VersionForm):
    """Things to be ticked off; the verb says which are still missing."""

    items = forms.MultipleChoiceField(label="逐项确认", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, checklist: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(name, name) for name in checklist]  # type: ignore[attr-defined]


class DeliveryForm(ChecklistForm):
    mileage_out = forms.IntegerField(label="出厂里程", min_value=0)
    next_service_on = forms.DateField(label="下次保养日期", required=False, widget=forms.DateInput)
    next_service_mileage = forms.IntegerField(label="下次保养里程", required=False, min_value=0)
    call_from = forms.TimeField(label="方便回访 自", required=False, widget=forms.TimeInput)
    call_until = forms.TimeField(label="至", required=False, widget=forms.TimeInput)
