"""`fours static`: gather the files browsers load; `fours serve` does it by itself."""

from argparse import Namespace

from fours.cli.command import Command, no_arguments
from fours.server.static_files import gather


def run(arguments: Namespace) -> int:
    gather()
    return 0


COMMAND = Command("gather the files browsers load (`fours serve` does it by itself)", no_arguments, run)
