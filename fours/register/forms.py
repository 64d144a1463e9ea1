"""The form of a register's row and the filters of its list."""

import hashlib
import json
from typing import TYPE_CHECKING, Any, cast

import django_filters
from django import forms
from django.db import models

from fours.base.errors import Stale
from fours.base.text import clean
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.model_forms import ScopedModelForm
from fours.kernel.models import Scope

if TYPE_CHECKING:
    from .base import Register


class RegisterForm(ScopedModelForm):
    """A row of master data: choices narrowed to what the actor may see, uniqueness within its store or group.

    `seen` is the fingerprint of what the person read; when the row says something else by now, `check_seen`
    raises Stale and `conflict` lists (label, what is there now, what was typed).
    """

    def __init__(self, *args: Any, register: "Register", actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register = register
        self.conflict: list[tuple[str, str, str]] = []
        self.names = list(self.fields)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = register.choices(name, actor)
        self.before: dict[str, str] = {}
        self.fingerprint = ""
        if self.instance.pk is None:
            belong_to(self.instance, actor)
        else:
            self.before = self._texts()
            values = [(name, str(self.initial.get(name))) for name in self.names]
            self.fingerprint = hashlib.sha256(json.dumps(values).encode()).hexdigest()[:24]

    def _texts(self) -> dict[str, str]:
        return {name: self.register.text(self.instance, name) for name in self.names}

    @property
    def seen(self) -> str:
        """What the page carries: unchanged through corrections, renewed once the conflict was shown."""
        posted = self.data.get("seen", "") if self.is_bound else ""
        return self.fingerprint if self.conflict or not posted else posted

    def check_seen(self) -> None:
        """Refuse to overwrite what somebody else saved since the person read the row."""
        if self.instance.pk is None or self.data.get("seen", "") in ("", self.fingerprint):
            return
        self.conflict = [(str(self[name].label), *pair) for name, pair in self.changes().items()]
        raise Stale("您填写期间，他人已修改了这条记录。请核对下面的差异；再次保存将以您填写的为准。")

    def changes(self) -> dict[str, tuple[str, str]]:
        """Field → (before, now), as people read them; for history."""
        now = self._texts()
        return {name: (old, now[name]) for name, old in self.before.items() if old != now[name]}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}


def belong_to(row: models.Model, actor: Actor) -> None:
    """A new row belongs to the actor's store or its group, as its model says."""
    scope: Scope = cast(Any, row).scope
    if scope == Scope.GROUP:
        row.group = actor.must_store.group  # type: ignore[attr-defined]
    elif scope == Scope.STORE:
        row.store = actor.must_store  # type: ignore[attr-defined]


def form_of(register: "Register") -> type[RegisterForm]:
    """The form class of a register, with a picker where it names one."""
    names = [name for _, fields in register.form for name in fields]
    made = forms.modelform_factory(
        register.model, form=register.form_base, fields=names, widgets=register.widgets()
    )
    return cast(type[RegisterForm], made)


class _FilterForm(TablerForm, forms.Form):
    autofocus = False


class RegisterFilters(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of a list, in the address bar; those in use unless asked otherwise."""

    q = django_filters.CharFilter(label="查找", method="by_text")

    def __init__(self, data: Any, queryset: Any, *, register: "Register", actor: Actor) -> None:
        if register.can_rest and "active" in register.filters and "active" not in data:
            data = {**data.dict(), "active": "true"}
        super().__init__(data, queryset)
        self.register, self.actor = register, actor
        if not register.search:
            del self.filters["q"]
        for name, each in self.filters.items():
            if isinstance(each, django_filters.ChoiceFilter | django_filters.ModelChoiceFilter):
                each.extra["empty_label"] = "全部"
            if isinstance(each, django_filters.ModelChoiceFilter):
                each.extra["queryset"] = register.choices(name, actor)

    def by_text(self, rows: Any, name: str, text: str) -> Any:
        return self.register.matching(rows, clean(text), self.actor)


def _yes_no(field: object) -> dict[str, object]:
    return {"choices": [("", "全部"), ("true", "是"), ("false", "否")], "coerce": lambda text: text == "true"}


def filters_of(register: "Register") -> type[RegisterFilters]:
    """The filter set of a register."""
    yes_no = {"filter_class": django_filters.TypedChoiceFilter, "extra": _yes_no}
    asked = {
        "model": register.model,
        "fields": list(register.filters),
        "form": _FilterForm,
        "filter_overrides": {models.BooleanField: yes_no},
    }
    return type("Filters", (RegisterFilters,), {"Meta": type("Meta", (), asked)})
