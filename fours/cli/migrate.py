"""`fours migrate`: bring the database to this version and put its walls up."""

from argparse import ArgumentParser, Namespace

from django.core.management import call_command

from fours.cli.command import Command


def add(parser: ArgumentParser) -> None:
    parser.add_argument("--verbosity", type=int, default=1, choices=range(4), help="0 says nothing")


def run(arguments: Namespace) -> int:
    from fours.kernel.database import harden

    call_command("migrate", interactive=False, verbosity=arguments.verbosity)
    harden()
    return 0


COMMAND = Command("bring the database to this version (as its owner)", add, run, role="owner")
