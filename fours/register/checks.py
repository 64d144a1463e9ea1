"""Wrong names in a declaration stop the program at its start, with a hint."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error
from django.core.checks import register as at_start

from fours.base.personal import marked_fields

from .base import REGISTERS, Register


@at_start()
def check_registers(**options: object) -> list[CheckMessage]:
    """Every field a register names exists on its model, and nobody filters or sorts by personal data (PF-13)."""
    return [error for each in REGISTERS.values() for error in errors_of(each)]


def errors_of(register: Register) -> Iterator[CheckMessage]:
    known = {field.name for field in register.model._meta.fields}
    methods = {name for name in dir(type(register)) if hasattr(getattr(type(register), name), "column_label")}
    in_form = [name for _, names in register.form for name in names]
    open_to_all = known - {field.name for field in marked_fields(register.model)}
    named = {
        "columns": (register.columns, known | methods),
        "filters": (register.filters, open_to_all),
        "search": ([name.split("__")[0] for name in register.search], open_to_all),
        "form": (in_form, known - {"active", "store", "group", "version"}),
        "pickers": (register.pickers, set(in_form) & set(register.references)),
        "ordering": ([name.lstrip("-") for name in register.ordering], open_to_all),
    }
    for attribute, (names, allowed) in named.items():
        for name in names:
            if name not in allowed:
                hint = f"Known here: {', '.join(sorted(allowed))}."
                yield Error(
                    f"{type(register).__name__}.{attribute} names {name!r}", hint=hint, id="fours.E101"
                )
