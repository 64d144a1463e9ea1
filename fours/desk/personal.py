"""A value about a person on a page: shown, or hidden with the click that shows it and is kept in the security log (PF-13)."""

from dataclasses import dataclass

from django.db import models
from django.urls import reverse
from jinja2 import pass_context
from jinja2.runtime import Context

from fours.base.personal import Personal, PersonalDay, kind_of_field
from fours.kernel.actor import Actor
from fours.kernel.events import kind_of
from fours.kernel.personal import may_reveal, shown


@dataclass(frozen=True)
class Shown:
    """How a page writes a value: its text, whether one may call it, and where the hidden value is asked for."""

    text: str
    callable: bool = False
    reveal: str = ""


@pass_context
def personal_of(context: Context, row: models.Model, field: str) -> Shown:
    """A row's marked field for the page's reader. An identity number is always hidden until it is asked for."""
    actor: Actor | None = context.get("actor")
    value = getattr(row, field)
    if not value:
        return Shown("")
    kind = kind_of_field(row._meta.get_field(field)) or "text"
    if isinstance(value, PersonalDay):
        plain, hidden = f"{value:%Y-%m-%d}", value.masked
    else:
        plain, hidden = str(value), Personal(value, kind).masked
    text = hidden if kind == "identity" else shown(Personal(plain, kind), actor)
    if text == plain:
        return Shown(plain, callable=kind == "phone")
    return Shown(
        hidden, reveal=reverse("reveal", args=[kind_of(row), row.pk, field]) if may_reveal(actor) else ""
    )
