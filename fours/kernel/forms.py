"""Django forms in the look of FourS: Tabler classes, keypads that fit, native date controls."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from fours.base.controls import (
    ask_in_our_words,
    control_class,
    keypad,
    use_native_control,
    word_empty_choice,
)

FIRST_YEAR, LAST_YEAR = 1900, 2100
_PLAIN = (forms.HiddenInput, forms.MultipleHiddenInput)


class TablerBoundField(BoundField):
    """A bound field whose control carries the classes and hints its kind needs, whoever renders it."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        # Here and not when the form is made: forms add fields later, in their own set-up.
        use_native_control(field.widget)
        super().__init__(form, field, name)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        shown = widget or self.field.widget
        made: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if isinstance(shown, _PLAIN):
            return made
        classes = [str(made.get("class") or shown.attrs.get("class", "")), control_class(shown)]
        if self.errors:
            classes.append("is-invalid")
        made["class"] = " ".join(dict.fromkeys(" ".join(classes).split()))
        if hint := keypad(self.field):
            made.setdefault("inputmode", shown.attrs.get("inputmode", hint))
        if self.name == getattr(self.form, "focused", None):
            made["autofocus"] = True
        return made

    def value(self) -> Any:
        """What the control shows; a quantity of three places without idle zeros: 12, not 12.000."""
        value = super().value()
        is_quantity = isinstance(self.field, forms.DecimalField) and self.field.decimal_places == 3
        return f"{value.normalize():f}" if is_quantity and isinstance(value, Decimal) else value


class Renderer(TemplatesSetting):
    """The renderer of all forms, those of other packages too (sign-in)."""

    bound_field_class = TablerBoundField


class TablerForm(forms.BaseForm):
    """Mixin of Form and ModelForm: native date controls, the cursor in the first wrong or first field."""

    bound_field_class = TablerBoundField
    autofocus = True
    # Which form of its page it is, where there are several.
    place = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            word_empty_choice(field)
            if isinstance(field, forms.DateField | forms.DateTimeField):
                field.validators.append(_within_our_time)

    def full_clean(self) -> None:
        """Django's; what is missing is asked for in the product's words."""
        for field in self.fields.values():
            ask_in_our_words(field)
        super().full_clean()

    @property
    def focused(self) -> str | None:
        """The field that gets the cursor; asked while rendering, when a form's own set-up is done."""
        if not self.autofocus:
            return None
        visible = [
            name for name, field in self.fields.items() if not field.widget.is_hidden and not field.disabled
        ]
        return next((name for name in visible if name in self.errors), next(iter(visible), None))


def _within_our_time(value: date) -> None:
    """A slip of the keyboard, not a date; at the ends of the calendar the day before or after does not exist."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise forms.ValidationError(f"日期应在 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间。")
