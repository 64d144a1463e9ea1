"""Refusals that only the service area knows."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models

from fours.base.errors import Refused


class NotAuthorised(Refused):
    """Work or parts the customer has not agreed to yet: an unsigned order, an additional work without acceptance."""

    code = "not_authorised"
    status = 409


def check_fields(row: models.Model, names: Iterable[str]) -> None:
    """Refuse what does not fit the named fields of the row (too long, not one of the choices), beside each of them."""
    wanted = set(names)
    others = [field.name for field in row._meta.fields if field.name not in wanted]
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        messages = {name: texts[0] for name, texts in error.message_dict.items()}
        raise Refused("；".join(messages.values()), fields=messages) from error
