"""A long list is loaded, or taken back, by the worker: the bar, stopping and going on, faults on the way (PF-11)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from fours.customers.models import Customer
from fours.intake import jobs
from fours.intake.verbs.load import LOAD, load_rows
from fours.intake.verbs.undo import UNDO
from fours.intake.views import progress
from fours.kernel.actor import Actor
from fours.kernel.models import Event, IntakeLoad, IntakeRow, Store
from fours.org.models import Assignment
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import change_vehicle

from .workbooks import MESSY_COUNTS

See = Callable[..., None]
HTMX = {"HX-Request": "true"}


def queued(name: str = LOAD) -> list[dict[str, Any]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=name)]


def test_a_long_list_is_loaded_by_the_worker_while_the_bar_moves(
    clerk: Client, s01: Store, see: See, checked: IntakeLoad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SCREEN_BATCH", 3)
    monkeypatch.setattr(jobs, "SCREEN_BATCH", 3)
    begun = clerk.post(f"/import/{checked.pk}/load/", follow=True)
    assert "正在导入：0 / 8 行" in begun.text
    assert "可以离开本页" in begun.text
    assert clerk.get(f"/import/{checked.pk}/columns/").status_code == 200
    see(s01)
    assert [job["load_id"] for job in queued()] == [checked.pk]
    clerk.post(f"/import/{checked.pk}/load/")
    see(s01)
    assert len(queued()) == 1, "asked again, it runs once"
    assert jobs._next_batch(checked.pk, s01.pk)
    assert "正在导入：3 / 8 行" in clerk.get(f"/import/{checked.pk}/progress/", headers=HTMX).text
    jobs.load_on(checked.pk, s01.pk)
    last = clerk.get(f"/import/{checked.pk}/progress/", headers=HTMX)
    assert (last.status_code, last["HX-Redirect"]) == (204, f"/import/{checked.pk}/")
    see(s01)
    assert IntakeRow.objects.exclude(outcome="").count() == 8
    loaded = Event.objects.get(kind="kernel.intake_loaded")
    assert loaded.actor is not None, "it is the person's load, whoever does the work"


def test_a_load_is_stopped_and_goes_on_where_it_stopped(
    clerk: Client, s01: Store, see: See, checked: IntakeLoad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SCREEN_BATCH", 3)
    monkeypatch.setattr(jobs, "SCREEN_BATCH", 3)
    clerk.post(f"/import/{checked.pk}/load/")
    jobs._next_batch(checked.pk, s01.pk)
    clerk.post(f"/import/{checked.pk}/stop/")
    jobs.load_on(checked.pk, s01.pk)
    assert "导入停在 3 / 8 行" in clerk.get(f"/import/{checked.pk}/").text
    see(s01)
    checked.refresh_from_db()
    assert checked.result["loaded"]["read"] == 3
    clerk.post(f"/import/{checked.pk}/load/")
    jobs.load_on(checked.pk, s01.pk)
    see(s01)
    checked.refresh_from_db()
    assert {name: checked.result["loaded"][name] for name in MESSY_COUNTS} == MESSY_COUNTS


def test_a_load_is_taken_back_by_the_worker_and_what_was_used_stays(
    clerk: Client, s01: Store, see: See, checked: IntakeLoad, person: Callable[..., Actor]
) -> None:
    assert "撤销导入" not in clerk.get(f"/import/{checked.pk}/").text, "nothing was done yet"
    clerk.post(f"/import/{checked.pk}/load/")
    see(s01)
    change_vehicle(Vehicle.objects.earliest("pk"), color="白", actor=person("advisor", s01))
    assert "补填的内容恢复原样" in clerk.get(f"/import/{checked.pk}/").text
    begun = clerk.post(f"/import/{checked.pk}/undo/", follow=True)
    assert "正在撤销：0 / 5 行" in begun.text
    clerk.post(f"/import/{checked.pk}/undo/")
    see(s01)
    assert len(queued(UNDO)) == 1, "asked again, it runs once"
    jobs.undo_on(checked.pk, s01.pk)
    last = clerk.get(f"/import/{checked.pk}/progress/", headers=HTMX)
    assert (last.status_code, last["HX-Redirect"]) == (204, f"/import/{checked.pk}/")
    page = clerk.get(f"/import/{checked.pk}/?show=kept").text
    assert "撤销了 3 行。有 2 行之后被修改或使用过" in page
    assert "未撤销：之后有变动：修改 颜色" in page
    assert "再试撤销" in page
    assert "部分撤销" in clerk.get("/import/").text
    see(s01)
    assert Vehicle.objects.filter(merged_into=None).count() == 1
    assert Event.objects.get(kind="kernel.intake_undone").actor is not None
    withdrawn = Vehicle.objects.exclude(merged_into=None).latest("pk")
    assert "随导入撤销作废" in clerk.get(f"/vehicles/{withdrawn.pk}/").text
    see(s01)
    assert "随导入撤销作废" in clerk.get(f"/customers/{withdrawn.owner.pk}/").text


def test_an_undo_is_stopped_and_goes_on(clerk: Client, s01: Store, see: See, checked: IntakeLoad) -> None:
    clerk.post(f"/import/{checked.pk}/load/")
    clerk.post(f"/import/{checked.pk}/undo/")
    assert "已暂停，可以继续撤销" in clerk.post(f"/import/{checked.pk}/stop/", follow=True).text
    jobs.undo_on(checked.pk, s01.pk)
    assert "撤销停在 0 / 5 行" in clerk.get(f"/import/{checked.pk}/").text
    assert "撤销未完" in clerk.get("/import/").text
    clerk.post(f"/import/{checked.pk}/undo/")
    jobs.undo_on(checked.pk, s01.pk)
    assert "撤销了 5 行。" in clerk.get(f"/import/{checked.pk}/").text
    see(s01)
    assert not Customer.objects.filter(merged_into=None).exists()


def test_a_fault_in_the_worker_stops_the_load_and_says_so(
    clerk: Client, s01: Store, checked: IntakeLoad, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr(progress, "SCREEN_BATCH", 3)
    clerk.post(f"/import/{checked.pk}/load/")
    monkeypatch.setattr(jobs, "load_rows", stumble)
    with pytest.raises(RuntimeError, match="disk"):
        jobs.load_on(checked.pk, s01.pk)
    monkeypatch.setattr(jobs, "load_rows", load_rows)
    assert "后台导入出错" in clerk.get(f"/import/{checked.pk}/").text
    clerk.post(f"/import/{checked.pk}/load/")
    jobs.load_on(checked.pk, s01.pk)
    assert "导入结果" in clerk.get(f"/import/{checked.pk}/").text


def test_who_lost_the_right_meanwhile_loads_nothing_more(
    clerk: Client, s01: Store, see: See, checked: IntakeLoad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SCREEN_BATCH", 3)
    clerk.post(f"/import/{checked.pk}/load/")
    see(s01)
    Assignment.objects.filter(user=checked.created_by).delete()
    jobs.load_on(checked.pk, s01.pk)
    see(s01)
    checked.refresh_from_db()
    assert not checked.result["running"]
    assert not Customer.objects.exists()
