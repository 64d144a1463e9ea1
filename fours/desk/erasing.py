"""Taking a person's words out of rows that stay (PF-13, PIPL 47): the only writing over what is otherwise never changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

GONE = "已删除"


@contextmanager
def erasing() -> Iterator[None]:
    """Within it the database lets events and movements be written over; the setting ends with the transaction anyway."""
    _allow("on")
    try:
        yield
    finally:
        _allow("")


def scrub(model: type[models.Model], words: Iterable[str], rows: Mapping[str, Sequence[Any]]) -> int:
    """Put 已删除 in place of each word in all texts and JSON of the rows; how many rows spoke of them.

    `rows`: column → the values that choose the rows. Longer words go first, so that a part never hides the whole.
    """
    chosen = sorted({word for word in words if len(word) > 1}, key=lambda word: (-len(word), word))
    columns = [field for field in model._meta.concrete_fields if _is_text(field)]
    if not chosen or not columns or not all(len(values) for values in rows.values()):
        return 0
    where = " and ".join(f'"{column}" = any(%s)' for column in rows)
    given = [list(values) for values in rows.values()]
    patterns = [f"%{_like(word)}%" for word in chosen]
    said = " or ".join(f'"{field.column}"::text like any(%s)' for field in columns)
    sets, replaced = [], []
    for field in columns:
        value, arguments = _replaced(field, chosen)
        sets.append(f'"{field.column}" = {value}')
        replaced += arguments
    with connection.cursor() as cursor:
        cursor.execute(
            f'update "{model._meta.db_table}" set {", ".join(sets)} where {where} and ({said})',  # noqa: S608
            [*replaced, *given, *[patterns] * len(columns)],
        )
        return int(cursor.rowcount)


def _replaced(field: Any, words: Sequence[str]) -> tuple[str, list[str]]:
    """The column with every word replaced, as SQL with its arguments."""
    is_json = isinstance(field, models.JSONField)
    value, arguments = f'"{field.column}"::text', []
    for word in words:
        value = f"replace({value}, %s, %s)"
        arguments += [word, GONE]
    if is_json:
        return f"({value})::jsonb", arguments
    length = getattr(field, "max_length", None)
    return (f"left({value}, {int(length)})" if length else value), arguments


def _is_text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices


def _like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _allow(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('fours.erasing', %s, true)", [word])
