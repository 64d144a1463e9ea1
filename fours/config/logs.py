"""How the program logs: plain lines for people, or a JSON object per line for a collector; no personal data in either."""

import os
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

from fours.config.words import env_level

FORMATS = ("plain", "json")
# What a line may carry beside its message; Django puts whole requests on its own lines.
FACTS = ("request_id", "user_id", "store_id", "method", "route", "status", "ms", "queries")


def bare_exception(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The kind of an exception and where it came from; its message may quote what somebody typed, so it stays out."""
    found = event.pop("exc_info", None)
    if isinstance(found, tuple) and found[0] is not None:
        event["exception"] = f"{found[0].__module__}.{found[0].__qualname__}"
        frames = traceback.extract_tb(found[2])
        event["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:]]
    return event


def logging_settings() -> dict[str, object]:
    """Django's LOGGING by FOURS_LOG_FORMAT (plain or json) and FOURS_LOG_LEVEL (INFO adds a line per request)."""
    chosen = os.environ.get("FOURS_LOG_FORMAT", "plain")
    if chosen not in FORMATS:
        raise ImproperlyConfigured(f"FOURS_LOG_FORMAT={chosen!r}: use plain or json")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
                ],
                "foreign_pre_chain": [
                    structlog.stdlib.add_log_level,
                    structlog.stdlib.add_logger_name,
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.stdlib.ExtraAdder(FACTS),
                    bare_exception,
                ],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": chosen}},
        "root": {"handlers": ["stderr"], "level": env_level("FOURS_LOG_LEVEL", "WARNING")},
    }
