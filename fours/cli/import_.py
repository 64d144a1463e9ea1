"""`fours import`: load a spreadsheet into a store (PF-11)."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fours.cli.command import Command

COUNTS = {"read": "读取", "created": "新增", "updated": "更新", "unchanged": "未变", "rejected": "拒绝"}


def add(parser: ArgumentParser) -> None:
    parser.add_argument("kind", help="customers, parts, stock, labor-operations, receivables")
    parser.add_argument("file", type=Path, help="xlsx, xls, ods or csv")
    parser.add_argument("--store", required=True, metavar="CODE", help="the store it is loaded into")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")


def run(arguments: Namespace) -> int:
    """0: everything taken, 1: rows were rejected, 2 (by an exception): the file could not be read."""
    from fours.intake.command import run_import

    result = run_import(arguments.kind, arguments.file, arguments.store, arguments.dry_run)
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _show(result)
    return 1 if result["rejected"] else 0


def _show(result: Mapping[str, Any]) -> None:
    print("，".join(f"{label} {result[name]} 行" for name, label in COUNTS.items()))
    _show_issues("提醒", result["warnings"])
    _show_issues("拒绝", result["errors"])


def _show_issues(label: str, issues: Sequence[Mapping[str, Any]]) -> None:
    for issue in issues:
        print(f"{label} 第 {issue['row']} 行 {issue['column']}：{issue['message']}")


COMMAND = Command("load a spreadsheet into a store", add, run)
