"""月度归档 on the screen and over the interface: who may, what is written down, what is told."""

from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from python_calamine import CalamineWorkbook

from fours.archive.jobs import bind_on
from fours.archive.models import Binding
from fours.archive.verbs.binding import bind_month
from fours.desk.tokens import issue_token
from fours.kernel.actor import Actor
from fours.kernel.models import PrintedForm, SecurityEntry, Store
from fours.service.models import RepairOrder
from fours.service.tests.settling import finished_order

from .conftest import OCTOBER, Paper


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 4, 2, 0), tick=True):
        yield


@pytest.fixture
def browser(s01: Store, clerk: Actor, client_of: Callable[..., Client]) -> Client:
    return client_of("info_clerk", s01)


def done_binding(store: Store, clerk: Actor) -> Binding:
    made = bind_month(store, month=OCTOBER, actor=clerk)
    bind_on(made.pk, store.pk)
    made.refresh_from_db()
    return made


def test_the_month_is_bound_by_a_click_and_shows_how_far_it_is(
    s01: Store, browser: Client, paper: Paper
) -> None:
    paper("RO-S01-261005-0001")
    page = browser.get("/archive/?month=2026-10").content.decode()
    assert "生成归档" in page
    answer = browser.post("/archive/?month=2026-10", {"month": "2026-10"})
    made = Binding.objects.get()
    assert answer.headers["Location"] == f"/archive/{made.pk}/"
    assert "正在装订" in browser.get(f"/archive/{made.pk}/").content.decode()
    assert "0 / 1 份" in browser.get(f"/archive/{made.pk}/progress/").content.decode()
    bind_on(made.pk, s01.pk)
    answer = browser.get(f"/archive/{made.pk}/progress/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"/archive/{made.pk}/"
    made.refresh_from_db()
    assert made.sha256 in browser.get(f"/archive/{made.pk}/").content.decode().replace("<wbr>", "")
    assert "生成归档" not in browser.get("/archive/?month=2026-10").content.decode()


def test_a_binding_asks_at_most_fifteen_questions(
    s01: Store,
    clerk: Actor,
    browser: Client,
    paper: Paper,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for day in range(1, 9):
        paper(f"RO-S01-26100{day}-0001")
    made = done_binding(s01, clerk)
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        assert browser.get(f"/archive/{made.pk}/").status_code == 200


def test_what_came_later_is_offered_as_a_supplement(
    s01: Store, clerk: Actor, browser: Client, paper: Paper
) -> None:
    paper("RO-S01-261005-0001")
    done_binding(s01, clerk)
    paper("RO-S01-261006-0001")
    assert "补装 1 份" in browser.get("/archive/?month=2026-10").content.decode()


def test_a_stopped_one_is_gone_on_with(s01: Store, clerk: Actor, browser: Client, paper: Paper) -> None:
    paper("RO-S01-261005-0001")
    made = bind_month(s01, month=OCTOBER, actor=clerk)
    browser.post(f"/do/stop_binding/{made.pk}/", {"version": made.version})
    made.refresh_from_db()
    assert made.state == "stopped"
    assert "继续装订" in browser.get(f"/archive/{made.pk}/").content.decode()
    browser.post("/archive/?month=2026-10", {"month": "2026-10"})
    made.refresh_from_db()
    assert made.state == "running"


@pytest.mark.parametrize("month", ["", "garbage", "2027-01", "2026-13"])
def test_a_wrong_month_is_told_and_nothing_begins(browser: Client, paper: Paper, month: str) -> None:
    paper("RO-S01-261005-0001")
    assert browser.get("/archive/", {"month": month}).status_code == 200
    answer = browser.post("/archive/", {"month": month})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not Binding.objects.exists()


def test_a_volume_taken_out_stands_in_the_security_log(
    s01: Store, clerk: Actor, browser: Client, paper: Paper
) -> None:
    paper("RO-S01-261005-0001")
    made = done_binding(s01, clerk)
    answer = browser.get(f"/archive/volumes/{made.volumes.get().pk}/")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert browser.get(f"/archive/{made.pk}/list/").json()["month"] == "2026-10"
    assert sorted(SecurityEntry.objects.filter(kind="exported").values_list("detail", flat=True)) == [
        "下载归档清单 2026-10 正册",
        "下载月度归档 2026-10 正册 第 1 册，1 份单据",
    ]


def test_who_may_look_may_not_take_out_or_bind(
    s01: Store, clerk: Actor, client_of: Callable[..., Client], paper: Paper
) -> None:
    paper("RO-S01-261005-0001")
    made = done_binding(s01, clerk)
    other = client_of("frontdesk_supervisor", s01)
    assert other.get("/archive/?month=2026-10").status_code == 200
    assert "下载</a>" not in other.get(f"/archive/{made.pk}/").content.decode()
    assert other.get(f"/archive/volumes/{made.volumes.get().pk}/").status_code == 403
    assert other.get(f"/archive/{made.pk}/list/").status_code == 403
    paper("RO-S01-261006-0001")
    assert other.post("/archive/?month=2026-10", {"month": "2026-10"}).status_code == 403
    assert Binding.objects.count() == 1
    assert client_of("technician", s01).get("/archive/").status_code == 403


def test_another_stores_binding_is_not_there(
    s01: Store, s02: Store, clerk: Actor, client_of: Callable[..., Client], paper: Paper
) -> None:
    paper("RO-S01-261005-0001")
    made = done_binding(s01, clerk)
    volume = made.volumes.get().pk
    other = client_of("service_manager", s02)
    for address in (f"/archive/{made.pk}/", f"/archive/volumes/{volume}/", f"/archive/{made.pk}/list/"):
        assert other.get(address).status_code == 404


def test_proving_says_what_it_found(s01: Store, clerk: Actor, browser: Client, paper: Paper) -> None:
    kept = paper("RO-S01-261005-0001")
    made = done_binding(s01, clerk)
    assert browser.post(f"/archive/{made.pk}/verify/").status_code == 302
    PrintedForm.objects.filter(pk=kept.pk).update(sha256="0" * 64)
    answer = browser.post(f"/archive/{made.pk}/verify/")
    assert answer.status_code == 409
    assert "RO-S01-261005-0001" in answer.content.decode()


def test_the_missing_list_is_a_workbook_and_leads_to_the_order(s01: Store, browser: Client) -> None:
    order = finished_order(s01)
    RepairOrder.objects.update(number="RO-S01-261005-0001")
    page = browser.get("/archive/?month=2026-10&rule=service.inspections").content.decode()
    assert f'href="/service/orders/{order.pk}/"' in page
    assert "缺终检合格记录" in page
    assert "缺客户签字" not in page
    answer = browser.get("/archive/missing/?month=2026-10")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["类别", "单据", "缺什么", "责任人"]
    assert ["终检记录", "RO-S01-261005-0001", "缺终检合格记录", order.advisor.name] in rows
    assert (
        SecurityEntry.objects.filter(kind="exported", detail__startswith="2026-10 归档缺失清单").count() == 1
    )


def test_the_interface_binds_proves_and_gives_the_volumes(s01: Store, clerk: Actor, paper: Paper) -> None:
    paper("RO-S01-261005-0001")
    assert clerk.user is not None
    api = Client(headers={"Authorization": f"Bearer {issue_token(clerk.user.username)}"})
    answer = api.post("/api/v1/bindings", {"month": "2026-10"}, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (201, "running")
    address = answer.headers["Location"].removeprefix("http://testserver")
    bind_on(answer.json()["id"], s01.pk)
    row = api.get(address).json()
    assert (row["state"], row["papers"], row["papers_done"], len(row["volumes"])) == ("done", 1, 1, 1)
    assert api.get("/api/v1/bindings?month=2026-10&state=done").json()["count"] == 1
    assert api.post(f"{address}/verify", {}, content_type="application/json").json() == {"faults": []}
    assert api.post(f"{address}/stop", {}, content_type="application/json").status_code == 409
    assert api.get(f"{address}/volumes/1/content").content.startswith(b"%PDF")
    assert api.get(f"{address}/volumes/2/content").status_code == 404
    assert api.get(f"{address}/list").json()["papers"][0]["number"] == "RO-S01-261005-0001"
    assert SecurityEntry.objects.filter(kind="exported").count() == 2
    folder = api.get("/api/v1/month-folders?month=2026-10").json()
    assert (folder["month"], folder["items"]) == ("2026-10", [])
    assert api.get("/api/v1/month-folders?month=2026-13").status_code == 422
