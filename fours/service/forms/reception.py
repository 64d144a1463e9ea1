"""Forms of the counter: booking a visit, moving it, taking a car over."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from fours.base.text import clean
from fours.customers.forms import CheckedField
from fours.customers.identifiers import check_phone
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import User
from fours.kernel.pickers import PickerSelect
from fours.vehicles.identifiers import check_plate
from fours.vehicles.mileage import LARGEST_READING
from fours.vehicles.models import Vehicle

from ..advisors import advisors_of
from ..models import Appointment, CheckIn
from ..models.catalogue import WorkKind
from ..walkaround import BELONGINGS, EQUIPMENT, LAMPS, PAPERS, levels


class CarForm(TablerForm, forms.Form):
    """The car at the counter: one on file, or the plate and owner of one that is not."""

    vehicle = forms.ModelChoiceField(
        Vehicle.objects.none(), label="车辆", required=False, widget=PickerSelect("vehicles"),
        help_text="输入车牌、电话或姓名查找。",
    )  # fmt: skip
    plate = CheckedField(check_plate, label="车牌号（店里没有的车）", max_length=20)
    model_name = forms.CharField(label="车型", max_length=120, required=False)
    owner_name = forms.CharField(
        label="车主姓名", max_length=100, required=False, help_text="新车不填则以来人为车主。"
    )
    advisor = forms.ModelChoiceField(User.objects.none(), label="服务顾问", empty_label=None)

    def __init__(self, *args: Any, actor: Actor, known: Vehicle | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: dict[str, Any] = {
            "vehicle": Vehicle.objects.visible_to(actor).filter(merged_into=None),
            "advisor": advisors_of(actor.must_store),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        # A checked code may be empty by itself; whom to call may not.
        for name in {"contact_phone", "deliverer_phone"} & set(self.fields):
            self.fields[name].required = True
            new = {"data-picker-new": "plate", "data-picker-new-phone": name}
            self.fields["vehicle"].widget.attrs.update(new)
        if known is not None:
            self.fields["vehicle"].widget = forms.HiddenInput()
            self.initial["vehicle"] = known.pk

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("vehicle") and not values.get("plate") and "plate" not in self.errors:
            self.add_error("vehicle", "请选择车辆，或填写车牌号。")
        return values


class WhenForm(TablerForm, forms.Form):
    """The day and half hour of a visit."""

    day = forms.DateField(label="日期")
    time = forms.TimeField(label="时间", error_messages={"required": "请选择到店时间。"})
    overbook = forms.BooleanField(label="工时不足，仍要预约", required=False)

    @property
    def at(self) -> datetime:
        """The moment chosen, in the store's zone."""
        chosen = datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])
        return timezone.make_aware(chosen)

    @property
    def confirmed(self) -> frozenset[str]:
        return frozenset({"overbook"} if self.cleaned_data["overbook"] else ())


