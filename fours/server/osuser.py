"""The operating system user PostgreSQL runs as when FourS is started by root (PostgreSQL refuses root)."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from fours.server.errors import ServerError

USER_NAME = "fours-pg"


def database_user() -> pwd.struct_passwd | None:
    """The OS user for PostgreSQL, made when missing; None when FourS does not run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(USER_NAME)
    except KeyError:
        _create_user()
    try:
        return pwd.getpwnam(USER_NAME)
    except KeyError as error:
        raise ServerError(
            f"PostgreSQL cannot run as root and the OS user {USER_NAME} could not be created: "
            "start FourS as an ordinary user, or name a server in DATABASE_URL."
        ) from error


def _create_user() -> None:
    commands = (
        ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", USER_NAME],
        ["adduser", "-S", "-D", "-H", "-s", "/bin/false", USER_NAME],
    )
    for command in commands:
        if shutil.which(command[0]):
            # Another process may win the race to create it; the caller looks the user up afterwards.
            subprocess.run(command, capture_output=True, check=False)
            return


def open_way_to(folder: Path) -> None:
    """Let other users pass through (not list) the folders above `folder`, changing only what forbids it."""
    for parent in folder.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def make_readable(tree: Path, program: Path) -> None:
    """Let other users read and run an installation closed by a strict umask, as `program` tells."""
    if program.stat().st_mode & (stat.S_IROTH | stat.S_IXOTH) == stat.S_IROTH | stat.S_IXOTH:
        return
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            runnable = stat.S_IXOTH if mode & stat.S_IXUSR else 0
            path.chmod(mode | stat.S_IROTH | runnable)
