"""Six digits are few: they are worth something on the own store's device only, and nobody gets to try many."""

from collections import Counter
from datetime import date
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from conftest import make_store
from fours.kernel.models import Group, IdempotencyKey, SecurityEntry, Store
from fours.org.devices import COOKIE, new_secret
from fours.org.models import Assignment, DeviceSignIn, Pin, SharedDevice
from fours.org.tests.shared_counter import (
    PAGE,
    PASSWORD,
    employee,
    shared_pc,
    sign_in,
    who,
    with_secret,
)


@pytest.fixture(autouse=True)
def fresh_limits(request: pytest.FixtureRequest) -> None:
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")
        cache.clear()


def test_a_pin_is_worth_nothing_away_from_a_registered_device(s01: Store) -> None:
    employee(s01, "cashier", pin="271828")
    for stranger in (Client(), with_secret(new_secret())):
        answer = sign_in(stranger, "cashier", "271828")
        assert answer["Location"] == "/accounts/login/"
        stranger.post("/accounts/login/", {"login": "cashier", "password": "271828"})
        assert who(stranger) == 0


def test_a_cookie_that_was_not_signed_here_is_none(s01: Store) -> None:
    employee(s01, "cashier", pin="271828")
    pc = shared_pc(s01)
    bare = pc.cookies[COOKIE].value.partition(":")[0]
    for forged in (bare, f"{bare}:x:y", "", "\0", SharedDevice.objects.get().secret_hash):
        thief = Client()
        thief.cookies[COOKIE] = forged
        assert sign_in(thief, "cashier", "271828")["Location"] == "/accounts/login/"


def test_a_stolen_cookie_ends_with_the_device(s01: Store) -> None:
    employee(s01, "cashier", pin="271828")
    pc = shared_pc(s01)
    thief = Client()
    thief.cookies[COOKIE] = pc.cookies[COOKIE].value
    SharedDevice.objects.update(revoked_at=timezone.now())
    assert sign_in(thief, "cashier", "271828")["Location"] == "/accounts/login/"
    assert who(thief) == 0


def test_a_session_carried_off_a_shared_device_ends(s01: Store) -> None:
    employee(s01, "cashier", pin="271828")
    pc = shared_pc(s01)
    sign_in(pc, "cashier", "271828")
    thief = Client(headers=PAGE)
    thief.cookies["sessionid"] = pc.cookies["sessionid"].value
    assert thief.get("/")["Location"] == "/accounts/login/"
    assert who(thief) == 0


def test_throwing_the_devices_cookie_away_does_not_open_the_lock(s01: Store) -> None:
    employee(s01, "cashier", pin="271828")
    pc = shared_pc(s01)
    sign_in(pc, "cashier", "271828")
    pc.post("/lock/", headers={"HX-Request": "true"})
    del pc.cookies[COOKIE]
    assert pc.get("/")["Location"] == "/accounts/login/"
    assert who(pc) == 0


def test_another_device_of_the_store_is_another_device(s01: Store) -> None:
    """A session is of the device it began on, also when both are registered."""
    employee(s01, "cashier", pin="271828")
    first, second = shared_pc(s01), shared_pc(s01, "前台二号")
    sign_in(first, "cashier", "271828")
    second.cookies["sessionid"] = first.cookies["sessionid"].value
    assert second.get("/")["Location"] == "/accounts/login/"


def test_a_pin_does_not_open_another_stores_device(s01: Store, s02: Store) -> None:
    employee(s01, "cashier", pin="271828")
    pc = shared_pc(s02)
    answer = sign_in(pc, "cashier", "271828")
    assert answer.status_code == 422
    assert "PIN不对" in answer.text
    assert who(pc) == 0
    assert Pin.objects.get().failures == 0, "nobody there can stop a PIN of another store"


def test_after_five_wrong_pins_only_the_password_helps(s01: Store) -> None:
    user = employee(s01, "cashier", pin="271828")
    pc, other = shared_pc(s01), shared_pc(s01, "前台二号")
    for guess in ("111112", "111113", "111114", "111115"):
        assert sign_in(pc, "cashier", guess).status_code == 422
    assert "PIN已停用" in sign_in(other, "cashier", "111116").text
    for client in (pc, other):
        assert "已停用" in sign_in(client, "cashier", "271828").text
        assert who(client) == 0
    noted = SecurityEntry.objects.filter(kind="pin_failed", user=user)
    assert noted.count() == 7
    assert set(noted.values_list("store_id", flat=True)) == {s01.pk}
    sign_in(pc, "cashier", PASSWORD)
    assert who(pc) == user.pk
    sign_in(other, "cashier", "271828")
    assert who(other) == user.pk


