"""Robots in the group chats of the staff: DingTalk and WeCom webhooks. Neither recognises a message sent twice."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from urllib.parse import quote

from .base import Outgoing, Receipt, Rejected, Troubled
from .http import TIMEOUT, post_json

# Both answer 200 with a code of their own when too much was sent in a minute.
DINGTALK_BUSY = frozenset({-1, 130101, 410100, 660026})
WECOM_BUSY = frozenset({-1, 45009, 45033})


def dingtalk_sign(secret: str, timestamp: str) -> str:
    """DingTalk's 加签: HMAC-SHA256 over `timestamp \\n secret` with the secret, base64."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _body(message: Outgoing) -> bytes:
    text = f"{message.subject}\n{message.text}" if message.subject else message.text
    return json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()


def _receipt(answer: dict[str, object], busy: frozenset[int]) -> Receipt:
    code = answer.get("errcode")
    if code == 0:
        return Receipt()
    said = f"{answer.get('errmsg', '')}"[:100] or f"{code}"
    if code in busy:
        raise Troubled(f"机器人暂时不能发送：{said}")
    raise Rejected(f"机器人不接受：{said}")


@dataclass(frozen=True)
class DingTalkRobot:
    """The webhook at `address` (with its access_token); with a secret each request is signed."""

    address: str
    secret: str = ""
    timeout: float = TIMEOUT

    def __repr__(self) -> str:
        return "<DingTalkRobot>"

    def send(self, message: Outgoing) -> Receipt:
        address = self.address
        if self.secret:
            timestamp = str(round(time.time() * 1000))
            joint = "&" if "?" in address else "?"
            sign = quote(dingtalk_sign(self.secret, timestamp), safe="")
            address = f"{address}{joint}timestamp={timestamp}&sign={sign}"
        return _receipt(post_json(address, _body(message), timeout=self.timeout), DINGTALK_BUSY)


@dataclass(frozen=True)
class WeComRobot:
    """The webhook at `address`; its key is part of the address."""

    address: str
    timeout: float = TIMEOUT

    def __repr__(self) -> str:
        return "<WeComRobot>"

    def send(self, message: Outgoing) -> Receipt:
        return _receipt(post_json(self.address, _body(message), timeout=self.timeout), WECOM_BUSY)
