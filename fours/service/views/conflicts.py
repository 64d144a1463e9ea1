"""What a person is shown when somebody else changed the document while they were typing."""

from collections.abc import Iterable
from typing import cast

from django import forms
from django.db.models import Model

from fours.base.errors import Stale

Difference = tuple[str, str, str]


def differences(form: forms.BaseForm, row: Model, names: Iterable[str]) -> list[Difference]:
    """After a conflict, of these fields: the label, what the row has now, what was typed; only where they differ."""
    if not isinstance(getattr(form, "refused", None), Stale):
        return []
    pairs = [(form.fields[name], getattr(row, name), form.cleaned_data[name]) for name in names]
    return [
        (str(field.label), _text(field, now), _text(field, typed))
        for field, now, typed in pairs
        if now != typed
    ]


def _text(field: forms.Field, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    choices = (
        dict(cast("Iterable[tuple[object, str]]", field.choices))
        if isinstance(field, forms.ChoiceField)
        else {}
    )
    return str(choices.get(value, "" if value is None else value))
