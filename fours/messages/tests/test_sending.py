"""Handing over: once where the provider can tell, again where nobody knows, never against the customer's word."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.messages.channels import Outgoing, Unreachable
from fours.messages.channels.sms import SignedSms
from fours.messages.jobs import look_for_due
from fours.messages.models import Message, Provider
from fours.messages.sending import lease_next, send_waiting
from fours.messages.verbs.message import queue_message, retry_message
from fours.messages.verbs.opt_out import opt_out

from .stand_in import ACCOUNT, SECRET, Gateway, after, said_json

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def row(customer: Customer, clerk: Actor) -> Message:
    return queue_message(customer, channel="sms", text="车已修好,请来取车", actor=clerk)


def test_a_fresh_store_sends_nothing(row: Message, s01: Store, desk: Gateway) -> None:
    assert send_waiting(s01) == 0
    assert after(row).state == "waiting"
    assert desk.handed_over == []


def test_a_provider_that_is_switched_off_gets_nothing(
    row: Message, sms: Provider, s01: Store, desk: Gateway
) -> None:
    Provider.objects.update(active=False)
    send_waiting(s01)
    assert desk.handed_over == []


def test_a_short_message_arrives_signed_with_number_text_and_cost(
    row: Message, sms: Provider, s01: Store, desk: Gateway
) -> None:
    assert send_waiting(s01) == 1
    client_id = str(row.client_id)
    assert desk.taken == {
        client_id: {"client_id": client_id, "phone": "13812345678", "text": "【四方一店】车已修好,请来取车"}
    }
    assert (after(row).state, row.cost, row.tries) == ("sent", Decimal("0.0450"), 1)
    assert row.provider_id == f"SM-{client_id[:8]}"
    assert Event.objects.filter(kind="messages.message_sent", aggregate_id=row.pk).count() == 1
    assert send_waiting(s01) == 0


def test_a_long_message_costs_by_its_parts(customer, clerk, sms: Provider, s01: Store) -> None:
    long = queue_message(customer, channel="sms", text="字" * 100, actor=clerk)
    send_waiting(s01)
    assert after(long).cost == Decimal("0.0900")


def test_who_died_between_sending_and_marking_sends_again_and_the_provider_knows_it(
    row: Message, sms: Provider, s01: Store, desk: Gateway, noon
) -> None:
    message = lease_next(s01, ["sms"])
    assert message is not None
    SignedSms(desk.sms, ACCOUNT, SECRET).send(
        Outgoing(str(message.client_id), message.to, "", message.text)
    )  # … and the process is gone
    assert send_waiting(s01) == 0, "somebody may still be sending it"
    noon.shift(timedelta(minutes=3))
    assert send_waiting(s01) == 1
    assert len(desk.handed_over) == 2
    assert len(desk.taken) == 1
    assert after(row).state == "sent"


def test_what_kills_its_sender_every_time_is_not_begun_for_ever(
    row: Message, sms: Provider, s01: Store, desk: Gateway, noon
) -> None:
    for _ in range(5):
        assert lease_next(s01, ["sms"]) is not None
        noon.shift(timedelta(minutes=3))
    assert lease_next(s01, ["sms"]) is None
    assert (after(row).state, row.tries) == ("failed", 5)


def test_a_busy_provider_is_asked_again_later_and_five_times_at_most(
    row: Message, sms: Provider, s01: Store, desk: Gateway, clerk: Actor, noon
) -> None:
    desk.behave = lambda gateway, asked: (503, b"")
    waits = []
    for _ in range(5):
        send_waiting(s01)
        waits.append(round((after(row).next_try - timezone.now()).total_seconds() / 60))
        noon.shift(timedelta(minutes=61))
    assert waits[:4] == [1, 5, 15, 60]
    assert (row.state, row.tries, len(desk.handed_over)) == ("failed", 5, 5)
    assert "HTTP 503" in row.reason
    desk.behave = None
    retry_message(row, actor=clerk)
    assert send_waiting(s01) == 1
    assert after(row).state == "sent"


def test_without_the_internet_messages_wait_and_no_try_is_counted(
    row: Message, sms: Provider, s01: Store, desk: Gateway, noon
) -> None:
    Provider.objects.update(address="http://127.0.0.1:9/sms/send")
    for _ in range(8):
        send_waiting(s01)
        noon.shift(timedelta(minutes=6))
    assert (after(row).state, row.tries) == ("waiting", 0)
    Provider.objects.update(address=desk.sms)
    assert send_waiting(s01) == 1


def test_a_provider_that_is_down_is_tried_with_one_message_a_run(
    customer, clerk, sms: Provider, s01: Store, monkeypatch
) -> None:
    for _ in range(3):
        queue_message(customer, channel="sms", text="取车", actor=clerk)
    tried: list[str] = []

    def down(self: SignedSms, message: Outgoing) -> None:
        tried.append(message.client_id)
        raise Unreachable("没有网络")

    monkeypatch.setattr(SignedSms, "send", down)
    send_waiting(s01)
    assert len(tried) == 1


@pytest.mark.parametrize(
    ("code", "state", "said"),
    [("REFUSED", "refused", "拒收"), ("BAD_PHONE", "failed", "空号"), ("BUSY", "waiting", "忙")],
)
def test_what_the_provider_says_is_kept(
    row: Message, sms: Provider, s01: Store, desk: Gateway, code: str, state: str, said: str
) -> None:
    desk.behave = lambda gateway, asked: said_json(code=code, message=said)
    send_waiting(s01)
    assert after(row).state == state
    assert said in row.reason


def test_a_wrong_secret_leaves_the_messages_in_the_outbox(row: Message, sms: Provider, s01: Store) -> None:
    Provider.objects.update(secret="other")
    send_waiting(s01)
    assert (after(row).state, row.tries) == ("waiting", 0)
    assert "检查发送通道" in row.reason


def test_an_opt_out_after_queueing_holds_to_the_last_moment(
    row: Message, sms: Provider, s01: Store, desk: Gateway, customer: Customer, clerk: Actor
) -> None:
    opt_out(customer, what="all", actor=clerk)
    # As if it had been queued in the same instant, past the cancelling.
    Message.objects.update(state="waiting", reason="")
    send_waiting(s01)
    assert (after(row).state, row.reason) == ("cancelled", "客户已退订")
    assert desk.handed_over == []


def test_what_is_due_at_night_is_put_off_in_one_go(
    customer, clerk, sms: Provider, s01: Store, desk: Gateway, noon, django_assert_max_num_queries
) -> None:
    for _ in range(20):
        queue_message(customer, channel="sms", text="取车", actor=clerk)
    noon.shift(timedelta(hours=9))
    with django_assert_max_num_queries(20):
        send_waiting(s01)
    assert desk.handed_over == []
    assert len(set(Message.objects.values_list("next_try", flat=True))) == 1


def test_a_retry_that_falls_into_the_night_waits_for_the_morning(
    row: Message, sms: Provider, s01: Store, desk: Gateway, noon
) -> None:
    noon.shift(timedelta(hours=9))  # 21:00
    send_waiting(s01)
    assert desk.handed_over == []
    assert f"{timezone.localtime(after(row).next_try):%m-%d %H:%M}" == "03-17 09:00"


def test_what_is_no_news_any_more_is_not_sent(row: Message, sms: Provider, s01: Store, desk: Gateway) -> None:
    Message.objects.update(valid_until=timezone.now() - timedelta(seconds=1))
    send_waiting(s01)
    assert (after(row).state, row.reason) == ("cancelled", "已过时，不再发送")
    assert desk.handed_over == []


def test_a_fault_of_ours_is_one_try_and_tells_nothing_personal(
    row: Message, sms: Provider, s01: Store, monkeypatch, caplog
) -> None:
    def broken(self: SignedSms, message: Outgoing) -> None:
        raise RuntimeError(f"cannot send to {message.to}")

    monkeypatch.setattr(SignedSms, "send", broken)
    send_waiting(s01)
    assert (after(row).state, row.tries) == ("waiting", 1)
    assert "13812345678" not in row.reason + caplog.text


def test_the_clock_starts_the_sender_only_when_something_is_due(
    s01: Store, sms: Provider, customer, clerk, monkeypatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr("fours.messages.jobs.start", lambda store: started.append(store.code))
    look_for_due(s01, timezone.now())
    queue_message(customer, channel="sms", text="取车", actor=clerk)
    look_for_due(s01, timezone.now())
    assert started == ["S01"]
