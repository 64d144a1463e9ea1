"""The forms of signing in and of changing one's password, in the product's own words."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm

from fours.kernel.forms import TablerForm


class _NoPlaceholders(TablerForm):
    """The label stands above each control; the same word inside would look like an entry."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(_NoPlaceholders, AllauthLoginForm):  # type: ignore[misc]
    """User name and password."""


class ChangePasswordForm(_NoPlaceholders, AllauthChangePasswordForm):  # type: ignore[misc]
    """The password of now, and twice the new one."""
