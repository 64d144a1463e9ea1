"""Handing over: once where the provider can tell, again where nobody knows, never against the customer's word."""

import smtplib
import socket
import time as clock
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.messages.channels import Outgoing, Rejected, Troubled, Unreachable
from fours.messages.channels.http import post_json
from fours.messages.channels.robots import DingTalkRobot, WeComRobot
from fours.messages.channels.sms import SignedSms
from fours.messages.jobs import look_for_due
from fours.messages.models import Message, Provider
from fours.messages.sending import lease_next, send_waiting
from fours.messages.verbs.message import queue_message, retry_message
from fours.messages.verbs.opt_out import opt_out

from .stand_in import ACCOUNT, SECRET, Gateway, said_json

pytestmark = pytest.mark.usefixtures("noon")
HELLO = Outgoing("c-1", "13812345678", "", "您好")


@pytest.fixture
def row(customer: Customer, clerk: Actor) -> Message:
    return queue_message(customer, channel="sms", text="车已修好,请来取车", actor=clerk)


def after(row: Message) -> Message:
    row.refresh_from_db()
    return row


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


# ---- robots, and what a network does


def test_dingtalk_takes_a_signed_message_and_refuses_another_secret(desk: Gateway) -> None:
    DingTalkRobot(desk.dingtalk, SECRET).send(HELLO)
    assert desk.robot == ["您好"]
    with pytest.raises(Rejected, match="sign not match"):
        DingTalkRobot(desk.dingtalk, "other").send(HELLO)


def test_wecom_takes_a_message_by_its_key(desk: Gateway) -> None:
    WeComRobot(desk.wecom).send(Outgoing("c-1", "", "投诉", "请看"))
    assert desk.robot == ["投诉\n请看"]
    with pytest.raises(Rejected, match="invalid webhook"):
        WeComRobot(desk.wecom.replace("key-9", "other")).send(HELLO)


def test_no_carrier_shows_its_secret_in_a_log(desk: Gateway) -> None:
    carriers = [
        SignedSms(desk.sms, ACCOUNT, SECRET),
        DingTalkRobot(desk.dingtalk, SECRET),
        WeComRobot(desk.wecom),
    ]
    shown = f"{carriers!r}"
    assert not any(word in shown for word in (SECRET, "tok-9", "key-9"))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((500, b""), Troubled), ((429, b""), Troubled), ((200, b"<html>"), Troubled), ((200, b"[]"), Troubled),
        ((404, b""), Rejected), ((302, b""), Rejected), ((401, b""), Unreachable),
    ],
)  # fmt: skip
def test_what_a_provider_answers_is_told_apart(desk: Gateway, answer, error) -> None:
    desk.behave = lambda gateway, asked: answer
    with pytest.raises(error):
        SignedSms(desk.sms, ACCOUNT, SECRET).send(HELLO)


def test_a_provider_that_does_not_answer_is_left_after_the_timeout(desk: Gateway) -> None:
    def slow(gateway: Gateway, asked: dict[str, Any]) -> None:
        clock.sleep(0.5)

    desk.behave = slow
    with pytest.raises(Troubled, match="没有及时答复"):
        SignedSms(desk.sms, ACCOUNT, SECRET, timeout=0.1).send(HELLO)


def test_an_address_that_is_none_is_rejected() -> None:
    with pytest.raises(Rejected):
        post_json("file:///etc/passwd", b"{}")


# ---- mail, through a real SMTP server


class Postbox:
    """A mail server's inbox; `answer` is what it says of a receiver, `down` of the whole."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.receiver_answer = ""

    async def handle_RCPT(self, server, session, envelope, address: str, options) -> str:
        if self.receiver_answer:
            return self.receiver_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(BytesParser(policy=default).parsebytes(envelope.content))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def postbox(s01: Store) -> Iterator[Postbox]:
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    Provider.objects.create(
        store=s01, channel="email", kind="smtp", address=f"127.0.0.1:{port}", sender="service@store.example",
        security="none", active=True,
    )  # fmt: skip
    yield box
    server.stop()


Mailed = Callable[[], Message]


@pytest.fixture
def mail(customer: Customer, clerk: Actor) -> Message:
    return queue_message(
        customer,
        channel="email",
        to="zhang@example.com",
        subject="取车通知",
        text="{客户}您好，车已修好。",
        actor=clerk,
    )


def test_a_mail_arrives_with_subject_text_and_a_number_of_its_own(
    mail: Message, postbox: Postbox, s01: Store
) -> None:
    assert send_waiting(s01) == 1
    [received] = postbox.mails
    assert (received["Subject"], received["To"], received["From"]) == (
        "取车通知",
        "zhang@example.com",
        "service@store.example",
    )
    assert received.get_content().strip() == "张建国您好，车已修好。"
    assert received["Message-ID"] == f"<{mail.client_id}@store.example>" == after(mail).provider_id


@pytest.mark.parametrize(
    ("said", "state"),
    [("550 No such user", "refused"), ("451 Try later", "waiting"), ("452 Full", "waiting")],
)
def test_a_mailbox_that_does_not_take_it_is_told_apart(
    mail: Message, postbox: Postbox, s01: Store, said: str, state: str
) -> None:
    postbox.receiver_answer = said
    send_waiting(s01)
    assert after(mail).state == state
    assert postbox.mails == []


def test_a_mail_server_that_is_not_there_leaves_the_mail_waiting(
    mail: Message, postbox: Postbox, s01: Store
) -> None:
    Provider.objects.update(address="127.0.0.1:9")
    send_waiting(s01)
    assert (after(mail).state, mail.tries) == ("waiting", 0)


def test_a_password_the_mail_server_does_not_take_leaves_the_mail_waiting(
    mail: Message, postbox: Postbox, s01: Store, monkeypatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(smtplib.SMTP, "login", refuse)
    Provider.objects.update(account="store", secret=SECRET)
    send_waiting(s01)
    assert (after(mail).state, mail.tries) == ("waiting", 0)
    assert "账号或密码" in mail.reason
    assert SECRET not in mail.reason


def test_a_subject_cannot_smuggle_a_second_receiver(customer, clerk, postbox: Postbox, s01: Store) -> None:
    row = queue_message(
        customer,
        channel="email",
        to="zhang@example.com",
        subject="您好\nBcc: all@example.com",
        text="取车",
        actor=clerk,
    )
    send_waiting(s01)
    assert after(row).state == "sent"
    assert postbox.mails[0]["Bcc"] is None
