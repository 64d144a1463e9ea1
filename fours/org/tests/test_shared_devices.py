"""A counter's PC: registered by the administrator, people change by PIN, and what each may then do (PF-15)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from fours.base.errors import NotThere, Refused
from fours.kernel.business_date import today
from fours.kernel.models import Event, SecurityEntry, Store
from fours.org.devices import COOKIE, hash_of
from fours.org.models import Assignment, DeviceSignIn, Pin, SharedDevice
from fours.org.pins import check_new_pin
from fours.org.verbs.devices import register_device, revoke_device
from fours.org.verbs.people import dismiss_employee, end_assignment, reset_password

from .shared_counter import PAGE, PASSWORD, employee, shared_pc, sign_in, who


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    cache.clear()


def kinds() -> list[str]:
    return list(SecurityEntry.objects.order_by("pk").values_list("kind", flat=True))


# ---- the device ----


def test_the_administrator_registers_the_browser_in_use(s01: Store, client_of) -> None:
    client = client_of("it_admin", s01)
    assert client.post("/org/devices/", {"name": " 前台一号 "}).status_code == 302
    device = SharedDevice.objects.get()
    assert (device.name, device.store, device.registered_by.username) == ("前台一号", s01, "it_admin-S01")
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert device.secret_hash not in cookie.value
    assert Event.objects.get(kind="org.device_registered").sentence == "登记共用设备“前台一号”"
    assert "device_registered" in kinds()
    assert "已登记为“前台一号”" in client.get("/org/devices/").text


def test_a_browser_is_registered_once(s01: Store, client_of) -> None:
    client = client_of("it_admin", s01)
    client.post("/org/devices/", {"name": "前台一号"})
    answer = client.post("/org/devices/", {"name": "前台二号"})
    assert answer.status_code == 422
    assert "这台浏览器已登记为“前台一号”" in answer.text
    assert "前台二号" in answer.text
    assert SharedDevice.objects.count() == 1


def test_two_devices_of_a_store_have_two_names(s01: Store, s02: Store, person) -> None:
    admin = person("it_admin", s01)
    register_device(s01, name="前台一号", secret="a", actor=admin)
    with pytest.raises(Refused, match="已有设备"):
        register_device(s01, name="前台一号", secret="b", actor=admin)
    register_device(s02, name="前台一号", secret="c", actor=person("it_admin", s02))
    assert SharedDevice.objects.count() == 2


def test_another_stores_device_is_not_there(s01: Store, s02: Store, client_of) -> None:
    shared_pc(s01, "总台")
    device = SharedDevice.objects.get()
    client = client_of("it_admin", s02)
    assert "总台" not in client.get("/org/devices/").text
    assert client.post(f"/org/devices/{device.pk}/revoke/").status_code == 404
    device.refresh_from_db()
    assert device.revoked_at is None


def test_a_revoked_device_is_a_stranger_and_its_sessions_end(s01: Store, person) -> None:
    cashier, pc = employee(s01, "cashier", "cashier", pin="271828"), shared_pc(s01)
    sign_in(pc, "cashier", "271828")
    assert pc.get("/").status_code == 200
    device = SharedDevice.objects.get()
    revoke_device(device, actor=person("it_admin", s01))
    assert pc.get("/", headers=PAGE)["Location"] == "/accounts/login/"
    assert who(pc) == 0
    sign_in(pc, "cashier", "271828")
    assert who(pc) == 0
    with pytest.raises(Refused, match="已停用"):
        revoke_device(device, actor=person("it_admin", s01))
    assert cashier.pk


# ---- the PIN ----


@pytest.mark.parametrize(
    "pin", ["000000", "123456", "654321", "890123", "246802", "121212", "112112", "123123",
        "12345", "1234567", "12a456", "１２３４５７", "800001"]
)  # fmt: skip
def test_a_pin_that_is_guessed_first_is_refused(pin: str, s01: Store) -> None:
    user = employee(s01, "cashier")
    user.phone = "138 0080 0001"
    with pytest.raises(Refused) as refused:
        check_new_pin(pin, user)
    assert "pin" in refused.value.fields


def test_the_own_password_is_needed_to_set_a_pin(s01: Store) -> None:
    user, client = employee(s01, "cashier", "cashier"), Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    wrong = client.post("/own-pin/", {"password": "wrong", "pin": "271828", "again": "271828"})
    assert wrong.status_code == 422
    assert "密码不对" in wrong.text
    different = client.post("/own-pin/", {"password": PASSWORD, "pin": "271828", "again": "271829"})
    assert "两次输入的PIN不一样" in different.text
    assert not Pin.objects.exists()
    assert (
        client.post("/own-pin/", {"password": PASSWORD, "pin": "271828", "again": "271828"}).status_code
        == 302
    )
    kept = Pin.objects.get()
    assert "271828" not in kept.hash
    assert kept.hash.startswith("md5$"), "by the hasher of the settings"
    assert kinds()[-1] == "pin_changed"
    client.post("/own-pin/remove/")
    assert not Pin.objects.exists()


def test_who_holds_a_key_of_the_house_has_no_pin(s01: Store) -> None:
    admin, client = employee(s01, "admin", "it_admin"), Client()
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "不能用PIN" in client.get("/own-pin/").text
    sent = {"password": PASSWORD, "pin": "271828", "again": "271828"}
    assert client.post("/own-pin/", sent).status_code == 403
    assert not Pin.objects.exists()


def test_a_pin_set_before_the_administrators_post_does_not_do_any_more(s01: Store) -> None:
    user, pc = employee(s01, "cashier", "cashier", pin="271828"), shared_pc(s01)
    sign_in(pc, "cashier", "271828")
    Assignment.objects.create(user=user, store=s01, post="it_admin", starts_on=date(2020, 1, 1))
    assert pc.get("/")["Location"] == "/accounts/login/"
    assert "请用密码登录" in sign_in(pc, "cashier", "271828").text
    assert who(pc) == 0
    sign_in(pc, "cashier", PASSWORD)
    assert who(pc) == user.pk


def test_a_session_begun_with_a_pin_ends_with_the_pin(s01: Store) -> None:
    user, pc, other = (
        employee(s01, "cashier", "cashier", pin="271828"),
        shared_pc(s01),
        shared_pc(s01, "二号"),
    )
    sign_in(pc, "cashier", "271828")
    sign_in(other, "cashier", PASSWORD)
    assert pc.get("/").status_code == 200
    other.post("/own-pin/remove/")
    assert pc.get("/")["Location"] == "/accounts/login/"
    assert who(other) == user.pk, "begun with the password"


# ---- changing people ----


def test_the_next_person_gets_a_session_and_a_worklist_of_their_own(s01: Store) -> None:
    first, second = employee(s01, "first", pin="271828"), employee(s01, "second", "cashier", pin="314159")
    pc = shared_pc(s01)
    sign_in(pc, "first", "271828")
    session = pc.session
    session["half_typed"] = "13800000001"
    session.save()
    before = pc.cookies["sessionid"].value
    assert pc.post("/switch-person/")["Location"] == "/switch-person/"
    tiles = pc.get("/switch-person/").text
    assert "员工first" in tiles
    assert "员工second" not in tiles, "has never worked here"
    answer = sign_in(pc, "second", "314159")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert who(pc) == second.pk
    assert pc.cookies["sessionid"].value != before
    assert "half_typed" not in pc.session
    page = pc.get("/")
    assert "员工second" in page.text
    assert "员工first" not in page.text
    assert "no-store" in page["Cache-Control"]
    stolen = Client(headers=PAGE)
    stolen.cookies["sessionid"] = before
    assert stolen.get("/")["Location"].startswith("/accounts/login/"), "the former session is gone"
    back = pc.post(f"/switch-person/{first.pk}/", {"secret": "271828"})
    assert (back["Location"], who(pc)) == ("/", first.pk)
    said = SecurityEntry.objects.filter(kind="sign_in").order_by("-pk").first()
    assert said.detail == "用PIN登录，共用设备“前台一号”"


def test_leaving_locks_what_is_left(s01: Store) -> None:
    employee(s01, "first", pin="271828")
    pc = shared_pc(s01)
    sign_in(pc, "first", "271828")
    pc.post("/switch-person/")
    assert pc.get("/customers/")["Location"] == "/lock/?next=%2Fcustomers%2F"


def test_a_session_begun_by_password_on_a_shared_device_is_known_there(s01: Store) -> None:
    user, pc = employee(s01, "first"), shared_pc(s01)
    pc.post("/accounts/login/", {"login": "first", "password": PASSWORD})
    assert "data-switch-person" in pc.get("/").text
    assert "员工first" in pc.get("/switch-person/").text
    assert DeviceSignIn.objects.get().user == user


def test_a_browser_that_is_not_registered_knows_nothing_of_pins(s01: Store, client_of) -> None:
    client = client_of("advisor", s01)
    page = client.get("/", headers=PAGE)
    assert "data-switch-person" not in page.text
    assert "no-store" not in page["Cache-Control"]
    assert Client().get("/switch-person/")["Location"] == "/accounts/login/"
    assert not DeviceSignIn.objects.exists()


def test_a_pin_opens_the_devices_store_only(s01: Store, s02: Store) -> None:
    user, pc = employee(s01, "first", pin="271828"), shared_pc(s01)
    Assignment.objects.create(user=user, store=s02, post="advisor", starts_on=date(2020, 1, 1))
    sign_in(pc, "first", "271828")
    assert "四方二店" not in pc.get("/").text
    assert pc.post("/switch-store/", {"store": s02.pk}).status_code == 404
    assert "四方一店" in pc.get("/").text
    sign_in(pc, "first", PASSWORD)
    pc.post("/switch-store/", {"store": s02.pk})
    assert pc.session["store"] == s02.pk


# ---- leaving, losing a post ----


def test_who_is_dismissed_is_out_the_same_minute(s01: Store, person) -> None:
    user, pc = employee(s01, "first", pin="271828"), shared_pc(s01)
    sign_in(pc, "first", "271828")
    assert pc.get("/").status_code == 200
    dismiss_employee(s01, person=user, actor=person("it_admin", s01))
    assert pc.get("/")["Location"].startswith("/accounts/login/")
    assert "员工first" not in pc.get("/switch-person/").text
    assert sign_in(pc, "first", "271828").status_code == 422
    assert sign_in(pc, "first", PASSWORD).status_code == 422
    assert pc.get("/")["Location"].startswith("/accounts/login/")
    assert not Pin.objects.exists()


def test_whose_post_in_the_store_ended_is_out_at_the_next_click(s01: Store, s02: Store, person) -> None:
    user, pc = employee(s01, "first", pin="271828"), shared_pc(s01)
    Assignment.objects.create(user=user, store=s02, post="advisor", starts_on=date(2020, 1, 1))
    sign_in(pc, "first", "271828")
    held = Assignment.objects.get(user=user, store=s01)
    end_assignment(held, ends_on=today() - timedelta(days=1), actor=person("it_admin", s01))
    assert pc.get("/")["Location"] == "/accounts/login/"
    assert sign_in(pc, "first", "271828").status_code == 422
    assert who(pc) == 0


def test_a_password_reset_takes_session_and_pin(s01: Store, person) -> None:
    user, pc = employee(s01, "first", pin="271828"), shared_pc(s01)
    sign_in(pc, "first", "271828")
    reset_password(s01, person=user, password="k3mw-9pqr-x2tn", actor=person("it_admin", s01))
    assert pc.get("/")["Location"].startswith("/accounts/login/")
    assert sign_in(pc, "first", "271828").status_code == 422
    assert not Pin.objects.exists()


def test_a_person_not_seen_here_lately_is_no_tile(s01: Store) -> None:
    user, pc = employee(s01, "first", pin="271828"), shared_pc(s01)
    sign_in(pc, "first", "271828")
    pc.post("/accounts/logout/")
    assert "员工first" in pc.get("/switch-person/").text
    DeviceSignIn.objects.update(active_at=timezone.now() - timedelta(days=61))
    assert "员工first" not in pc.get("/switch-person/").text
    assert pc.get(f"/switch-person/{user.pk}/").status_code == 404


def test_the_verbs_refuse_another_stores_administrator(s01: Store, s02: Store, person) -> None:
    other = person("it_admin", s02)
    with pytest.raises(NotThere):
        register_device(s01, name="前台", secret="x", actor=other)
    assert not SharedDevice.objects.filter(secret_hash=hash_of("x")).exists()


def test_a_cookie_lives_on_while_the_device_is_used(s01: Store) -> None:
    employee(s01, "first", pin="271828")
    pc = shared_pc(s01)
    with time_machine.travel(timezone.now() + timedelta(days=399)):
        answer = sign_in(pc, "first", "271828")
    assert answer.cookies[COOKIE]["max-age"] == 400 * 86400
