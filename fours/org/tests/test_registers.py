"""The registers of the organisation keep every register's promises, and a few of their own."""

from collections.abc import Callable

from django.test import Client

from fours.kernel.models import Store
from fours.org.models import Department, StoreFacts, Team
from fours.register.tests.promises import RegisterPromises

ClientOf = Callable[..., Client]


class TestBays(RegisterPromises):
    register = "bays"
    values = {"code": "B02", "kind": "paint"}
    change = {"code": "B03"}


class TestDepartments(RegisterPromises):
    register = "departments"
    values = {"name": "客户关系部", "kind": "customer_care"}
    change = {"name": "客户服务部"}


class TestTeams(RegisterPromises):
    register = "teams"
    values = {"name": "钣喷二组"}
    change = {"name": "钣喷三组"}

    def typed(self, store: Store) -> dict[str, str]:
        return {**self.values, "department": str(Department.objects.get(store=store).pk)}


class TestStoreFacts(RegisterPromises):
    register = "store_facts"
    values = {
        "legal_name": "苏州测试汽车销售服务有限公司",
        "credit_code": "91320500MA1MABCD0P",
        "address": "苏州市吴中区测试路2号",
        "phone": "0512-66000002",
        "complaint_phone": "0512-66000003",
        "taxpayer_kind": "general",
        "opens_at": "08:30",
        "closes_at": "18:00",
    }
    change = {"phone": "0512-66000004"}

    def prepare(self, store: Store) -> None:
        StoreFacts.objects.filter(store=store).delete()


class TestCalendarDays(RegisterPromises):
    register = "calendar_days"
    values = {"date": "2027-02-08", "working": "on", "note": "春节调休"}
    change = {"note": "春节补班"}


def test_a_bays_code_is_given_once_in_a_store(s01: Store, s02: Store, client_of: ClientOf) -> None:
    answer = client_of("service_manager", s01).post("/r/bays/new/", {"code": "A01", "kind": "wash"})
    assert answer.status_code == 422
    assert "已有相同的编号" in answer.text
    assert (
        client_of("service_manager", s02).post("/r/bays/new/", {"code": "A02", "kind": "wash"}).status_code
        == 302
    )


def test_a_wrong_credit_code_is_refused_beside_its_field(s01: Store, client_of: ClientOf) -> None:
    StoreFacts.objects.filter(store=s01).delete()
    typed = {**TestStoreFacts.values, "credit_code": "91320500MA1MABCD01"}
    answer = client_of("service_manager", s01).post("/r/store_facts/new/", typed)
    assert answer.status_code == 422
    assert "校验位相符" in answer.text
    assert not StoreFacts.objects.filter(store=s01).exists()


def test_a_store_with_a_letterhead_is_not_led_to_a_second_one(s01: Store, client_of: ClientOf) -> None:
    client = client_of("service_manager", s01)
    assert "/r/store_facts/new/" not in client.get("/r/store_facts/").text
    StoreFacts.objects.filter(store=s01).delete()
    assert "/r/store_facts/new/" in client.get("/r/store_facts/").text


def test_a_teams_leader_is_one_of_the_stores_own_people(
    s01: Store, s02: Store, client_of: ClientOf, person: Callable[..., object], see: Callable[..., None]
) -> None:
    see(s01, s02)
    person("team_leader", s01)
    person("team_leader", s02)
    form = client_of("service_manager", s01).get(f"/r/teams/{Team.objects.get(store=s01).pk}/edit/")
    assert "team_leaderS01" in form.text
    assert "team_leaderS02" not in form.text


def test_tax_rates_are_shown_and_changed_by_nobody(s01: Store, client_of: ClientOf) -> None:
    client = client_of("service_manager", s01)
    assert "2019-04-01" in client.get("/r/tax_rates/").text
    assert client.get("/r/tax_rates/new/").status_code == 403
