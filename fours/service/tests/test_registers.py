"""The catalogues of the workshop keep every register's promises; packages also their lines."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from fours.kernel.models import Event, Group, Store
from fours.parts.models import Part
from fours.register.tests.promises import RegisterPromises
from fours.service.models import LaborOperation, LaborRate, Package, PackageLine

ClientOf = Callable[..., Client]


class TestLaborOperations(RegisterPromises):
    register = "labor_operations"
    values = {
        "code": "BY-001",
        "name": "更换机油机滤",
        "work_kind": "mechanical",
        "hours": "0.80",
        "repair_class": "minor",
    }
    change = {"hours": "1.00"}


class TestLaborRates(RegisterPromises):
    register = "labor_rates"
    values = {"work_kind": "mechanical", "price": "180.00", "valid_from": "2026-01-01"}
    change = {"price": "198.00"}


class TestPackages(RegisterPromises):
    register = "packages"
    values = {"code": "TC-05", "name": "5000 公里保养套餐", "fits_models": "全系"}
    change = {"name": "7500 公里保养套餐"}


@pytest.fixture
def package(s01: Store) -> Package:
    return Package.objects.create(group=s01.group, code="TC-05", name="5000 公里保养套餐")


@pytest.fixture
def operation(s01: Store) -> LaborOperation:
    return LaborOperation.objects.create(
        group=s01.group, code="BY-001", name="更换机油机滤", hours=Decimal("0.80"), pinyin="ghjyjl"
    )


def test_an_operation_is_found_by_its_initials(s01: Store, client_of: ClientOf) -> None:
    client = client_of("service_manager", s01)
    client.post("/r/labor_operations/new/", TestLaborOperations.values)
    assert "更换机油机滤" in client.get("/r/labor_operations/", {"q": "ghjy"}).text
    assert "更换机油机滤" not in client.get("/r/labor_operations/", {"q": "zdq"}).text
    items = client.get("/pick/operations/", {"q": "机滤"}).json()["items"]
    assert [(i["text"], i["sub"]) for i in items] == [("更换机油机滤", "BY-001 · 0.8 工时")]


def test_a_price_of_nothing_is_refused_beside_its_field(s01: Store, client_of: ClientOf) -> None:
    typed = {"work_kind": "paint", "price": "0", "valid_from": "2026-01-01"}
    answer = client_of("service_manager", s01).post("/r/labor_rates/new/", typed)
    assert answer.status_code == 422
    assert 'id="id_price_error"' in answer.text
    assert "不在允许的范围内" in answer.text
    assert not LaborRate.objects.exists()


def test_an_advisor_sees_the_catalogue_and_changes_nothing(s01: Store, client_of: ClientOf) -> None:
    client = client_of("advisor", s01)
    assert client.get("/r/labor_operations/").status_code == 200
    assert client.post("/r/labor_operations/new/", TestLaborOperations.values).status_code == 403
    assert not LaborOperation.objects.exists()


def test_a_package_gets_and_loses_its_lines(
    s01: Store, client_of: ClientOf, package: Package, operation: LaborOperation
) -> None:
    client = client_of("service_manager", s01)
    address = f"/service/packages/{package.pk}/lines/new/"
    client.post(address, {"operation": operation.pk, "quantity": "1"})
    line = PackageLine.objects.get()
    shown = client.get(f"/r/packages/{package.pk}/").text
    assert "<td>更换机油机滤</td>" in shown
    client.post(f"/service/package-lines/{line.pk}/remove/")
    assert not PackageLine.objects.exists()
    assert Event.objects.filter(aggregate_id=package.pk, kind="service.package_changed").count() == 2


def test_a_line_is_one_operation_or_one_part(
    s01: Store, client_of: ClientOf, package: Package, operation: LaborOperation
) -> None:
    part = Part.objects.create(group=s01.group, number="JL-1", name="机滤")
    client = client_of("service_manager", s01)
    for typed in ({}, {"operation": operation.pk, "part": part.pk}):
        answer = client.post(f"/service/packages/{package.pk}/lines/new/", {**typed, "quantity": "1"})
        assert answer.status_code == 422
        assert "请选择一个维修项目或一个配件" in answer.text
    assert not PackageLine.objects.exists()


def test_another_groups_package_is_not_there(s01: Store, client_of: ClientOf, package: Package) -> None:
    away = Store.objects.create(group=Group.objects.create(name="另一集团"), code="S09", name="外店")
    client = client_of("service_manager", away)
    assert client.get(f"/service/packages/{package.pk}/lines/new/").status_code == 404
    assert client_of("advisor", s01).get(f"/service/packages/{package.pk}/lines/new/").status_code == 403
