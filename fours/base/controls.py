"""What single controls of a form are told: class, keypad, native date control, words of the empty choice."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

DASHES = "---------"
SELECTS = (forms.Select, forms.SelectMultiple)
CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def word_empty_choice(field: forms.Field) -> None:
    """Django's row of dashes says nothing: 请选择 where a choice must be made, 不选 where it may be left out."""
    word = "请选择" if field.required else "不选"
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = word
    elif isinstance(field, forms.ChoiceField):
        choices = list(cast(Iterable[Any], field.choices))
        if choices and choices[0] == ("", DASHES):
            field.choices = [("", word), *choices[1:]]


def control_class(widget: forms.Widget) -> str:
    if isinstance(widget, CHECKS):
        return "form-check-input"
    return "form-select" if isinstance(widget, SELECTS) else "form-control"


def keypad(field: forms.Field) -> str | None:
    if isinstance(field, forms.DecimalField | forms.FloatField):
        return "decimal"
    return "numeric" if isinstance(field, forms.IntegerField) else None


def use_native_control(widget: forms.Widget) -> None:
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


def ask_in_our_words(field: forms.Field) -> None:
    """What a missing entry is told, unless the field has words of its own: the framework's speak of fields."""
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        chosen = isinstance(field.widget, SELECTS + CHECKS)
        field.error_messages["required"] = "请选择。" if chosen else "请填写。"
