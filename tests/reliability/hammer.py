"""A process that lets cars through the store without end, one committed verb after the other; made to be killed.

`python -m tests.reliability.hammer CODE NUMBER [STOP_FILE]` on the database of the environment; prints a line per verb.
"""

import sys
from pathlib import Path

import django

django.setup()

from django.db import transaction  # noqa: E402

from fours.kernel.actor import Actor, open_scope  # noqa: E402
from fours.kernel.models import Store  # noqa: E402
from fours.org.people import holders  # noqa: E402
from fours.org.setup import NEEDED_POSTS  # noqa: E402
from fours.service.models import ClockEntry  # noqa: E402
from fours.service.verbs.workshop import pause_job  # noqa: E402
from tests.story.one_car import one_car  # noqa: E402


def hammer(code: str, number: int, stop: Path | None) -> None:
    """Cars `number`, `number` + 1 … until `stop` is there or the process is killed."""
    store = Store.objects.get(code=code)
    with transaction.atomic():
        open_scope([store.pk])
        who = {post: Actor.of(holders(store, post)[0], store) for post in NEEDED_POSTS}
        # Who was killed with the clock running is still at that car: as at the store, it is paused before the next.
        for running_clock in ClockEntry.objects.filter(store=store, ended_at=None).select_related("job"):
            pause_job(running_clock.job, reason="break", actor=who["technician"])
    while stop is None or not stop.exists():
        steps = one_car(store, who, plate=f"苏E{number:05d}", phone=f"138{number:08d}")
        running = True
        while running:
            with transaction.atomic():
                open_scope([store.pk])
                running = next(steps, steps) is not steps
            print("done", flush=True)
        number += 1


if __name__ == "__main__":
    hammer(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
