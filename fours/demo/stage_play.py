"""Steps of many stories in the order of their time: each in a transaction of its own, with the clock at its moment."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

from django.db import transaction

from fours.kernel.actor import open_scope
from fours.kernel.models import Store

from .clock import Clock
from .shop import Times


class StagePlay:
    """Plays stories of one store side by side. A story yields when its next step is due."""

    def __init__(self, store: Store, clock: Clock, told: Callable[[], None]) -> None:
        """`told` is called after every step."""
        self._store = store
        self._clock = clock
        self._told = told
        self._steps: list[tuple[datetime, int, Times]] = []
        self._order = count()

    def add(self, story: Times) -> None:
        """Let a story begin at the time it asks for first."""
        first = next(story, None)
        if first is not None:
            heapq.heappush(self._steps, (first, next(self._order), story))

    def run(self, until: datetime) -> None:
        """Play every step that is due until then; later ones stay for the next run."""
        while self._steps and self._steps[0][0] <= until:
            moment, _, story = heapq.heappop(self._steps)
            self._clock.moment = moment
            with transaction.atomic():
                open_scope([self._store.pk])
                upcoming = next(story, None)
            self._told()
            if upcoming is not None:
                heapq.heappush(self._steps, (max(upcoming, moment), next(self._order), story))

    def forget(self) -> None:
        """Drop what has not happened yet."""
        self._steps.clear()
