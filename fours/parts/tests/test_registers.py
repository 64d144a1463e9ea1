"""The catalogue and the bins keep the promises of every register."""

from collections.abc import Callable

from django.test import Client

from fours.kernel.models import Store
from fours.parts.models import Bin
from fours.register.tests.promises import RegisterPromises

from .making import a_part, stocked

ClientOf = Callable[..., Client]


class TestParts(RegisterPromises):
    register = "parts"
    post = "parts_manager"
    stranger = "washer"
    exporter = "parts_manager"
    values = {
        "number": "06J115403Q", "name": "机油滤清器", "unit": "个", "package_size": "1", "category": "maintenance",
        "source": "genuine", "retail_price": "58.00",
    }  # fmt: skip
    change = {"name": "机油滤芯"}

    def test_a_wrong_price_stands_beside_its_field(self, s01: Store, client_of: ClientOf) -> None:
        answer = client_of(self.post, s01).post("/r/parts/new/", {**self.values, "floor_price": "60"})
        assert answer.status_code == 422
        assert "最低售价不能高于零售价" in answer.text
        assert 'value="机油滤清器"' in answer.text
        assert not self.rows().exists()

    def test_the_list_is_searched_by_pinyin(self, s01: Store, client_of: ClientOf) -> None:
        a_part(s01)
        a_part(s01, "5Q0698151", "前制动片")
        listed = client_of(self.post, s01).get("/r/parts/", {"q": "qzdp"}).text
        assert "前制动片" in listed
        assert "机油滤清器" not in listed


class TestBins(RegisterPromises):
    register = "bins"
    post = "parts_manager"
    stranger = "washer"
    exporter = "parts_manager"
    values = {"code": "A-03-2-05", "note": "保养件"}
    change = {"note": "易损件"}

    def test_a_bin_with_stock_stays_in_use(self, s01: Store, client_of: ClientOf) -> None:
        stocked(s01, a_part(s01), "1", bin="B-01-1-01")
        bin = Bin.objects.get(code="B-01-1-01")
        client = client_of(self.post, s01)
        answer = client.post(f"/r/bins/{bin.pk}/rest/", {"active": "0"}, follow=True)
        assert "还有库存" in answer.text
        bin.refresh_from_db()
        assert bin.active
