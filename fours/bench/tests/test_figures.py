"""A figure keeps its aim or says that it does not."""

import json
from pathlib import Path

import pytest

from fours.base.errors import Refused
from fours.bench.figures import Figure, Times, beside, table, timed, write_json
from fours.bench.run import run_benches
from fours.kernel.models import Store


def test_the_median_and_the_slow_tail_are_told_apart() -> None:
    times = Times.of([0.001] * 19 + [0.5])
    assert (times.p50, times.runs) == (1.0, 20)
    assert times.p95 == 1.0
    assert Times.of([0.001] * 18 + [0.5] * 2).p95 == 500.0


def test_first_runs_are_not_counted() -> None:
    done: list[int] = []
    times = timed([lambda n=n: done.append(n) for n in range(5)], warm=2)  # type: ignore[misc]
    assert done == [0, 1, 2, 3, 4]
    assert times.runs == 3


def test_an_aim_grows_with_what_sql_needs() -> None:
    figure = beside("search", Times(9.0, 12.0, 10), Times(1.0, 2.0, 10), times=3, plus=5)
    assert (figure.aim, figure.kept) == (8.0, False)
    assert "| search | 9.0 ms | 12.0 | 1.0 | ≤ 3 × SQL + 5 ms | **no** |" in table([figure])


def test_a_rate_is_kept_from_above() -> None:
    assert Figure("rows", 1200, "rows/s", aim=1000, at_least=True).kept is True
    assert Figure("rows", 800, "rows/s", aim=1000, at_least=True).kept is False
    assert Figure("rows", 800, "rows/s").kept is None


def test_the_json_says_what_it_was_measured_on(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write_json(path, [Figure("rows", 800, "rows/s", aim=1000, at_least=True)], {"cores": 2})
    told = json.loads(path.read_text())
    assert told["cores"] == 2
    assert told["figures"][0]["kept"] is False


@pytest.mark.django_db
def test_a_store_s_own_database_is_never_measured(s01: Store) -> None:
    assert not s01.is_demo
    with pytest.raises(Refused, match="演示数据库"):
        run_benches([])