def test_right_ones_between_do_not_make_more_tries(s01: Store) -> None:
    employee(s01, "cashier", pin="271828")
    pc = shared_pc(s01)
    for _ in range(2):
        for guess in ("111112", "111113", "111114", "111115"):
            sign_in(pc, "cashier", guess)
        sign_in(pc, "cashier", "271828")
        assert who(pc) > 0
    sign_in(pc, "cashier", "111112")
    sign_in(pc, "cashier", "111113")
    assert SharedDevice.objects.get().failures == 10
    assert "这台设备上PIN输错太多次" in sign_in(pc, "cashier", "271828").text


def test_a_device_does_not_serve_to_try_everybody(s01: Store) -> None:
    for number in range(4):
        employee(s01, f"one{number}", pin="271828")
    pc = shared_pc(s01)
    for number in range(4):
        for guess in ("111112", "111113", "111114"):
            sign_in(pc, f"one{number}", guess)
    assert sum(Pin.objects.values_list("failures", flat=True)) == 10
    assert "这台设备上PIN输错太多次" in sign_in(pc, "one3", "271828").text
    assert who(pc) == 0


def test_unknown_names_count_as_tries_of_the_device(s01: Store) -> None:
    pc = shared_pc(s01)
    for number in range(10):
        assert "PIN不对" in sign_in(pc, f"nobody{number}", "271828").text
    assert "这台设备上PIN输错太多次" in sign_in(pc, "nobody", "271828").text


def test_a_locked_screen_is_no_place_to_guess_passwords(s01: Store) -> None:
    user = employee(s01, "cashier", pin="271828")
    pc = shared_pc(s01)
    sign_in(pc, "cashier", "271828")
    pc.post("/lock/", headers={"HX-Request": "true"})
    for guess in range(5):
        assert pc.post("/lock/open/", {"secret": f"wrong-{guess}"}).status_code == 422
    assert "登录失败次数过多" in pc.post("/lock/open/", {"secret": PASSWORD}).text
    assert DeviceSignIn.objects.get(user=user).locked_at is not None


def test_no_page_of_changing_people_is_taken_without_its_token(s01: Store) -> None:
    employee(s01, "cashier", pin="271828")
    pc = shared_pc(s01)
    careful = Client(enforce_csrf_checks=True)
    careful.cookies[COOKIE] = pc.cookies[COOKIE].value
    for address in ("/switch-person/other/", "/lock/open/", "/lock/", "/lock/active/", "/switch-person/"):
        answer = careful.post(address, {"username": "cashier", "secret": "271828"})
        assert answer.status_code == 403, address
    assert who(careful) == 0


def test_a_pin_does_not_open_what_the_password_had_opened_elsewhere(s01: Store, s02: Store) -> None:
    """Six digits that unlock a session begun by password are worth the device's store, no more."""
    user, pc = employee(s01, "cashier", pin="271828"), shared_pc(s01)
    Assignment.objects.create(user=user, store=s02, post="advisor", starts_on=date(2020, 1, 1))
    sign_in(pc, "cashier", PASSWORD)
    pc.post("/lock/", headers={"HX-Request": "true"})
    assert pc.post("/lock/open/", {"secret": "271828"}).status_code == 302
    assert pc.post("/switch-store/", {"store": s02.pk}).status_code == 404
    sign_in(pc, "cashier", PASSWORD)
    pc.post("/switch-store/", {"store": s02.pk})
    pc.post("/lock/", headers={"HX-Request": "true"})
    assert "请用密码解锁" in pc.post("/lock/open/", {"secret": "271828"}).text
    assert DeviceSignIn.objects.get().locked_at is not None
    assert pc.post("/lock/open/", {"secret": PASSWORD}).status_code == 302
    assert pc.session["store"] == s02.pk


def test_a_repeated_key_is_no_way_to_try_without_counting(s01: Store) -> None:
    employee(s01, "cashier", pin="271828")
    pc = shared_pc(s01)
    sign_in(pc, "cashier", "271828")
    pc.post("/lock/", headers={"HX-Request": "true"})
    for _ in range(2):
        wrong = pc.post("/lock/open/", {"secret": "111112"}, headers={"Idempotency-Key": "same"})
        assert wrong.status_code == 422
    assert Pin.objects.get().failures == 2
    assert not IdempotencyKey.objects.exists()


@pytest.mark.race
def test_of_many_tries_at_one_moment_no_more_than_five_are_tried(committed: None) -> None:
    store = make_committed_store()
    employee(store, "cashier", pin="271828")
    pc = shared_pc(store)
    start, answers = Barrier(8), Counter[str]()

    def guess(number: int) -> None:
        thief = Client()
        thief.cookies[COOKIE] = pc.cookies[COOKIE].value
        start.wait()
        text = sign_in(thief, "cashier", f"11111{number % 8 + 2}").text
        answers["stopped" if "已停用。请" in text else "tried"] += 1
        connection.close()

    threads = [Thread(target=guess, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"tried": 5, "stopped": 3}
    assert Pin.objects.get().failures == 5
    assert SharedDevice.objects.get().failures == 5


def make_committed_store() -> Store:
    with transaction.atomic():
        return make_store(Group.objects.create(name="测试集团"), "S01", "四方一店")
