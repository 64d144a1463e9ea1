"""`fours init`: an empty database becomes a real store with its first administrator (PF-15)."""

import getpass
import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace

from fours.base.errors import Refused
from fours.cli.command import Command
from fours.server.environment import chosen_database, environment_of, set_up_django
from fours.server.errors import ServerError
from fours.server.postgres import DatabaseUrls

PASSWORD = "FOURS_ADMIN_PASSWORD"  # noqa: S105  the variable's name


def add(parser: ArgumentParser) -> None:
    parser.add_argument("--store", required=True, metavar="CODE", help="letters and digits, at most 8: S01")
    parser.add_argument("--name", required=True, help="the store's name as people say it")
    parser.add_argument("--admin", required=True, metavar="USER", help="user name of the first administrator")
    parser.add_argument("--admin-name", default="系统管理员", metavar="NAME", help="that person's name")
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help=f"read the password from standard input (else from {PASSWORD}, else it is asked for)",
    )


def run(arguments: Namespace) -> int:
    """Migrate, found the store, say what comes next. Refused when there is data already; then nothing is changed."""
    with chosen_database() as urls, environment_of(urls, "app"):
        set_up_django()
        from fours.org.founding import check_administrator, check_empty, check_store, found_store

        # What was typed wrong is said at once, not after the minute the tables take.
        check_store(arguments.store, arguments.name)
        password = _password(from_input=arguments.password_stdin)
        check_administrator(arguments.admin, password)
        print("正在建立数据库，请稍候……", flush=True)
        _migrate(urls)
        check_empty()
        store = found_store(
            code=arguments.store,
            name=arguments.name,
            username=arguments.admin,
            person=arguments.admin_name,
            password=password,
        )
    print(f"门店 {store} 已建立。请启动 fours serve，以 {arguments.admin} 登录，按“开业设置”逐项完成。")
    return 0


def _migrate(urls: DatabaseUrls) -> None:
    """As the owner, in a process of its own: this one works as the application. A server of one's own may be migrated."""
    if not urls.owner:
        return
    with environment_of(urls, "owner"):
        result = subprocess.run([sys.executable, "-m", "fours", "migrate", "--verbosity", "0"], check=False)
    if result.returncode:
        raise ServerError("The database could not be migrated, see above.")


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if given := os.environ.get(PASSWORD):
        return given
    first = getpass.getpass("管理员密码：")
    if getpass.getpass("再输一次：") != first:
        raise Refused("两次输入的密码不同，请重来。")
    return first


COMMAND = Command("make a real, empty store with its first administrator", add, run, role=None)
