"""`fours restore`: an archive of `fours backup` into an empty place, then proved by `fours check` (PF-15)."""

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from fours.cli.command import Command
from fours.server.environment import chosen_database, environment_of, set_up_django
from fours.server.errors import ServerError


def add(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="an archive that `fours backup` made")


def run(arguments: Namespace) -> int:
    """0: everything is back and agrees; 1: it is back, and `fours check` names what does not agree."""
    with chosen_database() as urls:
        if not urls.owner:
            raise ServerError("This command works as the owner of the database: set DATABASE_OWNER_URL too.")
        with environment_of(urls, "owner"):
            set_up_django()
            from fours.server.backup import restore_backup

            done = restore_backup(arguments.file.absolute(), urls.owner)
            # A backup of an older version is brought to this one.
            if _fours("migrate", "--verbosity", "0"):
                raise ServerError("数据已恢复，但升级没有成功，请看上面的错误。")
        print(f"已恢复 {done.rows} 行，{done.files} 个文件；正在核对……", flush=True)
        with environment_of(urls, "app"):
            return _fours("check")


def _fours(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "fours", *arguments], check=False).returncode


COMMAND = Command("load a backup into an empty place and prove it", add, run, role=None)
