"""Choosing one row of many while typing: what a form field asks the server, by the picker's name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.urls import reverse_lazy

from fours.base.text import number_in

from .actor import Actor

PICKER_LIMIT = 30


@dataclass(frozen=True)
class Choice:
    """One row to choose: its id, how it is called, and a second line that tells it from others like it."""

    value: int
    text: str
    sub: str = ""


Search = Callable[[Actor, str], Iterable[Choice]]


@dataclass(frozen=True)
class Picker:
    """`search` reads through `visible_to(actor)`, best first; for an empty text it gives the likeliest rows."""

    name: str
    permission: str | None
    search: Search


PICKERS: dict[str, Picker] = {}


def register_picker(name: str, permission: str | None, search: Search) -> None:
    """Let fields choose by `/pick/<name>/`; a name has one picker."""
    if name in PICKERS:
        raise ValueError(f"two pickers are called {name}")
    PICKERS[name] = Picker(name, permission, search)


class PickerSelect(forms.Select):
    """The control of a ModelChoiceField whose rows are too many for a list: only the chosen row is written out."""

    def __init__(self, picker: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"data-picker": reverse_lazy("pick", args=[picker]), "placeholder": "输入查找", **(attrs or {})}
        )

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        offered = self.choices
        chosen: list[tuple[object, str]] = []
        if isinstance(offered, ModelChoiceIterator):
            rows = offered.queryset.filter(pk__in=[pk for pk in map(number_in, value) if pk])
            chosen = [(row.pk, offered.field.label_from_instance(row)) for row in rows]
        self.choices = [("", ""), *chosen]
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = offered
