"""The `fours` program tells success, rejected rows and failure apart, and says failures in one line."""

import json
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import pytest

from fours import __version__
from fours.cli import import_, manage
from fours.cli.main import COMMANDS
from fours.cli.serve import _is_loopback, _reachable
from fours.server.postgres import EmbeddedPostgres

RESULT = {
    **{"read": 3, "created": 1, "updated": 0, "unchanged": 1, "rejected": 1},
    "warnings": [{"row": 4, "column": "里程", "message": "比已知里程少，未采用"}],
    "errors": [{"row": 6, "column": "车架号", "message": "应为 17 位"}],
}
QUERY = ("manage", "shell", "--command", "from fours.kernel.models import Store; Store.objects.count()")


def fours(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    return subprocess.run(
        [sys.executable, "-m", "fours", *arguments],
        env={**inherited, "FOURS_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(monkeypatch: pytest.MonkeyPatch, result: dict[str, object], *, as_json: bool) -> int:
    command = ModuleType("fours.intake.command")
    monkeypatch.setattr(command, "run_import", lambda kind, path, store, dry_run: result, raising=False)
    monkeypatch.setitem(sys.modules, "fours.intake.command", command)
    return import_.run(
        Namespace(kind="customers", file=Path("a.xlsx"), store="S01", dry_run=False, json=as_json)
    )


def test_an_import_with_rejected_rows_ends_with_1_and_one_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert loaded(monkeypatch, RESULT, as_json=True) == 1
    assert json.loads(capsys.readouterr().out) == RESULT


def test_an_import_without_rejected_rows_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, {**RESULT, "rejected": 0, "errors": []}, as_json=True) == 0


def test_an_import_tells_a_person_row_by_row_what_was_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded(monkeypatch, RESULT, as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        "读取 3 行，新增 1 行，更新 0 行，未变 1 行，拒绝 1 行",
        "提醒 第 4 行 里程：比已知里程少，未采用",
        "拒绝 第 6 行 车架号：应为 17 位",
    ]


def test_an_unreachable_database_is_said_in_one_line(tmp_path: Path) -> None:
    result = fours(tmp_path, *QUERY, DATABASE_URL="postgresql://fours_app@127.0.0.1:1/fours")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "database cannot be reached" in result.stderr


def test_a_wrong_database_address_is_said_in_one_line(tmp_path: Path) -> None:
    result = fours(tmp_path, "check", DATABASE_URL="mysql://somewhere/fours")
    assert result.returncode == 2
    assert result.stderr == "fours: DATABASE_URL must begin with postgresql://\n"


def test_an_empty_database_asks_for_migrate_and_leaves_no_server_running(folder: Path) -> None:
    result = fours(folder, *QUERY)
    assert result.returncode == 2
    assert "fours migrate" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not EmbeddedPostgres(folder).is_running()


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    assert fours(tmp_path, "destroy").returncode == 2


def test_without_a_command_all_are_listed(tmp_path: Path) -> None:
    result = fours(tmp_path)
    assert result.returncode == 2
    assert all(f"\n    {name} " in result.stderr for name in COMMANDS)


def test_it_tells_its_version(tmp_path: Path) -> None:
    assert fours(tmp_path, "--version").stdout == f"FourS {__version__}\n"


@pytest.mark.parametrize(
    ("store", "name", "admin", "password", "said"),
    [
        ("苏州", "苏州北店", "laozhang", "k3mw-9pqr-x2tn", "门店代码应为"),
        ("S01", " ", "laozhang", "k3mw-9pqr-x2tn", "请填写门店名称"),
        ("S01", "苏州北店", "老张", "k3mw-9pqr-x2tn", "用户名由"),
        ("S01", "苏州北店", "laozhang", "abc", "密码太短"),
    ],
)
def test_what_is_typed_wrong_for_a_new_store_is_said_before_any_database_is_asked(
    tmp_path: Path, store: str, name: str, admin: str, password: str, said: str
) -> None:
    words = ("init", "--store", store, "--name", name, "--admin", admin)
    nowhere = "postgresql://fours_app@127.0.0.1:1/fours"
    result = fours(tmp_path, *words, DATABASE_URL=nowhere, FOURS_ADMIN_PASSWORD=password)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "role"),
    [("migrate", "owner"), ("makemigrations", "owner"), ("shell", "app"), ("check", "app")],
)
def test_only_what_touches_the_schema_works_as_the_owner(command: str, role: str) -> None:
    assert manage.role_of(Namespace(arguments=[command, "--help"])) == role


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *[("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True)],
        *[("0.0.0.0", False), ("::", False), ("192.168.1.5", False), ("store.example", False)],
    ],
)
def test_it_knows_which_addresses_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert _is_loopback(host) is expected


@pytest.mark.parametrize(
    ("host", "shown"),
    [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]"), ("192.168.1.5", "192.168.1.5")],
)
def test_it_shows_an_address_that_works(host: str, shown: str) -> None:
    assert _reachable(host) == shown
