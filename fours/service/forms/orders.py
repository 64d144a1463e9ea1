"""Forms of the order: opening and changing it, its lines, the contract, and additional work."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone

from fours.base.money import round_money
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.pickers import PickerSelect
from fours.parts.models import Part
from fours.service.advisors import advisors_of
from fours.service.models import LaborLine, LaborOperation, OrderKind, Package, RepairOrder
from fours.service.models.catalogue import WorkKind
from fours.service.models.lines import PartKind, PricedLine
from fours.service.models.order import OldParts, Payer, PaymentWish
from fours.service.pricing import amount_field
from fours.service.totals import OrderLines
from fours.service.verbs.additional import WAYS
from fours.service.verbs.order import FACTS_AFTER_SIGNING
from fours.vehicles.mileage import LARGEST_READING
from fours.vehicles.models import Vehicle

# Beyond any amount of a line, so that a typed 1e30 never reaches the rounding.
MOST_DISCOUNT = Decimal(10_000_000)
# Who usually bears such a visit; each line may say otherwise.
PAYER_OF_KIND: dict[str, str] = {
    OrderKind.WARRANTY: Payer.WARRANTY, OrderKind.RECALL: Payer.WARRANTY, OrderKind.ACCIDENT: Payer.INSURER,
    OrderKind.REWORK_INTERNAL: Payer.INTERNAL, OrderKind.REWORK_EXTERNAL: Payer.INTERNAL, OrderKind.PDI: Payer.INTERNAL,
    OrderKind.RECONDITIONING: Payer.INTERNAL, OrderKind.OWN_CAR: Payer.INTERNAL,
}  # fmt: skip
CONTACT_WAYS = [(way, way) for way in ("电话", "微信", "短信")]


class FactsForm(TablerForm, forms.Form):
    """What is agreed with the customer besides the lines."""

    deliverer_name = forms.CharField(label="送修人", max_length=40, required=False)
    deliverer_phone = forms.CharField(label="送修人电话", max_length=24, required=False)
    kind = forms.ChoiceField(label="维修类型", choices=OrderKind.choices, initial="general_repair")
    concern = forms.CharField(
        label="客户原话", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    diagnosis = forms.CharField(
        label="诊断", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    payment_wish = forms.ChoiceField(label="付款方式", choices=PaymentWish.choices, initial="mobile")
    old_parts = forms.ChoiceField(label="旧件处理", choices=OldParts.choices, initial="dispose")
    contact_way = forms.ChoiceField(label="联系方式", choices=CONTACT_WAYS, initial="电话")
    key_tag = forms.CharField(label="钥匙牌号", max_length=10, required=False)
    parking_place = forms.CharField(label="停车位", max_length=20, required=False)
    insurer_name = forms.CharField(label="保险公司", max_length=60, required=False)
    claim_number = forms.CharField(label="报案号", max_length=40, required=False)
    wash_wanted = forms.BooleanField(label="完工洗车", required=False, initial=True)
    road_test_allowed = forms.BooleanField(label="同意路试", required=False, initial=True)


class OrderNewForm(FactsForm):
    """An order for a car; with a check-in, only what the check-in does not know has to be given."""

    vehicle = forms.ModelChoiceField(Vehicle.objects.none(), label="车辆", widget=PickerSelect("vehicles"))
    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        label="托修方",
        required=False,
        widget=PickerSelect("customers"),
        help_text="不填则为车主。",
    )
    mileage_in = forms.IntegerField(label="进厂里程（公里）", min_value=0, max_value=LARGEST_READING)
    second_open_reason = forms.CharField(
        label="重复开单原因", max_length=100, required=False, help_text="该车已有同类未交车工单时填写。"
    )
    field_order = ["vehicle", "customer", "mileage_in", "kind"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = {
            "vehicle": Vehicle.objects.visible_to(actor), "customer": Customer.objects.visible_to(actor),
        }  # fmt: skip
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class OrderEditForm(FactsForm):
    """The same facts of an order that exists; a signed one shows only what the contract leaves open."""

    def __init__(self, *args: Any, order: RepairOrder, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(order, name) for name in FactsForm.base_fields})
        super().__init__(*args, **kwargs)
        advisors = {user.pk: user for user in [order.advisor, *advisors_of(order.store)]}
        self.fields["advisor"] = forms.TypedChoiceField(
            label="服务顾问",
            choices=[(pk, user.name) for pk, user in advisors.items()],
            coerce=lambda pk: advisors[int(pk)],
            initial=order.advisor_id,
        )
        if order.state != RepairOrder.State.DRAFT:
            for name in set(self.fields) - FACTS_AFTER_SIGNING - {"advisor"}:
                del self.fields[name]


def discount_in(text: str, *, full: Decimal) -> Decimal:
    """A typed discount in yuan: money as it is, a percentage (`5%`) of the full price."""
    text = text.replace("\uff05", "%").strip() or "0"
    try:
        value = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value < MOST_DISCOUNT:
        raise forms.ValidationError("请填写金额或百分比，如 20 或 5%。")
    return round_money(round_money(full) * value / 100) if text.endswith("%") else value


class LineForm(TablerForm, forms.Form):
    """One line edited in its row: amount, price, discount (money or percent) and payer."""

    autofocus = False
    unit_price = forms.DecimalField(label="单价", max_digits=10, decimal_places=2, min_value=0)
    discount = forms.CharField(label="折扣", max_length=12, required=False)
    payer = forms.ChoiceField(label="付费方", choices=Payer.choices)

    def __init__(
        self, data: Any = None, *, line: PricedLine, typed: Mapping[str, str] | None = None, place: str = ""
    ) -> None:
        """`typed`: what was refused before and is offered again, not saved yet."""
        self.line, self.amount = line, amount_field(line)
        self.typed, self.place = bool(typed), place
        initial = {
            self.amount: f"{line.amount.normalize():f}",
            "unit_price": line.unit_price,
            "discount": line.discount or "",
            "payer": line.payer,
            **(typed or {}),
        }
        super().__init__(data, initial=initial, auto_id=f"{line._meta.model_name}-{line.pk}-%s")
        self.fields[self.amount] = forms.DecimalField(
            label="工时" if self.amount == "hours" else "数量", min_value=0, max_digits=10, decimal_places=3
        )
        # The row's fields stand in table cells; they belong to a form beside the table.
        for field in self.fields.values():
            field.widget.attrs["form"] = f"form-{line._meta.model_name}-{line.pk}"
            field.widget.attrs["aria-label"] = f"{line} {field.label}"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not {self.amount, "unit_price", "discount"} - set(values):
            try:
                full = values[self.amount] * values["unit_price"]
                values["discount"] = discount_in(values["discount"], full=full)
            except forms.ValidationError as error:
                self.add_error("discount", error)
        return values

    def changes(self) -> dict[str, Any]:
        """What differs from the line; a percentage is taken of the new amount."""
        values = dict(self.cleaned_data)
        return {name: value for name, value in values.items() if getattr(self.line, name) != value}


def other_payer(line: PricedLine) -> Payer:
    """Who most likely bears the other part: the insurer, of the insurer's line the customer."""
    return Payer.CUSTOMER if line.payer == Payer.INSURER else Payer.INSURER


