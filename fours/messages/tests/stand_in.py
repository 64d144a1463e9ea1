"""Providers on this machine: they check the signature, remember what they took, and misbehave when told to."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fours.messages.models import Message

SECRET = "s3cret-of-the-test"
ACCOUNT = "store-1"
Behaviour = Callable[["Gateway", dict[str, Any]], tuple[int, bytes] | None]


class Gateway:
    """A short-message gateway: takes each client_id once, however often it is handed over."""

    def __init__(self) -> None:
        self.handed_over: list[dict[str, Any]] = []
        self.taken: dict[str, dict[str, Any]] = {}
        self.robot: list[str] = []
        self.lock = threading.Lock()
        self.behave: Behaviour | None = None
        self.port = 0

    @property
    def sms(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms/send?v=1"

    @property
    def dingtalk(self) -> str:
        return f"http://127.0.0.1:{self.port}/robot/send?access_token=tok-9"

    @property
    def wecom(self) -> str:
        return f"http://127.0.0.1:{self.port}/cgi-bin/webhook/send?key=key-9"

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        if path.startswith("/sms/"):
            return self._sms(path, headers, body)
        return self._robot(path, body)

    def _sms(self, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        # Written out anew, not called from the product: the two must agree on the protocol, not on code.
        lines = [
            "POST",
            path,
            ACCOUNT,
            headers["X-Timestamp"],
            headers["X-Nonce"],
            hashlib.sha256(body).hexdigest(),
        ]
        right = hmac.new(SECRET.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
        if headers["X-Account"] != ACCOUNT or headers["X-Signature"] != right:
            return 403, b"{}"
        asked = json.loads(body)
        with self.lock:
            self.handed_over.append(asked)
            if self.behave and (said := self.behave(self, asked)):
                return said
            if asked["client_id"] in self.taken:
                return said_json(code="DUPLICATE", id="SM-" + asked["client_id"][:8])
            self.taken[asked["client_id"]] = asked
        return said_json(code="OK", id="SM-" + asked["client_id"][:8])

    def _robot(self, path: str, body: bytes) -> tuple[int, bytes]:
        query = parse_qs(urlsplit(path).query)
        if "access_token" in query:
            stamp = query["timestamp"][0]
            right = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
            if base64.b64decode(query["sign"][0]) != right:
                return said_json(errcode=310000, errmsg="sign not match")
        elif query.get("key") != ["key-9"]:
            return said_json(errcode=93000, errmsg="invalid webhook url")
        with self.lock:
            self.robot.append(json.loads(body)["text"]["content"])
        return said_json(errcode=0, errmsg="ok")


def said_json(**values: object) -> tuple[int, bytes]:
    return 200, json.dumps(values).encode()


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A running gateway on a free port."""
    desk = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, data = desk.answer(self.path, self.headers, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Nothing on the screen."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """A caller that did not wait for the answer is part of the test."""

    server = Server(("127.0.0.1", 0), Handler)
    desk.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def after(row: Message) -> Message:
    """The message as it stands in the database now."""
    row.refresh_from_db()
    return row
