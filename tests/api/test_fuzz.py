"""The interface keeps its description whatever is sent: schemathesis plays every operation on real documents.

`FOURS_FUZZ` is the number of made-up requests for each operation (4); `make reliability` plays more.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fours.desk.tokens import issue_token
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.survey.tests.care import MONDAY

from .seeds import Seeds, ids_of

EXAMPLES = int(os.environ.get("FOURS_FUZZ", "4"))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LEAST_ANSWERED = 0.8
KIND = "customers.customer"


class _Undo(Exception):
    """Takes back what a request has done, so that the next one finds every document as it was."""


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request by WSGI otherwise closes the connection, and with it the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def seeds(
    one_connection: None, s01: Store, person: Callable[..., Actor], see: Callable[..., None]
) -> Iterator[Seeds]:
    with time_machine.travel(MONDAY):
        see(s01)
        yield Seeds(s01, person)


class Play:
    """Sends cases as somebody who may do everything, and counts what was answered."""

    def __init__(self, seeds: Seeds) -> None:
        self.seeds, self.answered = seeds, Counter[str]()
        self.wrong: dict[str, str] = {}
        self.headers = {"Authorization": f"Bearer {issue_token('hand')}", "Accept-Encoding": "identity"}
        with undone():
            self.schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=get_wsgi_application())
        self.operations = {
            f"{found.ok().method.upper()} {found.ok().path.removeprefix('/api/v1')}": found.ok()
            for found in self.schema.get_all_operations()
        }

    def send(self, name: str, case: Any) -> str:
        """Send the case, keep what its answer does wrong; the answer when it was refused."""
        with undone():
            answer = case.call(headers=self.headers)
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as found:
                self.wrong.setdefault(name, f"{found}: {case.body!r:.300} → {answer.text:.300}")
        if answer.status_code < 300:
            self.answered[name] += 1
        return answer.text if answer.status_code >= 300 else ""

    def place(self, name: str, pk: int) -> dict[str, Any]:
        """What stands in the operation's address."""
        named = {"pk": pk, "kind": KIND, "number": 1}
        return {key: value for key, value in named.items() if f"{{{key}}}" in name}

    def fits(self, name: str, operation: Any) -> str:
        """Send what is right for the operation; what was said against it."""
        pk, body = self.seeds.fitting[name]
        case = operation.Case(
            path_parameters=self.place(name, pk or 0), body=body, media_type="application/json"
        )
        return self.send(name, case)

    def made_up(self, name: str, operation: Any) -> None:
        """Send whatever the description allows and forbids, to documents that are there and some that are not."""
        ids = [*ids_of(name.split("/")[1]), 2**40] if "{pk}" in name else [0]
        good = self.seeds.fitting.get(name)
        modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=st.one_of(modes), pk=st.sampled_from(ids), mixed=st.booleans())
        def play(case: Any, pk: int, mixed: bool) -> None:
            case.path_parameters = self.place(name, pk)
            if mixed and good and isinstance(case.body, dict):
                case.path_parameters = self.place(name, good[0] or 0)
                case.body = {**good[1], **dict(list(case.body.items())[:1])}
            self.send(name, case)

        play()


def test_every_answer_is_as_described_and_most_operations_are_done(seeds: Seeds) -> None:
    play = Play(seeds)
    assert set(seeds.fitting) <= set(play.operations)
    operations = play.operations
    refused = {name: answer for name in seeds.fitting if (answer := play.fits(name, operations[name]))}
    for name, operation in play.operations.items():
        play.made_up(name, operation)
    for name, operation in play.operations.items():
        if name.startswith("GET ") and not play.answered[name] and "{pk}" in name:
            for pk in ids_of(name.split("/")[1])[:3]:
                play.send(name, operation.Case(path_parameters=play.place(name, pk)))
    silent = sorted(set(play.operations) - set(play.answered))
    assert play.wrong == {}
    assert refused == {}
    assert len(play.answered) >= LEAST_ANSWERED * len(play.operations), silent
