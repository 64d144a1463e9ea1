"""What leaves the house: signed messages to gateways and robots, and what a network does to them."""

import time as clock
from typing import Any

import pytest

from fours.messages.channels import Outgoing, Rejected, Troubled, Unreachable
from fours.messages.channels.http import post_json
from fours.messages.channels.robots import DingTalkRobot, WeComRobot
from fours.messages.channels.sms import SignedSms

from .stand_in import ACCOUNT, SECRET, Gateway

HELLO = Outgoing("c-1", "13812345678", "", "您好")


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