class BookingForm(CarForm, WhenForm):
    contact_name = forms.CharField(label="联系人", max_length=40)
    contact_phone = CheckedField(check_phone, label="联系电话", max_length=30)
    work_kind = forms.ChoiceField(label="工种", choices=WorkKind.choices, initial="mechanical")
    hours = forms.DecimalField(
        label="预计工时", max_digits=6, decimal_places=2, min_value=Decimal("0.1"), initial=Decimal(1)
    )
    source = forms.ChoiceField(label="来源", choices=Appointment.Source.choices, initial="phone")
    concern = forms.CharField(label="需求", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class MoveForm(WhenForm):
    version = forms.IntegerField(widget=forms.HiddenInput())
    autofocus = False


class ArrivalForm(CarForm):
    """Somebody brings a car: who, and whose visit it is. The driving licence is at hand, so a new car's VIN may be typed."""

    vin = forms.CharField(
        label="车架号(VIN)", max_length=30, required=False, help_text="照行驶证填，没带可不填。"
    )
    deliverer_name = forms.CharField(label="送修人", max_length=40)
    deliverer_phone = CheckedField(check_phone, label="送修人电话", max_length=30)


class CheckInForm(TablerForm, forms.Form):
    """The walk-around. Nothing is required here: the signature asks for what must not be missing."""

    autofocus = False
    version = forms.IntegerField(widget=forms.HiddenInput())
    deliverer_name = forms.CharField(label="送修人", max_length=40)
    deliverer_phone = forms.CharField(label="送修人电话", max_length=30)
    mileage = forms.IntegerField(
        label="进厂里程", min_value=0, max_value=LARGEST_READING, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    instrument_replaced = forms.BooleanField(label="更换过仪表，里程从新表算起", required=False)
    fuel_level = forms.TypedChoiceField(
        label="油量", coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    lamps = forms.MultipleChoiceField(
        label="亮起的警告灯", required=False, widget=forms.CheckboxSelectMultiple
    )
    items = forms.MultipleChoiceField(label="随车物品", required=False, widget=forms.CheckboxSelectMultiple)
    items_other = forms.CharField(
        label="其他物品", max_length=120, required=False, help_text="多件用顿号分开。"
    )
    papers = forms.MultipleChoiceField(
        label="收取的证件和钥匙", required=False, widget=forms.CheckboxSelectMultiple
    )
    valuables_reminded = forms.BooleanField(label="已提醒客户带走贵重物品", required=False)
    protective_set = forms.BooleanField(label="已铺三件套", required=False)
    test_drive = forms.BooleanField(label="需要与客户试车", required=False)
    damage_marks = forms.CharField(label="外观", required=False, widget=forms.HiddenInput())
    concern = forms.CharField(
        label="客户原话", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="照客户的说法记，可用语音输入，一行一件事。",
    )  # fmt: skip
    findings = forms.CharField(
        label="接车诊断", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    key_tag = forms.CharField(label="钥匙牌号", max_length=10, required=False)
    parking_place = forms.CharField(label="停车位", max_length=20, required=False)
    signed_by = forms.CharField(label="签字人", max_length=40, required=False)
    signature = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Mapping[str, Any] | None = None, *, check_in: CheckIn) -> None:
        super().__init__(data, initial=_written(check_in))
        self.check_in = check_in
        drive = check_in.vehicle.drive
        level = self.fields["fuel_level"]
        level.label = "电量" if drive == "battery" else "油量"
        choices: dict[str, list[tuple[Any, str]]] = {
            "fuel_level": list(levels(drive, check_in.fuel_level)),
            "lamps": _words(LAMPS, check_in.lamps),
            "items": _words((*EQUIPMENT, *BELONGINGS)),
            "papers": _words(PAPERS, check_in.papers),
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean_damage_marks(self) -> list[Any]:
        try:
            marks = json.loads(self.cleaned_data["damage_marks"] or "[]")
        except (ValueError, RecursionError):
            raise forms.ValidationError("外观标记无法识别，请重新标记。") from None
        if not isinstance(marks, list) or not all(isinstance(mark, dict) for mark in marks):
            raise forms.ValidationError("外观标记无法识别，请重新标记。")
        return marks

    def changes(self) -> dict[str, Any]:
        """What was filled in properly and says something else than the check-in, by its field names."""
        values = dict(self.cleaned_data)
        others = values.pop("items_other", "").replace(",", "、").replace(",", "、").split("、")
        if "items" in values:
            values["items"] = [*values["items"], *filter(None, map(clean, others))]
        fields = {field.name for field in CheckIn._meta.fields}
        return {
            name: value
            for name, value in values.items()
            if name in fields - NOT_FILLED_IN and value != getattr(self.check_in, name)
        }

    @property
    def marks(self) -> str:
        """The marks for the car outline, as typed or as written."""
        return str(self["damage_marks"].value() or "[]")


NOT_FILLED_IN = frozenset({"version", "signature", "signed_by"})


def _written(check_in: CheckIn) -> dict[str, Any]:
    names = [name for name in CheckInForm.base_fields if hasattr(check_in, name)]
    written = {name: getattr(check_in, name) for name in names}
    offered = (*EQUIPMENT, *BELONGINGS)
    return {
        **written,
        "damage_marks": json.dumps(check_in.damage_marks, ensure_ascii=False),
        "items_other": "、".join(item for item in check_in.items if item not in offered),
        "signature": "",
        "signed_by": check_in.signed_by or check_in.deliverer_name,
    }


def _words(offered: tuple[str, ...], written: list[str] | None = None) -> list[tuple[Any, str]]:
    return [(word, word) for word in dict.fromkeys([*offered, *(written or [])])]
