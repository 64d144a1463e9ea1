"""Operations of the catalogue, as estimates and packages choose them."""

from collections.abc import Iterable

from django.db.models import Q

from fours.kernel.actor import Actor
from fours.kernel.pickers import PICKER_LIMIT, Choice, register_picker

from .models import LaborOperation, Package


def operations(actor: Actor, text: str) -> Iterable[Choice]:
    """Operations in use whose code, name or initials contain the text."""
    rows = LaborOperation.objects.visible_to(actor).filter(active=True)
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(pinyin__icontains=text))
    for row in rows.order_by("code")[:PICKER_LIMIT]:
        yield Choice(row.pk, row.name, f"{row.code} · {row.hours.normalize():f} 工时")


register_picker("operations", "service.view", operations)


def packages(actor: Actor, text: str) -> Iterable[Choice]:
    """Menu services in use whose code or name contains the text."""
    rows = Package.objects.visible_to(actor).filter(active=True)
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name__icontains=text))
    for row in rows.order_by("code")[:PICKER_LIMIT]:
        yield Choice(row.pk, row.name, f"{row.code} · {row.fits_models}".rstrip(" ·"))


register_picker("packages", "service.view", packages)
