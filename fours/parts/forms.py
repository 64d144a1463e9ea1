"""Forms of the parts store."""

from typing import Any

from django import forms

from fours.base.money import round_unit_cost
from fours.base.text import squeeze
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.pickers import PickerSelect

from .catalogue import visible_parts
from .models import Bin, Part, StorePart
from .verbs.receive import Arrival

SHOWN = [("", "全部"), ("low", "低于最低库存"), ("short", "有缺件"), ("empty", "无库存")]


class QuantityField(forms.DecimalField):
    """Pieces: three places, never negative."""

    default_error_messages = {
        "invalid": "请填写数字。",
        "min_value": "不能为负。",
        "max_value": "数量太大，请核对。",
        "max_digits": "数量太大，请核对。",
        "max_whole_digits": "数量太大，请核对。",
        "max_decimal_places": "最多三位小数。",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=9, decimal_places=3, **kwargs)


class StockFilter(TablerForm, forms.Form):
    autofocus = False
    q = forms.CharField(label="编码、名称、拼音", required=False, max_length=60)
    category = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Part.Category.choices])
    show = forms.ChoiceField(required=False, choices=SHOWN, widget=forms.HiddenInput)


class ReceiptFilter(TablerForm, forms.Form):
    autofocus = False
    q = forms.CharField(label="单号、送货单号、供应商", required=False, max_length=40)


class SlipFilter(TablerForm, forms.Form):
    autofocus = False
    q = forms.CharField(label="领料单号、工单号、车牌", required=False, max_length=40)


class StorePartForm(TablerForm, forms.Form):
    """What the store rules for a part."""

    bin = forms.ModelChoiceField(Bin.objects.none(), label="常用货位", required=False)
    retail_price = forms.DecimalField(
        label="本店零售价（含税）", max_digits=12, decimal_places=2, min_value=0, required=False,
        help_text="不填则按目录零售价。",
    )  # fmt: skip
    minimum_stock = QuantityField(label="最低库存", required=False)

    def __init__(self, *args: Any, actor: Actor, row: StorePart | None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {
                "bin": row.bin_id, "retail_price": row.retail_price, "minimum_stock": row.minimum_stock
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["bin"].queryset = Bin.objects.visible_to(actor).filter(active=True)  # type: ignore[attr-defined]


class AdjustForm(TablerForm, forms.Form):
    counted = QuantityField(label="实盘数")
    reason = forms.CharField(label="原因", max_length=150, help_text="例如：月末盘点，实物少 1 桶。")


class ReceiptForm(TablerForm, forms.Form):
    """Head of a receipt."""

    supplier = forms.CharField(label="供应商", max_length=100)
    delivery_note = forms.CharField(label="送货单号", max_length=40, required=False)
    note = forms.CharField(label="备注", max_length=200, required=False)


class ReceiptLineForm(TablerForm, forms.Form):
    """A line of a receipt; a line left empty is no line. Without a bin the part's usual one is taken."""

    autofocus = False
    use_required_attribute = False
    part = forms.ModelChoiceField(
        Part.objects.none(), label="配件", widget=PickerSelect("parts"), required=False,
        error_messages={"invalid_choice": "请从列表中选择在用的配件。"},
    )  # fmt: skip
    quantity = QuantityField(label="数量", required=False)
    unit_cost = forms.DecimalField(
        label="单价（不含税）", max_digits=13, decimal_places=6, min_value=0, required=False
    )
    bin = forms.CharField(label="货位", max_length=20, required=False)
    lot_code = forms.CharField(label="批次号", max_length=30, required=False)

    def __init__(self, *args: Any, actor: Actor, usual_bins: dict[int, Bin], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].queryset = visible_parts(actor).filter(active=True)  # type: ignore[attr-defined]
        self.actor, self.usual_bins = actor, usual_bins
        self.found_bin: Bin | None = None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.has_changed():
            return given
        for name, message in (
            ("part", "请选择配件。"),
            ("quantity", "请填写数量。"),
            ("unit_cost", "请填写单价。"),
        ):
            if given.get(name) is None and name not in self.errors:
                self.add_error(name, message)
        if given.get("quantity") == 0:
            self.add_error("quantity", "数量必须大于 0。")
        self._find_bin(given)
        return given

    def _find_bin(self, given: dict[str, Any]) -> None:
        code, part = squeeze(given.get("bin") or "").upper(), given.get("part")
        if code:
            bins = Bin.objects.visible_to(self.actor)
            self.found_bin = bins.filter(code=code, active=True, store=self.actor.must_store).first()
            if self.found_bin is None:
                self.add_error("bin", f"本店没有货位 {code}。")
        elif part is not None:
            self.found_bin = self.usual_bins.get(part.pk)
            if self.found_bin is None:
                self.add_error("bin", "该配件没有常用货位，请填写货位。")

    def arrival(self) -> Arrival:
        """The line of a valid, filled form."""
        given = self.cleaned_data
        assert self.found_bin is not None
        cost = round_unit_cost(given["unit_cost"])
        return Arrival(given["part"], given["quantity"], cost, self.found_bin, given["lot_code"].strip())


ReceiptLines = forms.formset_factory(ReceiptLineForm, extra=6, max_num=60, absolute_max=60)
