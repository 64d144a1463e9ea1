"""Health, figures and the log of requests say enough for a machine and nothing of anybody."""

import io
import json
import logging
from collections.abc import Callable

import pytest
from django.db import DatabaseError
from django.test import Client

from fours.config.logs import logging_settings
from fours.kernel.models import Store


def test_health_says_that_the_database_answers(db: None, client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"], answer.json()["worker"]) == (200, "ok", "none")


def test_without_a_database_it_is_503(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> float:
        raise DatabaseError("gone")

    monkeypatch.setattr("fours.desk.views.health._silence", fail)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")


def test_figures_are_for_this_machine_only(
    s01: Store, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    names = {line.split("{")[0].split()[0] for line in answer.text.splitlines() if not line.startswith("#")}
    assert {"fours_info", "fours_workers_silent_seconds", "fours_database_bytes"} <= names
    assert client.get("/metrics", REMOTE_ADDR="192.168.1.20").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="1.2.3.4").status_code == 404
    monkeypatch.setenv("FOURS_METRICS_TOKEN", "watchman")
    assert client.get("/metrics").status_code == 404
    by_token = client.get("/metrics", HTTP_AUTHORIZATION="Bearer watchman", REMOTE_ADDR="192.168.1.20")
    assert by_token.status_code == 200


def test_a_request_leaves_one_line_without_what_was_typed(
    s01: Store,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("FOURS_LOG_FORMAT", "json")
    settings = logging_settings()
    formatter = dict(settings["formatters"]["json"])  # type: ignore[index]
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter.pop("()")(**formatter))
    logger = logging.getLogger("fours.request")
    monkeypatch.setattr(logger, "handlers", [handler])
    caplog.set_level(logging.INFO, "fours.request")
    browser = client_of("advisor", s01)
    answer = browser.get("/search/?q=13812345678")
    (line,) = [json.loads(text) for text in written.getvalue().splitlines()]
    assert (line["route"], line["status"], line["store_id"]) == ("search/", 200, s01.pk)
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["queries"] > 3
    assert "13812345678" not in written.getvalue()


def test_an_exceptions_words_stay_out_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURS_LOG_FORMAT", "json")
    formatter = dict(logging_settings()["formatters"]["json"])  # type: ignore[index]
    made = formatter.pop("()")(**formatter)
    try:
        raise ValueError("Key (phone)=(13812345678) already exists")
    except ValueError as error:
        record = logging.LogRecord(
            "x", 40, __file__, 1, "failed", (), (ValueError, error, error.__traceback__)
        )
    line = json.loads(made.format(record))
    assert (line["exception"], line["event"]) == ("builtins.ValueError", "failed")
    assert "13812345678" not in json.dumps(line)
