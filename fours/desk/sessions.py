"""Sessions in the database, as Django keeps them, read by one statement that is written once: every request asks."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

LOAD = "select session_data from django_session where session_key = %s and expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's own store but for how a session is loaded."""

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(LOAD, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            # As Django does: what expired or was never there begins anew under another key.
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(found[0])
        return data
