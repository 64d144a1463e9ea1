from decimal import Decimal
from typing import Any

from django import forms

from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.pickers import PickerSelect
from fours.parts.models import Part
from fours.service.models import LaborOperation


class PackageLineForm(TablerForm, forms.Form):
    """One operation or one part of a package."""

    operation = forms.ModelChoiceField(
        LaborOperation.objects.none(), required=False, label="维修项目", widget=PickerSelect("operations")
    )
    part = forms.ModelChoiceField(
        Part.objects.none(), required=False, label="或配件", widget=PickerSelect("parts")
    )
    quantity = forms.DecimalField(
        label="数量", min_value=Decimal("0.001"), max_digits=12, decimal_places=3, initial=1
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("operation", LaborOperation), ("part", Part)):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = model.objects.visible_to(actor).filter(active=True)
