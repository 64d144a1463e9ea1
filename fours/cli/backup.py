"""`fours backup`: database, files and version of one moment in one archive, while people work (PF-15)."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from fours.cli.command import Command
from fours.server.environment import chosen_database, environment_of, set_up_django
from fours.server.errors import ServerError


def add(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the archive to write; an existing file is not overwritten")


def run(arguments: Namespace) -> int:
    """0: everything is in the archive; 1: it is made, but files were missing or damaged already, named one per line."""
    with chosen_database() as urls:
        if not urls.owner:
            raise ServerError("This command works as the owner of the database: set DATABASE_OWNER_URL too.")
        with environment_of(urls, "owner"):
            set_up_django()
            from fours.server.backup import make_backup

            made = make_backup(arguments.file.absolute(), urls.owner)
    for path in made.damaged:
        print(f"文件缺失或已改变：{path}", file=sys.stderr)
    print(f"备份已写入 {arguments.file}：{made.rows} 行，{made.files} 个文件")
    return 1 if made.damaged else 0


COMMAND = Command(
    "write database, files and version into one archive, while people work", add, run, role=None
)
