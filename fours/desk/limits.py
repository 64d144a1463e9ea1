"""How often somebody may try what could be used to guess or to carry off data."""

from django.core.cache import cache

from fours.base.errors import TooMany
from fours.kernel.actor import Actor


def count_try(actor: Actor, what: str, *, per_hour: int) -> None:
    """Count one try of the person; from `per_hour` on within an hour of the first it raises TooMany."""
    key = f"tries:{what}:{actor.user.pk if actor.user else 0}"
    cache.add(key, 0, 3600)
    if cache.incr(key) > per_hour:
        raise TooMany("查询过于频繁，请一小时后再试，或请主管协助。")
