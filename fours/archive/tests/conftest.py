import hashlib
import io
from collections.abc import Callable
from datetime import date

import pytest
from pypdf import PdfWriter

from fours.kernel.actor import Actor
from fours.kernel.attachments import store_bytes
from fours.kernel.models import PrintedForm, Store

OCTOBER = date(2026, 10, 1)
Paper = Callable[..., PrintedForm]


@pytest.fixture
def clerk(s01: Store, person: Callable[..., Actor], see: Callable[..., None]) -> Actor:
    see(s01)
    return person("info_clerk", s01)


@pytest.fixture
def paper(s01: Store) -> Paper:
    """`paper("RO-S01-261005-0001")` keeps a paper of one page, as wide as its own place among them."""
    made = iter(range(1, 10_000))

    def keep(
        number: str,
        form: str = "service.repair_order",
        pages: int = 1,
        month: date = OCTOBER,
        store: Store = s01,
    ) -> PrintedForm:
        width = 100 + (pk := next(made))
        return keep_paper(store, number, form, pages, month, width, pk)

    return keep


def keep_paper(
    store: Store, number: str, form: str, pages: int, month: date, width: int, pk: int
) -> PrintedForm:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width, 200)
    written = io.BytesIO()
    writer.write(written)
    data = written.getvalue()
    return PrintedForm.objects.create(
        store=store, aggregate_kind="service.repairorder", aggregate_id=900_000 + pk, form=form, month=month,
        view={"paper": {"number": number}}, path=store_bytes(store.pk, data, ".pdf"),
        sha256=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip
