"""`fours demo`: fill an empty database with a year of an invented dealer group."""

from argparse import ArgumentParser, Namespace

from fours.cli.command import Command


def add(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--size",
        default="small",
        choices=["small", "10k", "100k", "1m"],
        help="how many customers and cars (default: small, 500)",
    )
    parser.add_argument("--if-empty", action="store_true", help="do nothing when there is data already")


def run(arguments: Namespace) -> int:
    from fours.demo.run import make_demo
    from fours.kernel.models import Store

    if arguments.if_empty and Store.objects.exists():
        return 0
    make_demo(arguments.size)
    return 0


COMMAND = Command("fill an empty database with demo data", add, run)
