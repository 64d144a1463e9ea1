"""What a message said is not kept for ever, and what opens a provider's door lies encrypted (PF-12, PF-13)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.models import Setting, Store
from fours.messages.channels import Unreachable, carrier_of
from fours.messages.jobs import clear_old
from fours.messages.models import Message, Provider
from fours.messages.verbs.message import retry_message

SECRET, ADDRESS = "s3cret-of-the-gateway", "https://robot.example.com/send?key=token-1"


@pytest.fixture
def store(s01: Store, see: Callable[..., None]) -> Store:
    see(s01)
    return s01


def message(store: Store, state: str, ended: datetime) -> Message:
    row = Message.objects.create(
        store=store, customer=Customer.objects.create(store=store, name="张三"), channel="sms", purpose="service",
        to="13800001111", subject="取车", text="张三您好，请来取车", next_try=ended, state=state,
        sent_at=ended if state == "sent" else None,
    )  # fmt: skip
    Message.objects.filter(pk=row.pk).update(updated_at=ended)
    return row


def words(row: Message) -> tuple[str, str, str]:
    row.refresh_from_db()
    return row.to, row.subject, row.text


WHOLE = ("13800001111", "取车", "张三您好，请来取车")
NIGHT = datetime(2026, 11, 22, 20, 10, tzinfo=UTC)  # 04:10 on the 23rd


@pytest.mark.parametrize("state", ["sent", "failed", "refused", "cancelled"])
def test_after_two_years_only_that_it_was_sent_is_left(store: Store, state: str) -> None:
    old = message(store, state, datetime(2024, 11, 22, 15, 59, tzinfo=UTC))
    young = message(store, state, datetime(2024, 11, 22, 16, 0, tzinfo=UTC))
    clear_old(store, NIGHT)
    assert words(old) == ("", "", "")
    assert (old.state, old.cleared_at is not None, old.customer_id is not None) == (state, True, True)
    assert words(young) == WHOLE


def test_what_waits_is_never_cleared_and_zero_months_clear_nothing(store: Store) -> None:
    waiting = message(store, "waiting", NIGHT - timedelta(days=3000))
    old = message(store, "sent", NIGHT - timedelta(days=3000))
    Setting.objects.create(store=store, key="messages.keep_months", value=0)
    clear_old(store, NIGHT)
    assert words(old) == WHOLE
    Setting.objects.update(value=1)
    clear_old(Store.objects.get(pk=store.pk), NIGHT)
    assert (words(old), words(waiting)) == (("", "", ""), WHOLE)


def test_a_cleared_message_is_not_sent_again_and_says_so(
    store: Store, person: Callable[..., Actor], client_of: Callable[..., Client]
) -> None:
    row = message(store, "failed", NIGHT - timedelta(days=3000))
    clear_old(store, NIGHT)
    with pytest.raises(Refused, match="内容已清除"):
        retry_message(row, actor=person("info_clerk", store))
    row.refresh_from_db()
    assert row.state == "failed"
    assert "内容于" in client_of("info_clerk", store).get(f"/messages/{row.pk}/").content.decode()


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select address || ' ' || secret from messaging_provider")
        return str(cursor.fetchone()[0])


@pytest.fixture
def robot(store: Store) -> Provider:
    return Provider.objects.create(
        store=store, channel="robot", kind="dingtalk", address=ADDRESS, secret=SECRET, active=True
    )


def test_secret_and_address_lie_encrypted_and_are_read_by_the_program(robot: Provider) -> None:
    assert SECRET not in stored()
    assert "token-1" not in stored()
    row = Provider.objects.get()
    assert (row.secret, row.address) == (SECRET, ADDRESS)


def test_with_another_key_the_channel_waits_and_asks_for_the_secret_anew(
    robot: Provider, store: Store, client_of: Callable[..., Client], settings: object
) -> None:
    settings.SECRET_KEY = "another key of another installation"  # type: ignore[attr-defined]
    row = Provider.objects.get()
    assert row.secret_is_lost
    with pytest.raises(Unreachable, match="重新填写"):
        carrier_of(row)
    page = client_of("it_admin", store).get(f"/messages/providers/{row.pk}/").content.decode()
    assert "密钥无法解开" in page
    values = {"kind": "dingtalk", "address": ADDRESS, "secret": "new", "security": "ssl", "active": "on"}
    client_of("it_admin", store).post(f"/messages/providers/{row.pk}/", values)
    row = Provider.objects.get()
    assert (row.secret, row.secret_is_lost) == ("new", False)


def test_the_migration_seals_what_was_written_plainly(robot: Provider) -> None:
    module = __import__(
        "fours.messages.migrations.0003_sealed_secrets_and_clearing", fromlist=["seal_what_is_there"]
    )
    with connection.cursor() as cursor:
        cursor.execute("update messaging_provider set address = %s, secret = %s", [ADDRESS, SECRET])

    class Editor:
        pass

    Editor.connection = connection  # type: ignore[attr-defined]
    module.seal_what_is_there(None, Editor)
    assert SECRET not in stored()
    assert Provider.objects.get().secret == SECRET
    module.unseal_what_is_there(None, Editor)
    assert stored() == f"{ADDRESS} {SECRET}"
