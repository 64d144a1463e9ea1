"""Who works on copied visits: a technician has one car at a time, and a busy store has as many as it needs."""

import heapq
from collections.abc import Callable
from datetime import datetime

from fours.kernel.models import User


class Lanes:
    """Hands out technicians for stretches of time that are asked for roughly in the order of their beginnings."""

    def __init__(self, technicians: list[User], hire: Callable[[int], User]) -> None:
        self._free = list(technicians)
        self._busy: list[tuple[datetime, int, User]] = []
        self._hire = hire
        self._hired = 0
        self._until: dict[int, datetime] = {}

    def give(self, start: datetime, until: datetime) -> User:
        """Somebody who is free all that time; hired when nobody is."""
        while self._busy and self._busy[0][0] <= start:
            self._free.append(heapq.heappop(self._busy)[2])
        technician = next((one for one in self._free if self._until.get(one.pk, start) <= start), None)
        if technician is None:
            self._hired += 1
            technician = self._hire(self._hired)
        else:
            self._free.remove(technician)
        self._until[technician.pk] = until
        heapq.heappush(self._busy, (until, technician.pk, technician))
        return technician
