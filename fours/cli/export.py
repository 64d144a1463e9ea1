"""`fours export`: a store's rows as the workbook `fours import` takes (PF-11)."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from fours.cli.command import Command


def add(parser: ArgumentParser) -> None:
    parser.add_argument("kind", help="customers, parts, stock, labor-operations, receivables")
    parser.add_argument("file", type=Path, help="the xlsx file to write")
    parser.add_argument("--store", required=True, metavar="CODE", help="the store it is taken from")


def run(arguments: Namespace) -> int:
    from fours.intake.export import run_export

    print(f"导出 {run_export(arguments.kind, arguments.file, arguments.store)} 行")
    return 0


COMMAND = Command("write a store's rows into a spreadsheet that `fours import` takes", add, run)
