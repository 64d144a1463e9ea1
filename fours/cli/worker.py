"""`fours worker`: do the queued and the scheduled work until told to stop."""

from argparse import Namespace

from fours.cli.command import Command, no_arguments


def run(arguments: Namespace) -> int:
    from fours.kernel.jobs import run_worker

    run_worker()
    return 0


COMMAND = Command("do queued and scheduled work (`fours serve` starts one)", no_arguments, run)