class SplitForm(TablerForm, forms.Form):
    """Let another payer bear part of a line."""

    payer = forms.ChoiceField(label="另一付费方", choices=Payer.choices)
    amount = forms.DecimalField(label="由其支付（含税）", max_digits=12, decimal_places=2, min_value=0)


class AddForm(TablerForm, forms.Form):
    """Common to the forms that add a line."""

    autofocus = False
    payer = forms.ChoiceField(label="付费方", choices=Payer.choices)

    def __init__(self, *args: Any, actor: Actor, lines: OrderLines, kind: str = "", **kwargs: Any) -> None:
        """The payer begins as the last line's, on an empty order as the kind of visit has it (SV-06)."""
        super().__init__(*args, auto_id=f"{type(self).__name__.lower()}-%s", **kwargs)
        last = max(lines, key=lambda line: (line.position, line.pk), default=None)
        self.initial.setdefault("payer", last.payer if last else PAYER_OF_KIND.get(kind, Payer.CUSTOMER))
        self.set_up(actor, lines)

    def set_up(self, actor: Actor, lines: OrderLines) -> None:
        """Fill the choices."""

    def values(self) -> dict[str, Any]:
        """What was given; what was left empty is left to the verb's defaults."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class AddLaborForm(AddForm):
    operation = forms.ModelChoiceField(
        LaborOperation.objects.none(), label="项目", required=False, widget=PickerSelect("operations")
    )
    name = forms.CharField(label="或自填项目", max_length=100, required=False)
    hours = forms.DecimalField(label="工时", max_digits=6, decimal_places=2, min_value=0, required=False)
    work_kind = forms.ChoiceField(label="工种", choices=[("", "按项目"), *WorkKind.choices], required=False)
    field_order = ["operation", "name", "hours", "work_kind", "payer"]

    def set_up(self, actor: Actor, lines: OrderLines) -> None:
        self.fields["operation"].queryset = LaborOperation.objects.visible_to(actor)  # type: ignore[attr-defined]


class AddPartForm(AddForm):
    part = forms.ModelChoiceField(
        Part.objects.none(), label="配件", required=False, widget=PickerSelect("parts")
    )
    name = forms.CharField(label="或自填名称", max_length=100, required=False)
    quantity = forms.DecimalField(
        label="数量", max_digits=9, decimal_places=3, min_value=0, initial=1, required=False
    )
    unit_price = forms.DecimalField(
        label="单价", max_digits=10, decimal_places=2, min_value=0, required=False
    )
    kind = forms.ChoiceField(label="类别", choices=[("", "按配件"), *PartKind.choices], required=False)
    job = forms.ModelChoiceField(LaborLine.objects.none(), label="所属项目", required=False, empty_label="—")
    field_order = ["part", "name", "quantity", "unit_price", "kind", "job", "payer"]

    def set_up(self, actor: Actor, lines: OrderLines) -> None:
        self.fields["part"].queryset = Part.objects.visible_to(actor)  # type: ignore[attr-defined]
        own = LaborLine.objects.visible_to(actor).filter(pk__in=[job.pk for job in lines.jobs])
        self.fields["job"].queryset = own  # type: ignore[attr-defined]
        self.fields["job"].widget.choices = [("", "—"), *((job.pk, job.name) for job in lines.jobs)]
        # Parts are written down after the job they are for.
        if lines.jobs:
            self.initial.setdefault("job", lines.jobs[-1].pk)


class AddPackageForm(AddForm):
    package = forms.ModelChoiceField(Package.objects.none(), label="套餐", widget=PickerSelect("packages"))
    field_order = ["package", "payer"]

    def set_up(self, actor: Actor, lines: OrderLines) -> None:
        self.fields["package"].queryset = Package.objects.visible_to(actor)  # type: ignore[attr-defined]


class AddFeeForm(AddForm):
    name = forms.CharField(label="费用名称", max_length=100)
    unit_price = forms.DecimalField(label="金额（含税）", max_digits=10, decimal_places=2, min_value=0)
    field_order = ["name", "unit_price", "payer"]


ADD_FORMS: dict[str, type[AddForm]] = {
    "labor": AddLaborForm, "part": AddPartForm, "package": AddPackageForm, "fee": AddFeeForm,
}  # fmt: skip


class PromiseField(forms.DateTimeField):
    """A time that is promised to the customer: to the minute, and still to come."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"step": 300})
        super().__init__(label=label, widget=widget, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value <= timezone.now():
            raise forms.ValidationError("须晚于现在。")


class EstimateForm(TablerForm, forms.Form):
    promised_at = PromiseField("预计完工")


class SignForm(TablerForm, forms.Form):
    """The customer's signature under the contract."""

    promised_at = PromiseField("承诺完工时间")
    signed_by = forms.CharField(label="签字人", max_length=40)
    insurer_name = forms.CharField(label="保险公司", max_length=60)
    claim_number = forms.CharField(label="报案号", max_length=40, required=False)
    signature = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "请客户签名。"})

    def __init__(self, *args: Any, ask_insurer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_insurer:
            del self.fields["insurer_name"], self.fields["claim_number"]

    @property
    def insurer(self) -> dict[str, Any]:
        """What was asked for besides the signature itself."""
        return {
            name: self.cleaned_data[name] for name in ("insurer_name", "claim_number") if name in self.fields
        }

    @property
    def contract(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("promised_at", "signed_by", "signature")}


class PromiseForm(TablerForm, forms.Form):
    promised_at = PromiseField("新的承诺时间")
    reason = forms.CharField(label="原因", max_length=200)
    told_customer = forms.BooleanField(label="已告知客户", required=False)


class PhotosInput(forms.FileInput):
    """All files of one control, not only the last."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.FileField):
    """Any number of pictures from one control; what is in them is checked when they are kept."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(PhotosField, self).clean(one, initial) for one in data or []]


class FindingForm(TablerForm, forms.Form):
    """What differs from the order, told by whoever found it."""

    finding = forms.CharField(label="发现的问题", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    safety_related = forms.BooleanField(label="涉及行车安全", required=False)
    photos = PhotosField(label="照片", required=False)


class OfferForm(TablerForm, forms.Form):
    autofocus = False
    new_promised_at = PromiseField("新的完工时间")


class AnswerForm(TablerForm, forms.Form):
    """Who answered, and how."""

    autofocus = False
    answered_by = forms.CharField(label="答复人", max_length=40)
    via = forms.ChoiceField(label="答复方式", choices=[(way, way) for way in WAYS])


class RefusalForm(AnswerForm):
    reason = forms.CharField(label="不同意的原因", max_length=200, required=False)
    consequence = forms.CharField(label="已告知的后果", max_length=200, required=False)
    signature = forms.CharField(widget=forms.HiddenInput, required=False)


class OrderFilterForm(TablerForm, forms.Form):
    """Filters of the list of orders; they stand in the address bar."""

    autofocus = False
    q = forms.CharField(
        label="查找",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "单号、车牌、VIN、车主"}),
    )
    kind = forms.ChoiceField(label="类型", choices=[("", "全部类型"), *OrderKind.choices], required=False)
    mine = forms.BooleanField(label="只看我的", required=False)
    state = forms.CharField(widget=forms.HiddenInput, required=False)
