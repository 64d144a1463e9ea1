"""`fours export`: a store's rows as the workbook its import takes; loading it again changes nothing (PF-11)."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from django.db import transaction

from fours.base.errors import Refused
from fours.base.excel import workbook
from fours.intake.verbs.staging import kind_named
from fours.kernel.actor import open_scope
from fours.kernel.models import SecurityEntry, Store

SUFFIX = ".xlsx"
ExportRows = Callable[[Store], Iterable[Mapping[str, object]]]
"""A store's rows as they are kept, by the import's column names, in words the import understands."""
_ROWS: dict[str, ExportRows] = {}


def register_export(kind: str, rows: ExportRows) -> None:
    """Say where the rows of an import kind come from; a second of the same kind is a mistake in the program."""
    if kind in _ROWS:
        raise ValueError(f"the export of {kind} is registered twice")
    _ROWS[kind] = rows


def spoken(words: Mapping[str, str]) -> dict[str, str]:
    """Stored word → the first word an import understands for it."""
    found: dict[str, str] = {}
    for said, stored in words.items():
        found.setdefault(stored, said)
    return found


def run_export(kind: str, path: Path, store_code: str) -> int:
    """Write all rows of a kind into `path`, complete or not at all; how many. Noted in the security log.

    Refused when the kind, the store or the file cannot be used; a file that is there is not overwritten.
    """
    chosen = kind_named(kind)
    if path.suffix.lower() != SUFFIX:
        raise Refused("导出文件名应以 .xlsx 结尾。")
    if path.exists():
        raise Refused(f"{path.name} 已存在，请换一个文件名。")
    store = Store.objects.filter(code=store_code).first()
    if store is None:
        raise Refused(f"没有代码为“{store_code}”的门店。")
    with transaction.atomic():
        open_scope([store.pk])
        rows = list(_cells(chosen.name, [column.name for column in chosen.columns], store))
        SecurityEntry.objects.create(
            kind="exported", store_id=store.pk, detail=f"命令行导出{chosen.label} {len(rows)} 行"
        )
    _write(path, workbook(chosen.label, [column.label for column in chosen.columns], rows))
    return len(rows)


def _cells(kind: str, columns: list[str], store: Store) -> Iterator[list[object]]:
    if kind not in _ROWS:
        raise Refused(f"“{kind}”只能导入，不能导出。")
    for values in _ROWS[kind](store):
        yield [_cell(values.get(name)) for name in columns]


def _cell(value: object) -> object:
    return ("是" if value else "否") if isinstance(value, bool) else value


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    # Customers' files: nobody else on the machine may read them.
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    partial.rename(path)
