"""Python's search for unreachable objects, as a process that answers requests all day needs it."""

import gc

# New objects after which Python searches among the young. The rows of one page are some thousands: with Python's own
# 700 it searches several times a page, and finds nothing, since they are still in use.
YOUNG = 20_000


def settle_memory() -> None:
    """Never again look through what the program itself consists of, and look through the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
