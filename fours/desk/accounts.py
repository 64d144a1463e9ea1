"""Sign-in rules: closed sign-up, by user name, and the store the session works in."""

from collections.abc import Iterable
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from fours.kernel.actor import Grants
from fours.kernel.models import Store, User
from fours.kernel.security import note

STORE_KEY = "store"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the store's administrator, never by visitors."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "enter_current_password": "现在的密码不对，请重新填写。",
        "username_password_mismatch": "用户名或密码不对，请重新填写。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/"


def stores_granted(grants: Grants) -> list[Store]:
    """The stores of rights already read, by code."""
    return [store for store in grants.stores if store.active]


def current_store(request: HttpRequest, user: User, granted: Iterable[Store]) -> Store | None:
    """The store the session was switched to, else the person's own, else their first."""
    stores = {store.pk: store for store in granted}
    wished = request.session.get(STORE_KEY), user.home_store_id, next(iter(stores), None)
    return next((stores[pk] for pk in wished if pk in stores), None)


# Django's sign-in signals are the framework's own interface; between our apps there are none.
@receiver(user_logged_in)
def _note_sign_in(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    note(request, "sign_in", getattr(request, "sign_in_words", "登录"), user)


@receiver(user_login_failed)
def _note_failure(
    sender: object, credentials: dict[str, str], request: HttpRequest | None, **kwargs: object
) -> None:
    if request is not None:
        note(request, "sign_in_failed", f"登录失败：{credentials.get('username', '')[:40]}")


@receiver(password_changed)
def _own_password_chosen(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """The first password was somebody else's; now it is the person's own."""
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    note(request, "password_changed", "修改密码", user)
