"""What environment variables say, read strictly: a wrong value is an ImproperlyConfigured that names it, never a guess."""

import os
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def env_bool(name: str, default: bool) -> bool:
    """Yes or no; anything but the known words is an error, not False."""
    text = os.environ.get(name)
    if text is None:
        return default
    if text.lower() not in TRUTH:
        raise _wrong(name, text, "use true or false")
    return TRUTH[text.lower()]


def env_count(name: str, default: int) -> int:
    """A whole number from 1."""
    text = os.environ.get(name, f"{default}").strip()
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise _wrong(name, text, "use a whole number from 1")
    return int(text)


def env_level(name: str, default: str) -> str:
    """A level of logging, however its letters are written."""
    text = os.environ.get(name, default)
    if text.upper() not in LEVELS:
        raise _wrong(name, text, f"use one of {', '.join(LEVELS)}")
    return text.upper()


def env_hosts(name: str, default: str) -> list[str]:
    """Names and addresses of machines, without scheme, port or path."""
    names = _parts(os.environ.get(name) or default)
    for host in names:
        if "/" in host or (host.count(":") == 1 and not host.startswith("[")):
            raise _wrong(name, host, "use names of machines alone, as dms.example.cn, between commas")
    return names


def env_origins(name: str) -> list[str]:
    """Origins as a browser names them: scheme and host, a port where there is one."""
    origins = _parts(os.environ.get(name, ""))
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
            raise _wrong(name, origin, "use scheme and host, as https://dms.example.cn, between commas")
    return [origin.rstrip("/") for origin in origins]


def database(name: str, url: str) -> dict[str, object]:
    """Django's connection settings of a postgresql:// URL; the only database dialect FourS speaks.

    What is wrong with the URL is told without the URL: it holds a password.
    """
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must begin with postgresql://")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: after the host comes a port number; in a password write / ? # @ : as %2F %3F %23 %40 %3A"
        ) from error
    if not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must end with the database, as postgresql://user@host/fours")
    return {
        "ENGINE": "fours.base.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "fours", "server_side_binding": True, "prepare_threshold": 3},
    }


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _wrong(name: str, text: str, advice: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={text!r}: {advice}")
