"""Mail, through a real SMTP server."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.messages.models import Message, Provider
from fours.messages.sending import send_waiting
from fours.messages.verbs.message import queue_message

from .stand_in import SECRET, after

pytestmark = pytest.mark.usefixtures("noon")


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
