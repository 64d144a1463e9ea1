"""`fours manage`: Django's own management commands, for developers."""

from argparse import REMAINDER, ArgumentParser, Namespace

from django.core.management import execute_from_command_line

from fours.cli.command import Command
from fours.server.environment import Role

OWNER_COMMANDS = {"makemigrations", "migrate", "showmigrations", "sqlmigrate", "squashmigrations"}


def add(parser: ArgumentParser) -> None:
    parser.add_argument("arguments", nargs=REMAINDER, help="command and its arguments; `help` lists them")


def role_of(arguments: Namespace) -> Role:
    """What touches the schema is the owner's; everything else sees only what the application sees."""
    return "owner" if set(arguments.arguments[:1]) & OWNER_COMMANDS else "app"


def run(arguments: Namespace) -> int:
    execute_from_command_line(["fours manage", *arguments.arguments])
    return 0


COMMAND = Command("run one of Django's management commands", add, run, role=role_of)
