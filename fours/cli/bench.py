"""`fours bench`: measure the product on a demo database, beside SQL of the same work."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from fours.cli import static
from fours.cli.command import Command


def add(parser: ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", help="benches to run (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")


def run(arguments: Namespace) -> int:
    """0 whatever the figures are: they depend on the machine, so they are read and not tested."""
    from fours.bench.figures import table, write_json
    from fours.bench.run import run_benches

    static.COMMAND.run(arguments)  # pages name their styles by their hashes
    figures, about = run_benches(arguments.names)
    print(" · ".join(f"{name} {value}" for name, value in about.items()))
    print(table(figures))
    if arguments.json:
        write_json(arguments.json, figures, about)
    return 0


COMMAND = Command("measure the product on a demo database (it writes orders and customers)", add, run)
