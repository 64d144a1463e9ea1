"""The `fours` program: reads the command line, prepares database and Django, runs one subcommand."""

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import OperationalError, ProgrammingError

from fours import __version__
from fours.base.errors import Refused
from fours.cli import (
    backup,
    bench,
    check,
    demo,
    export,
    import_,
    init,
    manage,
    migrate,
    restore,
    serve,
    static,
    token,
    worker,
)
from fours.cli.command import Command
from fours.server.environment import prepare, set_up_django
from fours.server.errors import ServerError

COMMANDS: dict[str, Command] = {
    "init": init.COMMAND,
    "migrate": migrate.COMMAND,
    "demo": demo.COMMAND,
    "import": import_.COMMAND,
    "export": export.COMMAND,
    "token": token.COMMAND,
    "backup": backup.COMMAND,
    "restore": restore.COMMAND,
    "check": check.COMMAND,
    "bench": bench.COMMAND,
    "serve": serve.COMMAND,
    "worker": worker.COMMAND,
    "static": static.COMMAND,
    "manage": manage.COMMAND,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; 2 with one line on stderr when it could not do its work."""
    parser = _parser()
    words = sys.argv[1:] if argv is None else argv
    if not words:
        parser.print_help(sys.stderr)
        return 2
    arguments = parser.parse_args(words)
    command: Command = arguments.command
    signal.signal(signal.SIGTERM, _stop)
    try:
        return _run(command, arguments)
    except KeyboardInterrupt:
        return 130
    except PermissionError as error:
        return _complain(f"No permission for {error.filename}: work as the user whose data it is.")
    except (ServerError, Refused, CommandError, ImproperlyConfigured, OSError) as error:
        return _complain(str(error))
    except OperationalError as error:
        return _complain(f"The database cannot be reached: {error}")
    except ProgrammingError as error:
        if "does not exist" not in str(error):
            raise
        return _complain("The database is empty or older than this program: run `fours migrate` first.")


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="fours", description="FourS (四方): the system a 4S store runs on.")
    parser.add_argument("--version", action="version", version=f"FourS {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.help, description=command.help)
        command.add(subparser)
        subparser.set_defaults(command=command)
    return parser


def _run(command: Command, arguments: Namespace) -> int:
    role = command.role_for(arguments)
    if role is None:
        return command.run(arguments)
    with prepare(role):
        set_up_django()
        return command.run(arguments)


def _stop(signum: int, frame: object) -> NoReturn:
    # Leaves by the ordinary way, so that an embedded server is not left behind.
    sys.exit(128 + signum)


def _complain(message: str) -> int:
    print(f"fours: {' '.join(message.split())}", file=sys.stderr)
    return 2
