"""A registered counter PC and the people who use it in turn, as the tests of shared devices need them."""

import secrets
from datetime import date
from typing import Any

from django.core.signing import get_cookie_signer
from django.test import Client

from fours.kernel.models import Store, User
from fours.org.devices import COOKIE, SALT, hash_of
from fours.org.models import Assignment, SharedDevice
from fours.org.pins import set_pin

PASSWORD = "correct-and-long-7"
PAGE = {"Accept": "text/html"}


def employee(store: Store, username: str, post: str = "advisor", pin: str = "") -> User:
    user = User(username=username, name=f"员工{username}", home_store=store)
    user.set_password(PASSWORD)
    user.save()
    Assignment.objects.create(user=user, store=store, post=post, starts_on=date(2020, 1, 1))
    if pin:
        set_pin(user, pin)
    return user


def shared_pc(store: Store, name: str = "前台一号") -> Client:
    """A browser with the cookie of a device of the store; nobody is signed in."""
    secret = secrets.token_urlsafe(32)
    SharedDevice.objects.create(store=store, name=name, secret_hash=hash_of(secret))
    return with_secret(secret)


def with_secret(secret: str) -> Client:
    client = Client(headers=PAGE)
    client.cookies[COOKIE] = get_cookie_signer(salt=COOKIE + SALT).sign(secret)
    return client


def sign_in(client: Client, username: str, secret: str) -> Any:
    return client.post("/switch-person/other/", {"username": username, "secret": secret})


def who(client: Client) -> int:
    """Whose session it is; 0 nobody's."""
    return int(client.session.get("_auth_user_id", 0))
