"""The form of a register's row and the filters of its list."""

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, cast

import django_filters
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from fours.kernel.actor import Actor
from fours.kernel.errors import Stale
from fours.kernel.forms import TablerForm
from fours.kernel.models import Scope
from fours.kernel.text import clean

if TYPE_CHECKING:
    from .base import Register

SCOPE_FIELDS = {"store", "group"}


class RegisterForm(TablerForm, forms.ModelForm):  # type: ignore[type-arg]
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
        if self.instance.pk is None:
            belong_to(self.instance, actor)
            self.before = {}
        else:
            self.before = {name: register.text(self.instance, name) for name in self.names}
        self.fingerprint = self._fingerprint() if self.instance.pk else ""

    def _fingerprint(self) -> str:
        values = [(name, str(self.initial.get(name))) for name in self.names]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:24]

    @property
    def seen(self) -> str:
        """What the page carries: unchanged through corrections, renewed once the conflict was shown."""
        posted = self.data.get("seen", "") if self.is_bound else ""
        return self.fingerprint if self.conflict or not posted else posted

    def check_seen(self) -> None:
        """Refuse to overwrite what somebody else saved since the person read the row."""
        if self.instance.pk is None or self.data.get("seen", "") in ("", self.fingerprint):
            return
        yours = {name: self.register.text(self.instance, name) for name in self.names}
        self.conflict = [
            (str(self[name].label), self.before[name], yours[name])
            for name in self.names
            if yours[name] != self.before[name]
        ]
        raise Stale("您填写期间,他人已修改了这条记录。请核对下面的差异;再次保存将以您填写的为准。")

    def changes(self) -> dict[str, list[str]]:
        """Field → [before, now], as people read them; for history."""
        now = {name: self.register.text(self.instance, name) for name in self.names}
        return {
            name: [self.before[name], now[name]] for name in self.before if self.before[name] != now[name]
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}

    def _get_validation_exclusions(self) -> set[str]:
        # Store and group are not on the form but set, so that "once per store" can be checked before saving.
        return super()._get_validation_exclusions() - SCOPE_FIELDS  # type: ignore[misc,no-any-return]

    def _update_errors(self, errors: ValidationError) -> None:
        """Put "already taken" beside the field it is about, without naming the store."""
        kept: dict[str, list[ValidationError]] = {}
        by_field = (
            errors.error_dict if hasattr(errors, "error_dict") else {NON_FIELD_ERRORS: errors.error_list}
        )
        for name, listed in by_field.items():
            for error in listed:
                place, told = self._placed(name, error)
                kept.setdefault(place, []).append(told)
        super()._update_errors(ValidationError(kept))  # type: ignore[misc]

    def _placed(self, name: str, error: ValidationError) -> tuple[str, ValidationError]:
        if constraint := self._violated(error):
            fields = [name for name in self.names if re.search(rf"'{name}(__|')", str(constraint.condition))]
            labels = "、".join(str(self[field].label) for field in fields)
            return (fields or [NON_FIELD_ERRORS])[0], ValidationError(f"{labels}的值不在允许的范围内。")
        if error.code not in ("unique", "unique_together"):
            return name, error
        together = (error.params or {}).get("unique_check", (name,))
        fields = [field for field in together if field in self.fields]
        if not fields:
            return NON_FIELD_ERRORS, ValidationError("这条记录已经有了,不能重复建立。")
        labels = "和".join(str(self[field].label) for field in fields)
        return fields[-1], ValidationError(f"已有相同的{labels},请核对后修改。")

    def _violated(self, error: ValidationError) -> models.CheckConstraint | None:
        """The check constraint behind an error that still carries Django's general words."""
        checks = [c for c in self.instance._meta.constraints if isinstance(c, models.CheckConstraint)]
        return next((c for c in checks if c.get_violation_error_message() == error.message), None)


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
        self.register = register
        if not register.search:
            del self.filters["q"]
        for name, each in self.filters.items():
            if isinstance(each, django_filters.ChoiceFilter | django_filters.ModelChoiceFilter):
                each.extra["empty_label"] = "全部"
            if isinstance(each, django_filters.ModelChoiceFilter):
                each.extra["queryset"] = register.choices(name, actor)

    def by_text(self, rows: Any, name: str, text: str) -> Any:
        return self.register.matching(rows, clean(text))


_YES_NO = {
    "filter_class": django_filters.TypedChoiceFilter,
    "extra": lambda field: {
        "choices": [("true", "是"), ("false", "否")],
        "coerce": lambda text: text == "true",
    },
}


def filters_of(register: "Register") -> type[RegisterFilters]:
    """The filter set of a register."""
    meta = type(
        "Meta",
        (),
        {
            "model": register.model,
            "fields": list(register.filters),
            "form": _FilterForm,
            "filter_overrides": {models.BooleanField: _YES_NO},
        },
    )
    return type("Filters", (RegisterFilters,), {"Meta": meta})
