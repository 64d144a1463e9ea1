"""Catalogues of the workshop: operations with their hours, prices of an hour, packages (SV-05); what old bills still owe."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse

from fours.base.text import initials, squeeze
from fours.customers.search import KIND
from fours.desk.search import matching_ids
from fours.kernel.actor import Actor
from fours.register import Register, RegisterForm, column, register

from .guarantee import RepairKind
from .models import LaborOperation, LaborRate, OpeningReceivable, Package
from .verbs.receivable import OPENING

CHANGE = "service.change_catalogue"


class LaborOperationForm(RegisterForm):
    hours = forms.DecimalField(label="标准工时", min_value=Decimal("0.01"), max_digits=6, decimal_places=2)
    repair_class = forms.ChoiceField(
        label="维修类别",
        choices=[(kind.value, kind.label) for kind in RepairKind],
        initial=RepairKind.MINOR.value,
    )


@register
class LaborOperationRegister(Register):
    name = "labor_operations"
    model = LaborOperation
    view = "service.view"
    change = CHANGE
    columns = ("code", "name", "work_kind", "hours", "repair_class", "fits_models", "active")
    filters = ("work_kind", "active")
    search = ("code", "name", "pinyin")
    form = (
        ("项目", ("code", "name", "work_kind", "hours")),
        ("分类", ("repair_class", "fits_models")),
    )
    form_base = LaborOperationForm
    icon = "tools"
    order = 70

    @column("维修类别")
    def repair_class(self, row: LaborOperation) -> str:
        return RepairKind(row.repair_class).label

    def prepare(self, row: LaborOperation, actor: Actor) -> None:
        row.code = row.code.upper()
        row.pinyin = initials(row.name)[:60]


@register
class LaborRateRegister(Register):
    """A new price is a new row with its first day; old orders keep the price of their day."""

    name = "labor_rates"
    model = LaborRate
    view = "service.view_money"
    change = CHANGE
    columns = ("work_kind", "price", "valid_from")
    filters = ("work_kind",)
    form = (("", ("work_kind", "price", "valid_from")),)
    ordering = ("work_kind", "-valid_from")
    icon = "currency-yuan"
    order = 80


@register
class PackageRegister(Register):
    name = "packages"
    model = Package
    view = "service.view"
    change = CHANGE
    columns = ("code", "name", "fits_models", "active")
    filters = ("active",)
    search = ("code", "name", "fits_models")
    form = (("", ("code", "name", "fits_models")),)
    icon = "package"
    order = 90

    def prepare(self, row: Package, actor: Actor) -> None:
        row.code = row.code.upper()


@register
class OpeningReceivableRegister(Register):
    """The list for reading; entries come by the import or one by one, and are changed by verbs only."""

    name = "opening_receivables"
    model = OpeningReceivable
    view = "service.view_money"
    columns = (
        "number", "foreign_number", "customer", "plate", "billed_on", "total", "paid", "due", "state",
    )  # fmt: skip
    filters = ("state",)
    search = ("number", "foreign_number", "plate")
    ordering = ("-id",)
    icon = "receipt"
    order = 95

    def matching(self, rows: Any, text: str, actor: Actor) -> Any:
        """By either number, the plate, or the customer."""
        said = squeeze(text).upper()
        number = Q(number=said) | Q(foreign_number=said) | Q(plate__startswith=said)
        return rows.filter(number | Q(customer__in=matching_ids(actor, KIND, text)))

    def address(self, row: OpeningReceivable) -> str:
        return reverse("opening_receivable", args=[row.pk])

    def entry(self, actor: Actor) -> tuple[str, str] | None:
        return ("登记期初应收", reverse("opening_receivable_new")) if actor.can(OPENING) else None

    def is_figure(self, name: str) -> bool:
        return name == "due" or super().is_figure(name)

    @column("尚欠")
    def due(self, row: OpeningReceivable) -> str:
        return "—" if row.state == OpeningReceivable.State.REVERSED else f"{row.due:,.2f}"
