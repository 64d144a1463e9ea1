"""`fours check`: prove on the live database that its sums, numbers and trees agree."""

from argparse import Namespace

from fours.cli.command import Command, no_arguments


def run(arguments: Namespace) -> int:
    """0 when everything agrees, 1 with one line per row that does not."""
    from fours.desk.checks import run_checks

    findings = run_checks()
    for finding in findings:
        print(finding)
    if not findings:
        print("OK")
    return 1 if findings else 0


COMMAND = Command("prove that the stored figures agree with each other", no_arguments, run)
