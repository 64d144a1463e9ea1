"""Every post of the busy store at a desk of its own, signed in without typing a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from fours.survey.tests.care import MONDAY
from tests.pages.busy_store import BusyStore, busy_store

Opened = tuple[str, str, str, str]


class Desks:
    """One browser window for each post of the busy store, signed in."""

    def __init__(self, address: str, browser: Browser, busy: BusyStore) -> None:
        self.address, self.browser, self.busy = address, browser, busy
        self.pages: dict[str, Page] = {}

    def __call__(self, post: str) -> Page:
        if post not in self.pages:
            self.pages[post] = self.new_context(post).new_page()
        return self.pages[post]

    def new_context(self, post: str) -> BrowserContext:
        """A browser that has never been here before, in which the post is signed in."""
        with transaction.atomic():
            user = self.busy.person(post, self.busy.store).user
        assert user is not None
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce"
        )
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}])
        return context

    def path(self, name: str, row: str = "", query: str = "") -> str:
        return reverse(name, args=[self.busy.rows[row].pk] if row else []) + (f"?{query}" if query else "")

    def open(self, post: str, name: str, row: str = "", query: str = "") -> Page:
        page, path = self(post), self.path(name, row, query)
        answer = page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, path
        return page

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


@contextmanager
def desks_at(address: str, browser: Browser) -> Iterator[Desks]:
    """The busy store on a working Monday, made and committed, with nobody at a desk yet."""
    with (
        time_machine.travel(MONDAY, tick=True),
        # A hundred papers are frozen on the way; here nobody reads them.
        patch("fours.kernel.printing.typeset", return_value=b"%PDF-"),
    ):
        with transaction.atomic():
            busy = busy_store()
        opened = Desks(address, browser, busy)
        yield opened
        opened.close()
