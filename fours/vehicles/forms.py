"""The forms of a car: its file, a new owner, a reading, a merge."""

from typing import Any

from django import forms

from fours.customers.forms import CheckedField, FileForm
from fours.customers.identifiers import check_phone
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.forms import TablerForm
from fours.kernel.pickers import PickerSelect

from .identifiers import check_plate, check_vin
from .models import Vehicle


def customers_of(actor: Actor) -> Any:
    """The files a form may name."""
    return Customer.objects.visible_to(actor).filter(merged_into=None)


class VehicleForm(FileForm):
    plate = CheckedField(check_plate, label="车牌号", max_length=20)
    vin = forms.CharField(label="车架号(VIN)", max_length=30, required=False)

    class Meta:
        model = Vehicle
        fields = ("plate", "vin", "brand", "series", "model_name", "color", "engine_number", "drive", "use",
                  "produced_on", "registered_on", "sold_on", "sold_here", "advisor", "last_service_on",
                  "next_service_on", "next_service_mileage", "warranty_until", "warranty_mileage",
                  "insurance_until", "compulsory_insurance_until", "inspection_until", "note", "active")  # fmt: skip

    sections = (
        ("车辆", ("plate", "vin", "brand", "series", "model_name", "color", "engine_number", "drive", "use")),
        ("日期", ("produced_on", "registered_on", "sold_on", "sold_here", "advisor")),
        ("保养与质保", ("last_service_on", "next_service_on", "next_service_mileage", "warranty_until",
                   "warranty_mileage")),
        ("保险与年审", ("insurance_until", "compulsory_insurance_until", "inspection_until", "note")),
    )  # fmt: skip

    def clean_vin(self) -> str:
        """Only its shape here: the verb knows how old the car is and whether the check digit counts."""
        checked = check_vin(self.cleaned_data["vin"], old_car=True)
        if checked.error:
            raise forms.ValidationError(checked.error)
        return checked.value or ""


class NewVehicleForm(VehicleForm):
    """A new car with its owner, known or new, and the reading of the day."""

    owner = forms.ModelChoiceField(
        Customer.objects.none(), label="车主（已有客户）", required=False, widget=PickerSelect("customers")
    )
    owner_name = forms.CharField(label="或新客户姓名", max_length=100, required=False)
    owner_phone = CheckedField(check_phone, label="新客户电话", max_length=30)
    mileage = forms.IntegerField(label="里程", required=False, min_value=0)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = customers_of(actor)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("owner") and values.get("owner_name"):
            self.add_error("owner_name", "已选了客户，请不要再填新客户")
        if values.get("owner_phone") and not values.get("owner_name") and not values.get("owner"):
            self.add_error("owner_name", "请填写新客户姓名")
        return values


class HolderForm(TablerForm, forms.Form):
    """A customer who has the car from some day on."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(), widget=PickerSelect("customers"), help_text="没有档案请先新建客户。"
    )
    on = forms.DateField(label="日期", initial=today)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customer = self.fields["customer"]
        assert isinstance(customer, forms.ModelChoiceField)
        customer.queryset = customers_of(actor)


class OwnerForm(HolderForm):
    """The new owner, or that nobody knows who it is; an empty form must not take the car from its owner."""

    unknown = forms.BooleanField(label="不知道新车主", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].label, self.fields["customer"].required = "新车主", False
        self.fields["on"].label = "过户日期"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        unknown = cleaned.get("unknown", False)
        if "customer" in cleaned and not cleaned["customer"] and not unknown:
            self.add_error("customer", "请选择新车主；不知道是谁，请勾选“不知道新车主”。")
        elif cleaned.get("customer") and unknown:
            self.add_error("unknown", "已选了新车主，请取消勾选。")
        return cleaned


class UserForm(HolderForm):
    """Who uses the car besides its owner, or no longer does."""

    ended = forms.BooleanField(label="不再使用此车", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].label = "使用人"


class MileageForm(TablerForm, forms.Form):
    mileage = forms.IntegerField(label="里程（公里）", min_value=0)
    read_on = forms.DateField(label="日期", initial=today)
    source = forms.CharField(label="来源", max_length=60, initial="人工登记")
    instrument_replaced = forms.BooleanField(label="更换过仪表，里程从新表算起", required=False)


class MergeForm(TablerForm, forms.Form):
    into = forms.ModelChoiceField(
        Vehicle.objects.none(), label="保留的车辆档案", widget=PickerSelect("vehicles")
    )

    def __init__(self, *args: Any, row: Vehicle, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into = self.fields["into"]
        assert isinstance(into, forms.ModelChoiceField)
        into.queryset = Vehicle.objects.visible_to(actor).filter(merged_into=None).exclude(pk=row.pk)
