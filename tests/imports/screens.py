"""The screens of an import as a browser asks for them."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fours.kernel.models import IntakeLoad


def upload(client: Client, data: bytes, name: str = "客户.xlsx", kind: str = "customers") -> Any:
    return client.post("/import/", {"kind": kind, "file": SimpleUploadedFile(name, data)})


def settle(client: Client, load: IntakeLoad, **changes: str) -> Any:
    """Post the mapping page as it stands, but for these changes."""
    address = f"/import/{load.pk}/columns/"
    page = client.get(address).text
    typed = {}
    for name, options in re.findall(r'<select name="(column_\d+)".*?>(.*?)</select>', page, re.DOTALL):
        selected = re.search(r'value="(\w*)" selected', options)
        typed[name] = selected[1] if selected else ""
    assert typed
    sheet = re.search(r'name="sheet" value="(.*?)"', page)
    assert sheet
    return client.post(address, {**typed, "sheet": sheet[1], **changes})
