"""A caller of the REST interface: JSON in, JSON out, by a bearer token of a post."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from fours.desk.tokens import issue_token
from fours.kernel.actor import Actor
from fours.kernel.models import Store, User


class Caller:
    """Calls addresses under /api/v1/ as one person."""

    def __init__(self, token: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, address: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1/{address}", query, headers=self.headers)

    def send(self, address: str, data: Any = None, *, method: str = "post", key: str = "") -> HttpResponse:
        headers = {**self.headers, "Idempotency-Key": key} if key else self.headers
        body = data if isinstance(data, str) else json.dumps({} if data is None else data)
        call = getattr(self.client, method)
        answer: HttpResponse = call(
            f"/api/v1/{address}", body, content_type="application/json", headers=headers
        )
        return answer


CallerOf = Callable[..., Caller]


def caller(user: User | None) -> Caller:
    assert user is not None
    return Caller(issue_token(user.username))


@pytest.fixture
def caller_of(person: Callable[..., Actor]) -> CallerOf:
    """`caller_of("advisor", s01)`: the interface with a token of that post."""

    def make(post: str, store: Store, username: str = "") -> Caller:
        return caller(person(post, store, username).user)

    return make
