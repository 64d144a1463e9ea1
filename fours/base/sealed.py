"""Secrets that must be used, not only compared: kept encrypted in the database, the key outside of it (PF-12, PF-13).

The key comes from the installation's own (`FOURS_HOME/secret_key` or `FOURS_SECRET_KEY`), which a backup of the database alone
does not hold. Encrypted with AES-128-CBC and HMAC-SHA256 (Fernet).
"""

import base64
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

_MARK = "sealed:1:"
_PURPOSE = b"fours sealed text 1"
# What stands for a secret whose key is another one: nothing a provider would take, and no one's password.
LOST = "\0"


@lru_cache(maxsize=4)
def _box(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE)
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))


def seal(text: str) -> str:
    """The text encrypted; nothing stays nothing. Twice the same text is not twice the same."""
    if not text:
        return ""
    return _MARK + _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again; LOST when it was sealed with another key, or was changed."""
    if not sealed.startswith(_MARK):
        return LOST if sealed else ""
    try:
        return _box(settings.SECRET_KEY).decrypt(sealed.removeprefix(_MARK).encode()).decode()
    except InvalidToken:
        return LOST


class SealedText(models.TextField[str, str]):
    """A text that only the program reads: encrypted on its way into the database, plain on the row."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal(str(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else unseal(value)
