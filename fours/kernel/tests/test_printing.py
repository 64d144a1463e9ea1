"""Papers: a draft while open, frozen with its hash, printed again with a copy mark and counted (PF-10)."""

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from conftest import PersonOf
from fours.base.errors import NotThere
from fours.customers.models import Customer
from fours.kernel import printing
from fours.kernel.actor import Actor
from fours.kernel.models import Event, PrintedForm, Store
from fours.kernel.printing import Print, bytes_of, declare_print, freeze, prints_of, set_papers

ClientOf = Callable[..., Client]
# The shortest template that is shipped stands for any form.
TEMPLATE = "kernel/copy_mark.typ"


@pytest.fixture(autouse=True)
def own_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(default_storage, "base_location", tmp_path, raising=False)
    monkeypatch.setattr(default_storage, "location", str(tmp_path), raising=False)
    monkeypatch.setattr(printing, "PRINTS", {})
    monkeypatch.setattr("fours.desk.views.printing.PRINTS", printing.PRINTS)
    declare_print(Print("test.card", "客户卡", Customer, TEMPLATE, "customers.view", _view))


def _view(customer: Customer, actor: Actor) -> Mapping[str, object]:
    return {"mark": customer.name, "width": 595, "height": 842}


@pytest.fixture
def customer(s01: Store) -> Customer:
    return Customer.objects.create(store=s01, name="王小明")


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_before_it_is_evidence_it_is_a_live_draft_and_nothing_is_kept(
    customer: Customer, s01: Store, client_of: ClientOf, see: Callable[..., None]
) -> None:
    answer = client_of("advisor", s01).get(f"/print/test.card/{customer.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "王小明" in text_of(answer.content)
    see(s01)
    assert not PrintedForm.objects.exists()


def test_the_draft_carries_its_mark_in_the_view_and_the_frozen_paper_does_not(
    customer: Customer, s01: Store, person: PersonOf
) -> None:
    advisor = person("advisor", s01)
    draft = printing._view(printing.PRINTS["test.card"], customer, advisor, copy_mark=printing.DRAFT)
    kept = freeze("test.card", customer, actor=advisor)
    assert draft["paper"]["copy_mark"] == "草稿"
    assert (kept.view["paper"]["copy_mark"], kept.view["paper"]["demo"]) == ("", False)


def test_a_frozen_paper_stays_as_it_was_when_the_document_changes(
    customer: Customer, s01: Store, person: PersonOf, client_of: ClientOf, see: Callable[..., None]
) -> None:
    kept = freeze("test.card", customer, actor=person("advisor", s01))
    Customer.objects.update(name="李小红")
    assert freeze("test.card", customer, actor=person("advisor", s01)).pk == kept.pk
    answer = client_of("advisor", s01).get(f"/print/test.card/{customer.pk}/")
    see(s01)
    kept.refresh_from_db()
    assert hashlib.sha256(answer.content).hexdigest() == kept.sha256
    assert "王小明" in text_of(answer.content)


def test_from_the_second_print_on_each_copy_is_marked_counted_and_recorded(
    customer: Customer, s01: Store, person: PersonOf, client_of: ClientOf, see: Callable[..., None]
) -> None:
    freeze("test.card", customer, actor=person("advisor", s01))
    advisor = client_of("advisor", s01)
    prints = [advisor.get(f"/print/test.card/{customer.pk}/").content for _ in range(3)]
    assert "补打" not in text_of(prints[0])
    assert "补打 第 1 次" in text_of(prints[1])
    assert "补打 第 2 次" in text_of(prints[2])
    assert "王小明" in text_of(prints[2])
    see(s01)
    assert PrintedForm.objects.get().copies == 3
    said = list(Event.objects.filter(kind="kernel.printed").order_by("pk").values_list("sentence", flat=True))
    assert said == ["打印客户卡", "补打客户卡第 1 次", "补打客户卡第 2 次"]


def test_a_paper_whose_bytes_were_changed_is_not_printed(
    customer: Customer, s01: Store, person: PersonOf, client_of: ClientOf, see: Callable[..., None]
) -> None:
    kept = freeze("test.card", customer, actor=person("advisor", s01))
    assert set_papers(s01) == 1
    kept.refresh_from_db()
    Path(default_storage.path(kept.path)).write_bytes(b"%PDF-1.7 other")
    answer = client_of("advisor", s01).get(f"/print/test.card/{customer.pk}/")
    assert answer.status_code == 422
    assert "校验值不符" in answer.content.decode()
    see(s01)
    assert PrintedForm.objects.get().copies == 0


def test_what_nobody_printed_is_set_later_from_what_was_kept(
    customer: Customer, s01: Store, s02: Store, person: PersonOf
) -> None:
    kept = freeze("test.card", customer, actor=person("advisor", s01))
    assert (kept.path, kept.sha256) == ("", "")
    Customer.objects.update(name="李小红")
    assert set_papers(s02) == 0
    assert set_papers(s01) == 1
    assert set_papers(s01) == 0
    later = PrintedForm.objects.get()
    assert "王小明" in text_of(bytes_of(later))
    assert hashlib.sha256(bytes_of(later)).hexdigest() == later.sha256


def test_two_who_set_a_paper_at_once_have_the_same_bytes(
    customer: Customer, s01: Store, person: PersonOf
) -> None:
    first = freeze("test.card", customer, actor=person("advisor", s01))
    second = PrintedForm.objects.get()
    assert bytes_of(first) == bytes_of(second)
    assert first.path == second.path == PrintedForm.objects.get().path


def test_what_was_set_in_vain_leaves_no_file(customer: Customer, s01: Store, person: PersonOf) -> None:
    first = freeze("test.card", customer, actor=person("advisor", s01))
    second = PrintedForm.objects.get()
    bytes_of(first)
    bytes_of(second)
    folder = Path(default_storage.path(first.path)).parent
    assert [f"{file.name}" for file in folder.iterdir()] == [Path(first.path).name]


def test_a_paper_erased_while_it_is_set_is_not_kept(customer: Customer, s01: Store, person: PersonOf) -> None:
    """Who holds the view still in memory neither prints it nor leaves it on the disk."""
    kept = freeze("test.card", customer, actor=person("advisor", s01))
    PrintedForm.objects.update(view={}, erased_at=timezone.now())
    with pytest.raises(NotThere, match="不再保存"):
        bytes_of(kept)
    assert PrintedForm.objects.get().path == ""
    assert not [file for file in Path(default_storage.location).rglob("*") if file.is_file()]


def test_one_paper_that_cannot_be_set_does_not_hold_up_the_others(
    customer: Customer, s01: Store, person: PersonOf, caplog: pytest.LogCaptureFixture
) -> None:
    advisor = person("advisor", s01)
    broken = freeze("test.card", customer, actor=advisor, occurrence="1")
    PrintedForm.objects.filter(pk=broken.pk).update(view={})
    gone = freeze("test.card", customer, actor=advisor, occurrence="0")
    PrintedForm.objects.filter(pk=gone.pk).update(form="test.no_longer_declared")
    whole = freeze("test.card", customer, actor=advisor, occurrence="2")
    assert set_papers(s01, most=1) == 1
    assert PrintedForm.objects.exclude(path="").get() == whole
    assert f"printed form {broken.pk} can't be set" in caplog.text


def test_each_occurrence_is_a_paper_of_its_own(customer: Customer, s01: Store, person: PersonOf) -> None:
    first = freeze("test.card", customer, actor=person("advisor", s01), occurrence="1")
    second = freeze("test.card", customer, actor=person("advisor", s01), occurrence="2")
    assert first.pk != second.pk


def test_other_stores_other_posts_and_unknown_forms_get_nothing(
    customer: Customer, s01: Store, s02: Store, client_of: ClientOf
) -> None:
    address = f"/print/test.card/{customer.pk}/"
    assert client_of("advisor", s02).get(address).status_code == 404
    assert client_of("tool_keeper", s01).get(address).status_code == 404
    assert client_of("advisor", s01).get(f"/print/test.nothing/{customer.pk}/").status_code == 404
    assert client_of("advisor", s01).get(f"{address}?occurrence=7").status_code == 404


def test_a_documents_page_offers_what_may_be_printed(
    customer: Customer, s01: Store, person: PersonOf
) -> None:
    advisor = person("advisor", s01)
    assert [(link.label, link.frozen) for link in prints_of(customer, advisor)] == [("客户卡", False)]
    freeze("test.card", customer, actor=advisor)
    assert [(link.frozen, link.copies) for link in prints_of(customer, advisor)] == [(True, 0)]
    assert prints_of(customer, person("tool_keeper", s01)) == []
