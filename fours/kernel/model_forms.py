"""Model forms whose constraints speak Chinese beside the field they are about."""

import re
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from .forms import TablerForm

SCOPE_FIELDS = {"store", "group"}


class ScopedModelForm(TablerForm, forms.ModelForm):  # type: ignore[type-arg]
    """A form of a row that belongs to a store or a group, which the caller has set on the instance.

    What is unique within the store or group, and what a check constraint forbids, is told before saving.
    """

    instance: Any

    def _get_validation_exclusions(self) -> set[str]:
        # Store and group are not on the form, but needed to see whether a value is taken there.
        return super()._get_validation_exclusions() - SCOPE_FIELDS  # type: ignore[misc,no-any-return]

    def _update_errors(self, errors: ValidationError) -> None:
        told: dict[str, list[ValidationError]] = {}
        general = {} if hasattr(errors, "error_dict") else {NON_FIELD_ERRORS: errors.error_list}
        for name, listed in getattr(errors, "error_dict", general).items():
            for error in listed:
                place, better = self._placed(name, error)
                told.setdefault(place, []).append(better)
        super()._update_errors(ValidationError(told))  # type: ignore[misc]

    def _placed(self, name: str, error: ValidationError) -> tuple[str, ValidationError]:
        """The field an error belongs to, and the error in the words of the screen."""
        if constraint := self._violated(error):
            fields = [
                field for field in self.fields if re.search(rf"'{field}(__|')", str(constraint.condition))
            ]
            return (fields or [NON_FIELD_ERRORS])[0], ValidationError(
                f"{self._said(fields)}的值不在允许的范围内。"
            )
        if error.code not in ("unique", "unique_together"):
            return name, error
        together = (error.params or {}).get("unique_check", (name,))
        fields = [field for field in together if field in self.fields]
        if not fields:
            return NON_FIELD_ERRORS, ValidationError("这条记录已经有了，不能重复建立。")
        return fields[-1], ValidationError(f"已有相同的{self._said(fields)}，请核对后修改。")

    def _said(self, fields: list[str]) -> str:
        return "和".join(str(self[field].label) for field in fields) or "所填"

    def _violated(self, error: ValidationError) -> models.CheckConstraint | None:
        """The check constraint behind an error that still carries Django's general words."""
        checks = [c for c in self.instance._meta.constraints if isinstance(c, models.CheckConstraint)]
        return next((c for c in checks if c.get_violation_error_message() == error.message), None)
