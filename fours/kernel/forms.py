"""Django forms in the look of FourS: Tabler classes, keypads that fit, native date controls."""

from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

FIRST_YEAR, LAST_YEAR = 1900, 2100
DASHES = "---------"
_SELECTS = (forms.Select, forms.SelectMultiple)
_PLAIN = (forms.HiddenInput, forms.MultipleHiddenInput)
_CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


class TablerBoundField(BoundField):
    """A bound field whose control carries the classes and hints its kind needs, whoever renders it."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        # Here and not when the form is made: forms add fields later, in their own set-up.
        _use_native_control(field.widget)
        super().__init__(form, field, name)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        shown = widget or self.field.widget
        made: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if isinstance(shown, _PLAIN):
            return made
        classes = [str(made.get("class") or shown.attrs.get("class", "")), _control_class(shown)]
        if self.errors:
            classes.append("is-invalid")
        made["class"] = " ".join(dict.fromkeys(" ".join(classes).split()))
        if keypad := _keypad(self.field):
            made.setdefault("inputmode", shown.attrs.get("inputmode", keypad))
        if self.name == getattr(self.form, "focused", None):
            made["autofocus"] = True
        return made


class Renderer(TemplatesSetting):
    """The renderer of all forms, those of other packages too (sign-in)."""

    bound_field_class = TablerBoundField


class TablerForm(forms.BaseForm):
    """Mixin of Form and ModelForm: native date controls, the cursor in the first wrong or first field."""

    bound_field_class = TablerBoundField
    autofocus = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _word_the_empty_choice(field)
            if isinstance(field, forms.DateField | forms.DateTimeField):
                field.validators.append(_within_our_time)

    def full_clean(self) -> None:
        """Django's; what is missing is asked for in the product's words."""
        for field in self.fields.values():
            _ask_in_our_words(field)
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


def _ask_in_our_words(field: forms.Field) -> None:
    """What a missing entry is told, unless the field has words of its own: the framework's speak of fields."""
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        chosen = isinstance(field.widget, _SELECTS + _CHECKS)
        field.error_messages["required"] = "请选择。" if chosen else "请填写。"


def _within_our_time(value: date) -> None:
    """A slip of the keyboard, not a date; at the ends of the calendar the day before or after does not exist."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise forms.ValidationError(f"日期应在 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间。")


def _word_the_empty_choice(field: forms.Field) -> None:
    """Django's row of dashes says nothing: 请选择 where a choice must be made, 不选 where it may be left out."""
    word = "请选择" if field.required else "不选"
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = word
    elif isinstance(field, forms.ChoiceField):
        choices = list(field.choices)
        if choices and choices[0] == ("", DASHES):
            field.choices = [("", word), *choices[1:]]


def _control_class(widget: forms.Widget) -> str:
    if isinstance(widget, _CHECKS):
        return "form-check-input"
    return "form-select" if isinstance(widget, _SELECTS) else "form-control"


def _keypad(field: forms.Field) -> str | None:
    if isinstance(field, forms.DecimalField | forms.FloatField):
        return "decimal"
    return "numeric" if isinstance(field, forms.IntegerField) else None


def _use_native_control(widget: forms.Widget) -> None:
    """Dates in native controls, ISO whatever the language; numbers as text with a keypad.

    A number control shows nothing when what was typed is not a number, so the wrong entry would be lost.
    """
    if isinstance(widget, forms.NumberInput):
        widget.input_type = "text"
        for name in ("min", "max", "step"):
            widget.attrs.pop(name, None)
    kinds = [
        (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
        (forms.DateInput, "date", "%Y-%m-%d"),
        (forms.TimeInput, "time", "%H:%M"),
    ]
    for kind, input_type, layout in kinds:
        if isinstance(widget, kind):
            widget.input_type, widget.format = input_type, layout
            return
