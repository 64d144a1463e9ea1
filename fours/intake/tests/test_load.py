"""One row at a time: all of it or nothing of it, and none stops the others."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused
from fours.intake.clean import text
from fours.intake.columns import Column
from fours.intake.kinds import IntakeKind, Warn
from fours.intake.plan import Issue, RowResult
from fours.intake.verbs.load import check_load, load_rows, rehearse
from fours.intake.verbs.staging import staged, values_of
from fours.kernel.actor import Actor
from fours.kernel.models import ClosedDate, IntakeLoad, IntakeRow, Store

COLUMNS = (Column("name", "名称", text(100)),)


def load_one(store: Store, values: Mapping[str, Any], actor: Actor, warn: Warn) -> str:
    """Closes a day, then stumbles as the name says."""
    name = values["name"]
    ClosedDate.objects.create(store=store, date=values["date"], reason=name)
    warn("名称", f"看一下 {name}")
    if name == "refused":
        raise Refused("名称不对", field="name")
    if name == "whole":
        raise Refused("这一行不行")
    if name == "twice":
        ClosedDate.objects.create(store=store, date=values["date"], reason=name)
    return "created"


KIND = IntakeKind("one", "一", COLUMNS, load_one, "test.import")


def row(number: int, name: str) -> RowResult:
    return RowResult(number, {"name": name, "date": date(2026, 3, number)})


def test_a_refused_row_leaves_nothing_behind(s01: Store) -> None:
    tried = KIND.try_row(s01, row(3, "refused"), Actor.system(s01))
    assert (tried.outcome, tried.errors, tried.warnings) == ("rejected", [Issue(3, "名称", "名称不对")], [])
    whole = KIND.try_row(s01, row(4, "whole"), Actor.system(s01))
    assert whole.errors == [Issue(4, "整行", "这一行不行")]
    assert not ClosedDate.objects.exists()


def test_a_row_the_database_refuses_does_not_stop_the_next(s01: Store) -> None:
    rows = [row(3, "twice"), row(4, "good")]
    outcomes = [KIND.try_row(s01, one, Actor.system(s01)) for one in rows]
    assert [tried.outcome for tried in outcomes] == ["rejected", "created"]
    assert outcomes[0].errors == [Issue(3, "整行", "与已有数据冲突，没有保存")]
    assert outcomes[1].warnings == [Issue(4, "名称", "看一下 good")]
    assert ClosedDate.objects.get().reason == "good"


def test_a_rehearsal_knows_what_earlier_rows_did_and_keeps_nothing(s01: Store) -> None:
    bad = RowResult(9, {}, errors=[Issue(9, "名称", "没有填写名称")])
    same_day = RowResult(5, {"name": "again", "date": date(2026, 3, 4)})
    tried = rehearse(KIND, [row(4, "good"), same_day, bad], s01, Actor.system(s01))
    assert {number: one.outcome for number, one in tried.items()} == {4: "created", 5: "rejected"}
    assert not ClosedDate.objects.exists()


def test_values_come_back_from_staging_as_they_went(s01: Store) -> None:
    load = IntakeLoad.objects.create(store=s01, kind="customers", file_name="a.csv", path="x", sha256="")
    values = {"text": "张三", "count": 3, "yes": True, "price": Decimal("58.00"), "day": date(2026, 3, 4)}
    staged(load, RowResult(2, values, errors=[Issue(2, "列", "坏\0字符")])).save()
    kept = IntakeRow.objects.get()
    assert values_of(kept) == values
    assert str(values_of(kept)["price"]) == "58.00"
    assert (kept.store, kept.errors) == (s01, [{"column": "列", "message": "坏字符"}])


def test_a_load_is_loaded_only_when_checked_and_only_by_who_may(s01: Store, s02: Store, person: Any) -> None:
    load = IntakeLoad.objects.create(store=s01, kind="customers", file_name="a.csv", path="x", sha256="")
    with pytest.raises(IllegalMove, match="不能导入"):
        load_rows(load, actor=person("info_clerk", s01))
    for verb in (load_rows, check_load):
        with pytest.raises(NotAllowed):
            verb(load, actor=person("technician", s01))
        with pytest.raises(NotThere):
            verb(load, actor=person("info_clerk", s02))
    load.refresh_from_db()
    assert (load.state, load.result) == ("mapped", {})
