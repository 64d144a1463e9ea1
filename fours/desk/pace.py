"""How many requests a token may send in a minute (PF-14).

Counted in the memory of each web process: a count in the database would make a token's requests wait for each other.
"""

import time
from collections import Counter
from threading import Lock

from django.conf import settings

MINUTE = 60


class Pace:
    """The requests of the present minute by token."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.minute = 0
        self.sent: Counter[str] = Counter()

    def seconds_to_wait(self, token: str) -> int:
        """Count one request; 0, or how long until the next minute when the token has used this one up."""
        now = int(time.time())
        with self.lock:
            if now // MINUTE != self.minute:
                self.minute = now // MINUTE
                self.sent.clear()
            self.sent[token] += 1
            over = self.sent[token] > settings.API_PER_MINUTE
        return MINUTE - now % MINUTE if over else 0


PACE = Pace()
