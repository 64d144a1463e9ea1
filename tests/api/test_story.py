"""The main job through the interface: from the customer's file to the car that leaves, by the posts whose work it is."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fours.desk.checks import run_checks
from fours.kernel.models import Event, Store, Task
from fours.kernel.tasks import make_task
from fours.parts.models import Bin, StockBalance
from fours.parts.verbs.receive import Arrival, receive_parts
from fours.service.checklists import WASH_ITEMS, final_check, self_check, team_check
from fours.service.models import LaborLine, RepairOrder
from fours.service.tests.order_house import House, house, signature
from fours.service.verbs.delivery import delivery_checklist, handover_checklist

from .conftest import Caller, CallerOf


def soon(hours: float) -> str:
    return timezone.localtime(timezone.now() + timedelta(hours=hours)).isoformat()


def ok(answer, status: int = 200) -> dict:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def good(checks) -> list[dict[str, str]]:
    return [{"name": check.name, "result": "ok"} for check in checks]


@pytest.fixture
def at(s01: Store, person) -> House:
    at = house(s01)
    # The house's stock has no movements; here it comes in as it does in a store.
    StockBalance.objects.all().delete()
    shelf = Bin.objects.create(store=s01, code="A-01-01")
    lines = [Arrival(part, Decimal(5), Decimal("40"), shelf) for part in (at.filter, at.bumper)]
    receive_parts(s01, lines=lines, actor=person("parts_keeper", s01))
    return at


def draft(advisor: Caller, at: House) -> dict:
    """A car of a new customer, checked in and signed for, with an order of an oil change and a filter."""
    customer = ok(advisor.send("customers", {"name": "刘海涛", "phones": [{"number": "138 1234 5678"}]}), 201)
    assert customer["phones"] == [{"number": "13812345678", "kind": "mobile", "valid": True, "primary": True}]
    vehicle = ok(
        advisor.send(
            "vehicles", {"plate": "苏E88K21", "brand": "测试", "owner_id": customer["id"], "mileage": 12000}
        ),
        201,
    )
    check_in = ok(
        advisor.send(
            "check-ins",
            {
                "vehicle_id": vehicle["id"],
                "advisor": "advisor-S01",
                "deliverer_name": "刘海涛",
                "deliverer_phone": "13812345678",
            },
        ),
        201,
    )
    changed = {"mileage": 12300, "fuel_level": 50, "concern": "保养", "valuables_reminded": True, "protective_set": True,
               "damage_marks": [{"x": 200, "y": 300, "kind": "scratch", "note": "左前门"}]}  # fmt: skip
    ok(advisor.send(f"check-ins/{check_in['id']}", changed, method="patch"))
    signed = ok(
        advisor.send(f"check-ins/{check_in['id']}/sign", {"signature": signature(), "signed_by": "刘海涛"})
    )
    assert signed["state"] == "signed"
    order = ok(
        advisor.send("repair-orders", {"check_in_id": check_in["id"], "kind": "periodic_service"}), 201
    )
    assert (order["state"], order["number"], order["mileage_in"]) == ("draft", "", 12300)
    address = f"repair-orders/{order['id']}"
    order = ok(
        advisor.send(f"{address}/add-labor", {"operation_id": at.oil_change.pk, "version": order["version"]})
    )
    order = ok(
        advisor.send(
            f"{address}/add-part",
            {"part_id": at.filter.pk, "job_id": order["jobs"][0]["id"], "quantity": "1"},
        )
    )
    assert order["totals"][0]["total"] == "164.00"
    return order


def test_the_story_runs_through_the_interface(at: House, s01: Store, caller_of: CallerOf) -> None:
    advisor, foreman, technician = (caller_of(post, s01) for post in ("advisor", "foreman", "technician"))
    order = draft(advisor, at)
    address, pk = f"repair-orders/{order['id']}", order["id"]

    order = ok(
        advisor.send(
            f"{address}/authorise", {"signature": signature(), "signed_by": "刘海涛", "promised_at": soon(3)}
        )
    )
    assert order["state"] == "authorised"
    assert order["number"].startswith("RO-S01-")
    assert order["estimated_total"] == "164.00"

    job = ok(
        foreman.send(
            f"jobs/{order['jobs'][0]['id']}/dispatch", {"technicians": ["technician-S01"], "bay": "A01"}
        )
    )
    assert (job["state"], job["assignments"][0]["share"]) == ("dispatched", "1.0000")
    job = ok(technician.send(f"jobs/{job['id']}/clock-on"))
    assert job["state"] == "in_work"

    found = ok(technician.send(f"{address}/report-finding", {"finding": "前保险杠开裂"}))["additional_works"][
        0
    ]
    order = ok(
        advisor.send(
            f"{address}/add-part",
            {"part_id": at.bumper.pk, "payer": "insurer", "additional_work_id": found["id"]},
        )
    )
    work = ok(advisor.send(f"additional-works/{found['id']}/offer", {"new_promised_at": soon(5)}))
    work = ok(
        advisor.send(f"additional-works/{found['id']}/accept", {"answered_by": "刘海涛", "via": "电话"})
    )
    assert work["state"] == "accepted"

    keeper = caller_of("parts_keeper", s01)
    wanted = [
        {"line_id": line["id"], "quantity": line["quantity"]} for line in ok(keeper.get(address))["parts"]
    ]
    order = ok(keeper.send(f"{address}/issue-parts", {"receiver": "technician-S01", "lines": wanted}))
    assert [line["issued"] for line in order["parts"]] == ["1.000", "1.000"]
    assert (
        keeper.send(f"{address}/issue-parts", {"receiver": "technician-S01", "lines": wanted}).status_code
        == 422
    )

    row = LaborLine.objects.get(pk=job["id"])
    finish = {"items": good(self_check(row)), "cause": "到期", "work_done": "已更换"}
    assert ok(technician.send(f"jobs/{row.pk}/finish", finish))["state"] == "self_checked"
    leader = caller_of("team_leader", s01)
    assert (
        ok(leader.send(f"jobs/{row.pk}/check", {"passed": True, "items": good(team_check(row))}))["state"]
        == "team_checked"
    )

    inspector, whole = caller_of("inspector", s01), good(final_check(RepairOrder.objects.get(pk=pk)))
    failed = {"passed": False, "items": whole, "reason": "油底壳渗漏", "failed_job_ids": [row.pk]}
    assert ok(inspector.send(f"{address}/final-check", failed))["jobs"][0]["state"] == "dispatched"
    ok(technician.send(f"jobs/{row.pk}/clock-on"))
    ok(technician.send(f"jobs/{row.pk}/finish", finish))
    ok(leader.send(f"jobs/{row.pk}/check", {"passed": True}))
    wash = ok(inspector.send(f"{address}/final-check", {"passed": True, "items": whole}))["wash"]
    washer = caller_of("washer", s01)
    ok(washer.send(f"washes/{wash['id']}/start"))
    order = ok(washer.send(f"washes/{wash['id']}/finish", {"items": list(WASH_ITEMS)}))
    assert order["state"] == "completed"

    order = ok(advisor.send(f"{address}/issue-statements"))
    assert [(s["payer"], s["total"]) for s in order["statements"]] == [
        ("customer", "164.00"),
        ("insurer", "1000.00"),
    ]
    mine, insurer = order["statements"]
    cashier = caller_of("cashier", s01)
    ok(cashier.send(f"statements/{insurer['id']}/put-on-account", {"reason": "待保险公司付款"}))
    money = [{"kind": "cash", "amount": "100"}, {"kind": "wechat", "amount": "64.00", "reference": "4200001"}]
    paid = ok(cashier.send(f"statements/{mine['id']}/receive-payments", {"parts": money}, key="pay-1"))
    assert (paid["state"], paid["paid"], len(paid["payments"])) == ("paid", "164.00", 2)
    again = ok(cashier.send(f"statements/{mine['id']}/receive-payments", {"parts": money}, key="pay-1"))
    assert again == paid

    row = RepairOrder.objects.select_related("check_in").get(pk=pk)
    ok(advisor.send(f"{address}/check-handover", {"items": handover_checklist(row)}))
    order = ok(cashier.send(f"{address}/give-gate-pass"))
    assert order["presence"] == "gate_pass"
    delivery = {
        "mileage_out": 12305,
        "items": delivery_checklist(row),
        "call_from": "09:00",
        "call_until": "11:00",
    }
    order = ok(advisor.send(f"{address}/deliver", delivery))
    assert (order["state"], order["presence"]) == ("delivered", "left")
    assert Event.objects.filter(kind="service.order_delivered", aggregate_id=pk).count() == 1
    assert run_checks() == []


def test_illegal_moves_are_409_and_change_nothing(at: House, s01: Store, caller_of: CallerOf) -> None:
    advisor = caller_of("advisor", s01)
    order = draft(advisor, at)
    before = RepairOrder.objects.values().get(pk=order["id"])
    for verb, body in {
        "change-promise": {"promised_at": soon(3), "reason": "待料", "told_customer": True},
        "issue-statements": {},
        "check-handover": {"items": []},
    }.items():
        answer = advisor.send(f"repair-orders/{order['id']}/{verb}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_state"), verb
    stale = advisor.send(
        f"repair-orders/{order['id']}/add-fee", {"name": "拖车", "unit_price": "100", "version": 1}
    )
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert RepairOrder.objects.values().get(pk=order["id"]) == before


def test_what_a_body_points_at_in_another_store_is_refused_beside_the_field(
    at: House, s01: Store, s02: Store, caller_of: CallerOf, see
) -> None:
    see(s01, s02)
    answer = caller_of("advisor", s02).send("repair-orders", {"vehicle_id": at.car.pk, "mileage_in": 1})
    assert answer.status_code == 422
    assert "vehicle_id" in answer.json()["fields"]
    see(s01, s02)
    assert not RepairOrder.objects.exists()


def test_lists_give_pages_counts_and_filters(
    at: House, s01: Store, caller_of: CallerOf, django_assert_max_num_queries
) -> None:
    advisor = caller_of("advisor", s01)
    first = draft(advisor, at)
    rows = ok(advisor.get("repair-orders", state="draft"))
    assert (rows["count"], rows["count_capped"], rows["items"][0]["id"]) == (1, False, first["id"])
    assert ok(advisor.get("repair-orders", state="closed"))["items"] == []
    assert ok(advisor.get("repair-orders", q="88K21"))["count"] == 1
    assert ok(advisor.get("repair-orders", limit=1, offset=1))["items"] == []
    assert advisor.get("repair-orders", limit=201).status_code == 422
    with django_assert_max_num_queries(25):
        ok(advisor.get("repair-orders"))
    hits = ok(advisor.get("search", q="88K21"))["items"]
    assert {"kind", "id", "title", "subtitle", "url"} == set(hits[0])
    assert hits[0]["kind"] == "vehicle"


def test_the_worklist_shows_the_own_posts_tasks_only(
    at: House, s01: Store, caller_of: CallerOf, person
) -> None:
    make_task(
        s01, rule="test.rule", source=at.car, title="联系客户", due_at=timezone.now(), post="advisor", url="/"
    )
    task = Task.objects.get(rule="test.rule")
    advisor, other = caller_of("advisor", s01), caller_of("cashier", s01)
    assert [item["id"] for item in ok(advisor.get("tasks"))["items"]] == [task.pk]
    assert ok(other.get("tasks"))["items"] == []
    assert other.get(f"tasks/{task.pk}").status_code == 404
    assert ok(advisor.send(f"tasks/{task.pk}/claim"))["person"]["username"] == "advisor-S01"
    assert (
        advisor.send(
            f"tasks/{task.pk}/snooze", {"until": "2020-01-01T00:00:00+08:00", "reason": "x"}
        ).status_code
        == 422
    )


def test_parts_show_stock_and_movements_hide_cost_without_the_right(
    at: House, s01: Store, caller_of: CallerOf
) -> None:
    advisor, keeper = caller_of("advisor", s01), caller_of("parts_keeper", s01)
    found = ok(advisor.get("parts", number="B-01"))["items"]
    assert [(part["name"], part["retail_price"], part["stock"]) for part in found] == [
        ("前保险杠", "1000.00", [{"store": "S01", "on_hand": "5.000", "reserved": "0.000", "free": "5.000"}])
    ]
    assert ok(advisor.get(f"parts/{at.bumper.pk}"))["number"] == "B-01"
    assert advisor.get("parts/999999").status_code == 404
    assert ok(keeper.get("stock-movements", part_id=at.bumper.pk))["items"][0]["value"] == "200.00"
    hidden = ok(advisor.get("stock-movements", part_id=at.bumper.pk))["items"][0]
    assert (hidden["quantity"], hidden["value"]) == ("5.000", None)


def test_every_list_answers_who_may_see_it(at: House, s01: Store, caller_of: CallerOf) -> None:
    manager = caller_of("service_manager", s01)
    paths = manager.client.get("/api/v1/openapi.json").json()["paths"]
    lists = [
        path.removeprefix("/api/v1/") for path, verbs in paths.items() if "get" in verbs and "{" not in path
    ]
    assert len(lists) >= 17
    for path in lists:
        answer = ok(manager.get(path))
        assert "items" in answer, path
