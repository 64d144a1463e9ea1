"""What a hostile or broken client sends, and a browser-like client that keeps the faults it meets."""

import random
import re
import sys
import traceback
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent.parent / "fours"

GARBAGE = (
    "", " ", "x", "-1", "0", "-", ",", "on", "null", "{}", "[]", "['", "1.5", "24:61", "%00", "=1+1", "'\"", "²", "١٢٣",
    "1" * 30, "9" * 5000, "A" * 20_000, "2147483648", "9223372036854775808", "9999999.99", "99999999.99", "99999999999.99",
    "NaN", "Infinity", "-Infinity", "1e30", "1e30%", "1e400", "1E-400", "a\0b", "\ud7ff\uffff\U0001f600", "\u202e\u200b",
    "0000-00-00", "0001-01-01", "9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30", "2026-11-22T02:30",
    "<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "[1]", '[{"x":1}]', '{"a":[null]}',
    '[{"x":1e999,"y":NaN,"kind":"dent"}]', '[{"x":1,"y":2,"kind":"dent","note":"\\u0000\\ud800"}]', "[" * 50_000,
    f'[{{"x":1{"0" * 400},"y":1,"kind":"dent"}}]', "data:image/png;base64,AAAA", "data:image/png;base64,====",
)  # fmt: skip
NAMES = ("../../x.jpg", "a\0.png", "x" * 300 + ".csv", "t.xlsx", "t.csv", "x.pdf", "<img src=x>.svg", "...")
CONTENTS = (
    b"", b"%PDF-", b"\x89PNG\r\n", b"a,b\n1,2", b"PK\x03\x04xx", "姓名,电话\n张三,138\n".encode(), b"<svg onload=alert(1)>",
    b"\xff\xfe\0\0", b"GIF89a" + b"\xff" * 40,
)  # fmt: skip


def parameter_names() -> list[str]:
    """Every parameter a view reads by its name."""
    read = r"(?:GET|POST)(?:\.get\(|\.getlist\(|\[)\"([a-z_]+)\""
    return sorted({name for path in ROOT.rglob("*.py") for name in re.findall(read, path.read_text("utf-8"))})


class Fields(HTMLParser):
    """The fields of all forms of a page with the values a browser would send, and the files it would ask for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.files: set[str] = set()
        self._select = ""
        self.feed(page)
        self.asked = set(re.findall(r"[?&;]([a-z_]+)=", page)) | set(self.values)
        self.values.pop("idempotency_key", None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or not self.values.get(self._select)):
            self.values[self._select] = value
        elif tag == "input" and given.get("type") == "file":
            self.files.add(name)
        elif name and tag in ("input", "textarea", "button"):
            self.values.setdefault(name, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Attacker:
    """Asks, notes every answer from 500 on with where it broke, and leaves the database as it was."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client, self.random = client, random.Random(seed)
        client.raise_request_exception = False
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.asked = 0
        self._last = ""
        got_request_exception.connect(self._broke)

    def _broke(self, sender: object, **kwargs: Any) -> None:
        error = sys.exc_info()[1]
        assert error is not None
        ours = [f for f in traceback.extract_tb(error.__traceback__) if str(ROOT) in f.filename]
        at = f"{ours[-1].filename.removeprefix(str(ROOT))}:{ours[-1].lineno}" if ours else "outside"
        self._last = f"{type(error).__name__} {str(error)[:80]} at {at}"

    def ask(self, method: str, address: str, data: Any = None, **options: Any) -> HttpResponse:
        self.asked += 1
        point = transaction.savepoint()
        answer: HttpResponse = getattr(self.client, method)(address, data, **options)
        transaction.savepoint_rollback(point)
        if answer.status_code >= 500:
            self.faults[self._last].append(f"{method} {address[:80]} {str(data)[:200]}")
        return answer

    def htmx(self) -> dict[str, str]:
        return {"HX-Request": "true"} if self.random.random() < 0.4 else {}

    def get_garbage(self, address: str, names: set[str]) -> HttpResponse:
        """With some of the parameters set to rubbish."""
        asked = {name: self.random.choice(GARBAGE) for name in sorted(names) if self.random.random() < 0.3}
        return self.ask("get", address, asked, headers=self.htmx())

    def post_garbage(self, address: str, fields: Fields, names: list[str], share: float) -> HttpResponse:
        """The page's own fields as a browser would send them, a share of them rubbish, with rubbish files."""
        pick = self.random
        sent: dict[str, Any] = {
            name: pick.choice(GARBAGE) if pick.random() < share else value or pick.choice(("1", "测试", "on"))
            for name, value in sorted(fields.values.items())
        }
        sent |= {name: pick.choice(GARBAGE) for name in names if name not in sent and pick.random() < 0.1}
        for name in sorted(fields.files):
            sent[name] = SimpleUploadedFile(pick.choice(NAMES), pick.choice(CONTENTS), "image/jpeg")
        sent.pop("idempotency_key", None)
        return self.ask("post", address, sent, headers=self.htmx())
