"""When customers may be disturbed: quiet hours by the store's settings, also over midnight."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from fours.kernel.models import Store
from fours.kernel.store_settings import settings_of

from .models import Channel

FROM, UNTIL = "messages.quiet_from", "messages.quiet_until"
# A letter and a group of colleagues wake nobody up.
DISTURBING = (Channel.SMS, Channel.EMAIL)


def allowed_at(store: Store, channel: str, moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in."""
    if channel not in DISTURBING:
        return moment
    hours = settings_of(store, [FROM, UNTIL])
    return after_quiet(moment, hours[FROM], hours[UNTIL])


def after_quiet(moment: datetime, start: time, end: time) -> datetime:
    """The moment, or the next `end` in the store's zone when it lies in [start, end); equal ends: nothing is quiet."""
    local = timezone.localtime(moment)
    now = local.time()
    if start <= end:
        is_quiet, days = start <= now < end, 0
    else:
        is_quiet, days = now >= start or now < end, int(now >= start)
    if not is_quiet:
        return moment
    return timezone.make_aware(datetime.combine(local.date() + timedelta(days=days), end))
