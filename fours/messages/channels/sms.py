"""Short messages through a gateway that asks for a signed request, in the manner of the large clouds.

The gateway gets a POST with JSON `{"client_id", "phone", "text"}` and the headers `X-Account`, `X-Timestamp` (seconds),
`X-Nonce` and `X-Signature`: HMAC-SHA256 in hex, with the secret, over
`METHOD \\n path?query \\n account \\n timestamp \\n nonce \\n SHA-256 of the body in hex`. It answers
`{"code", "id", "message"}`; `OK` and `DUPLICATE` (this client_id was taken before) both mean that the message is on its
way, `REFUSED` that the receiver has refused messages, `BUSY` that a later try is worth while.
"""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from .base import Outgoing, Receipt, ReceiverRefuses, Rejected, Troubled
from .http import TIMEOUT, post_json

TAKEN = ("OK", "DUPLICATE")
LONGEST_REASON = 100


def signature(secret: str, *, target: str, account: str, timestamp: str, nonce: str, body: bytes) -> str:
    """What proves that the request is the account's own and unchanged."""
    lines = ("POST", target, account, timestamp, nonce, hashlib.sha256(body).hexdigest())
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class SignedSms:
    """A gateway at `address`."""

    address: str
    account: str
    secret: str
    timeout: float = TIMEOUT

    def __repr__(self) -> str:
        return "<SignedSms>"

    def send(self, message: Outgoing) -> Receipt:
        asked = {"client_id": message.client_id, "phone": message.to, "text": message.text}
        body = json.dumps(asked, ensure_ascii=False).encode()
        answer = post_json(self.address, body, self._headers(body), timeout=self.timeout)
        code, said = str(answer.get("code", "")), str(answer.get("message", ""))[:LONGEST_REASON]
        if code in TAKEN:
            return Receipt(str(answer.get("id", ""))[:100])
        if code == "REFUSED":
            raise ReceiverRefuses(f"对方已拒收：{said}")
        if code == "BUSY":
            raise Troubled(f"服务商忙：{said}")
        raise Rejected(f"服务商不接受：{said or code}")

    def _headers(self, body: bytes) -> dict[str, str]:
        parts = urlsplit(self.address)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        timestamp, nonce = str(int(time.time())), secrets.token_hex(8)
        signed = signature(
            self.secret, target=target, account=self.account, timestamp=timestamp, nonce=nonce, body=body
        )
        return {
            "X-Account": self.account,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signed,
        }
