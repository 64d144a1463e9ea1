"""Backup and restore (PF-15): database, files and version of one moment in one archive, taken while people work.

The database is dumped from an exported snapshot; the files copied are those its rows name. Files are never changed and
swept only days after their row is gone, so what the snapshot names is still there when it is copied.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from fours import __version__
from fours.kernel.actor import open_scope
from fours.kernel.attachments import read_stored
from fours.kernel.database import keeping_files
from fours.kernel.models import Store
from fours.server.backup_file import MANIFEST, BackupReader, BackupWriter, opened
from fours.server.dump import WITHOUT_ROWS, dump, load
from fours.server.errors import ServerError

FORMAT = 1
DUMP, KEY, FILES = "database.dump", "secret_key", "files/"


@dataclass(frozen=True)
class Summary:
    """What a backup holds; `damaged` are files that were missing or changed in the store's folder already."""

    rows: int
    files: int
    damaged: list[str] = field(default_factory=list)


def make_backup(target: Path, owner_url: str) -> Summary:
    """Write `target`, whole or not at all; connected as the owner. ServerError when it exists or the dump fails."""
    with BackupWriter(target) as archive, TemporaryDirectory(dir=target.parent, prefix=".fours-") as folder:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read read only")
            open_scope(Store.objects.values_list("pk", flat=True))
            cursor.execute("select pg_export_snapshot()")
            dumped = Path(folder) / DUMP
            dump(owner_url, cursor.fetchone()[0], _scope(cursor), dumped)
            archive.add_file(DUMP, dumped)
            counts = _counts(cursor)
            manifest = {
                "format": FORMAT,
                "version": __version__,
                "made_at": timezone.now().isoformat(),
                "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
                "scope": _scope(cursor),
                "rows": counts,
            }
            kept = dict(_kept_files())
        damaged = list(_add_files(archive, kept))
        if not os.environ.get("FOURS_SECRET_KEY"):
            archive.add(KEY, settings.SECRET_KEY.encode())
        archive.add(
            MANIFEST, json.dumps({**manifest, "damaged": damaged}, indent=1, ensure_ascii=False).encode()
        )
    return Summary(sum(counts.values()), len(kept) - len(damaged), damaged)


def restore_backup(source: Path, owner_url: str) -> Summary:
    """Load an archive into an empty database and an empty files folder; connected as the owner, before `fours migrate`.

    The archive is proved whole first; nothing is changed by one that is damaged, newer than this program, or when the
    place is not empty. Afterwards every table has as many rows as were counted when the backup was made.
    """
    with opened(source) as archive:
        _check_known(archive)
        files = Path(default_storage.path(""))
        _check_empty(files)
        fresh = files.with_name(files.name + ".restoring")
        shutil.rmtree(fresh, ignore_errors=True)
        names = [name for name in archive.sums if name.startswith(FILES)]
        for name in names:
            archive.extract(name, fresh / name.removeprefix(FILES))
        with TemporaryDirectory(dir=settings.FOURS_HOME, prefix=".fours-") as folder:
            dumped = Path(folder) / DUMP
            archive.extract(DUMP, dumped)
            load(owner_url, archive.manifest["scope"], dumped)
        _check_rows(owner_url, archive.manifest)
        if names:
            shutil.rmtree(files, ignore_errors=True)
            fresh.rename(files)
        if KEY in archive.sums:
            _keep_key(archive.read(KEY))
        rows = sum(archive.manifest["rows"].values())
        return Summary(rows, len(names), archive.manifest["damaged"])


def _scope(cursor: Any) -> dict[str, str]:
    """What `open_scope` has set, for the sessions of PostgreSQL's own programs."""
    cursor.execute("select current_setting('fours.stores'), current_setting('fours.groups')")
    stores, groups = cursor.fetchone()
    return {"fours.stores": stores, "fours.groups": groups}


def _counts(cursor: Any) -> dict[str, int]:
    cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
    names = [name for (name,) in cursor.fetchall() if name not in WITHOUT_ROWS]
    return {name: _count(cursor, name) for name in names}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f'select count(*) from "{table}"')  # noqa: S608  a name from the catalogue
    return int(cursor.fetchone()[0])


def _kept_files() -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of every file a row of the snapshot names."""
    for model in keeping_files():
        yield from _paths(model)


def _paths(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    yield from model._default_manager.exclude(path="").order_by("pk").values_list("path", "sha256").iterator()


def _add_files(archive: BackupWriter, kept: Mapping[str, str]) -> Iterator[str]:
    """Add each file; those that are missing or not what was kept are told, and do not stop the backup."""
    for path, sha256 in sorted(kept.items()):
        try:
            found = archive.add(FILES + path, read_stored(path))
        except OSError:
            yield path
            continue
        if found != sha256:
            yield path


def _check_known(archive: BackupReader) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    made_by = archive.manifest.get("version")
    migrations = {(app, name) for app, name in archive.manifest.get("migrations", [])}
    if archive.manifest.get("format") != FORMAT or not migrations <= known:
        raise ServerError(
            f"备份由 FourS {made_by} 制作，本程序 {__version__} 较旧，请先升级程序。没有恢复任何数据。"
        )


def _check_empty(files: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_tables where schemaname = 'public'")
        tables = cursor.fetchone()[0]
    if tables or (files.exists() and any(path.is_file() for path in files.rglob("*"))):
        raise ServerError(
            "恢复只能在空的数据库和空的数据文件夹中进行，请换一个 FOURS_HOME。没有改动任何数据。"
        )


def _check_rows(owner_url: str, manifest: Mapping[str, Any]) -> None:
    with psycopg.connect(owner_url) as session, session.cursor() as cursor:
        for name, value in manifest["scope"].items():
            cursor.execute("select set_config(%s, %s, false)", [name, value])
        found = {name: _count(cursor, name) for name in manifest["rows"]}
    wrong = [name for name, count in manifest["rows"].items() if found[name] != count]
    if wrong:
        raise ServerError(f"恢复后的行数与备份不符：{'、'.join(wrong)}。请换一个空的文件夹重试。")


def _keep_key(key: bytes) -> None:
    path = Path(settings.FOURS_HOME) / "secret_key"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
