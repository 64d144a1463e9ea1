"""Personal data is masked wherever it is written out (PF-13): every page, every paper, every workbook and every answer of
the interface is looked through, read by somebody who may do everything but see it."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from ninja import Schema
from pydantic import BeforeValidator
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from fours.base.personal import marked_fields
from fours.customers.models import Contact, Customer
from fours.customers.search import write_customer_keys
from fours.desk.api_tools import Asked, Page
from fours.desk.search import TRIES_BY_NUMBER
from fours.desk.tokens import issue_token
from fours.kernel.actor import Actor
from fours.kernel.database import product_models
from fours.kernel.models import IntakeLoad, PrintedForm, SecurityEntry, Store
from fours.kernel.personal import REVEAL, VIEW
from fours.kernel.pickers import PICKERS
from fours.kernel.printing import PRINTS
from fours.org import rights
from fours.org.post_permissions import PERMISSIONS_OF_POST, with_carried
from fours.parts.models import IssueSlip
from fours.service.tests.order_house import authorised, house

from .test_other_store import BY_KIND, addresses, keys_of
from .test_table import POSTS
from .world import world

PHONE, IDENTITY, ADDRESS = "13800001111", "320502199003071230", "苏州市吴中区枫桥路七号三单元"
EMAIL = "haitang.ouyang@example.com"
BORN = date(1990, 3, 7)
# Forms a value is written down in: only with a right that carries the right to see it.
FORMS = frozenset({
    "customer_edit", "customers_new", "order_edit", "check_in", "check_in_new", "order_new", "appointment_new",
    "vehicle_edit", "customers_edit",
})  # fmt: skip


@pytest.fixture
def story(level_ids: None, s01: Store, person: Callable[..., Actor], see: Callable[..., None]) -> Store:
    """A store in which every marked field of every model says something."""
    see(s01)
    world(s01)
    order = authorised(house(s01, plate="苏E66K88"), person("advisor", s01))
    IssueSlip.objects.update(source_id=order.pk)
    Customer.objects.update(id_number=IDENTITY, address=ADDRESS, email=EMAIL, birthday=BORN)
    Contact.objects.create(
        customer=Customer.objects.earliest("pk"), name="李四", relation="driver", phone=PHONE
    )
    for model in product_models():
        for field in marked_fields(model):
            if field.personal == "phone" and field.name != "number":
                model._default_manager.update(**{field.name: PHONE})
    write_customer_keys(Customer.objects.get(name="张三"))
    counts = {"read": 3, "created": 1, "updated": 1, "unchanged": 0, "rejected": 1, "warned": 0}
    IntakeLoad.objects.update(result={"checked": counts, "loaded": counts})
    assert PrintedForm.objects.exists()
    return s01


@pytest.fixture
def blind(story: Store, person: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Holds every post, without the one right."""
    monkeypatch.setattr(rights, "with_carried", lambda granted: with_carried(granted) - {VIEW, REVEAL})
    actors = [person(post, story, "blind") for post in POSTS]
    return actors[-1]


@pytest.fixture
def browser(blind: Actor) -> Client:
    assert blind.user is not None
    client = Client()
    client.force_login(blind.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def secrets() -> set[str]:
    """Every whole value of every marked field in the database."""
    found = set()
    for model in product_models():
        for field in marked_fields(model):
            values = model._default_manager.values_list(field.name, flat=True)
            found |= {f"{value}" for value in values if value}
    return found


def text_of(answer: HttpResponse) -> str:
    """All that can be read in an answer, whatever its kind."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if body.startswith(b"%PDF"):
        # Type is set with spaces of its own.
        return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages))
    if body.startswith(b"PK"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        return "\n".join(
            str(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()
        )
    return body.decode("utf-8", "replace")


def leaks(answer: HttpResponse, known: set[str]) -> list[str]:
    text = text_of(answer)
    return sorted(secret for secret in known if secret in text)


def test_every_kind_of_marked_value_is_in_the_world(story: Store) -> None:
    assert {PHONE, IDENTITY, ADDRESS, EMAIL, BORN.isoformat()} <= secrets()
    for model in product_models():
        for field in marked_fields(model):
            assert model._default_manager.exclude(**{f"{field.name}__isnull": True}).exists(), field


def test_no_page_shows_it(browser: Client, story: Store, see: Callable[..., None]) -> None:
    keys, known, wrong, seen = keys_of(story, see), secrets(), [], set()
    fill = {"<slug:kind>": "labor", "<slug:key>": "parts", "<str:code>": "x"}
    for path, pattern in addresses(get_resolver().url_patterns):
        if pattern.name in FORMS or pattern.name in BY_KIND:
            continue
        for hole, word in fill.items():
            path = path.replace(hole, word)
        for pk in sorted(set(keys.values())) if "<int:pk>" in path else [0]:
            answer = browser.get(
                "/" + re.sub(r"<int:\w+>", str(pk), path), {"tab": "history", "state": "all"}
            )
            if answer.status_code == 200:
                seen.add(pattern.name)
                if found := leaks(answer, known):
                    wrong.append(f"{pattern.name} {pk}: {found}")
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 90
    assert {"customer", "vehicle", "order", "check_in", "appointment", "call", "customers_export"} - seen <= {
        "check_in"
    }


def test_no_paper_history_picker_or_search_shows_it(
    browser: Client, story: Store, see: Callable[..., None]
) -> None:
    keys, known, gets = keys_of(story, see), secrets(), []
    for form in PRINTS.values():
        if form.model in keys:
            gets += [reverse("print_form", args=[form.form, pk]) for pk in ids_of(form.model)]
    gets += [reverse("history", args=[model._meta.label_lower, pk]) for model, pk in keys.items()]
    for text in (PHONE, "1111", "张三", "66K88", IDENTITY):
        gets += [f"/pick/{source}/?q={text}" for source in PICKERS] + [f"/search/?q={text}"]
    answers = [(address, browser.get(address)) for address in gets]
    # What somebody typed himself stands in his own search box.
    wrong = [
        (address, found)
        for address, answer in answers
        if (found := [secret for secret in leaks(answer, known) if secret not in address])
    ]
    assert wrong == []
    assert sum(answer.status_code == 200 for _, answer in answers) > 60


def ids_of(model: type[models.Model]) -> list[int]:
    return list(model._default_manager.values_list("pk", flat=True))


def test_the_frozen_paper_is_set_anew_without_it(browser: Client, story: Store) -> None:
    kept = PrintedForm.objects.latest("pk")
    assert PHONE in str(kept.view)
    answer = browser.get(reverse("print_form", args=[kept.form, kept.aggregate_id]))
    assert "138****1111" in text_of(answer)
    assert "个人信息已隐去" in text_of(answer)
    kept.refresh_from_db()
    assert kept.copies == 0


def test_no_answer_of_the_interface_has_it(blind: Actor, story: Store, see: Callable[..., None]) -> None:
    assert blind.user is not None
    keys, known, wrong, seen = keys_of(story, see), secrets(), [], set()
    client, headers = Client(), {"Authorization": f"Bearer {issue_token(blind.user.username)}"}
    for path, verbs in client.get("/api/v1/openapi.json").json()["paths"].items():
        for pk in sorted(set(keys.values())) if "get" in verbs else []:
            answer = client.get(path.replace("{pk}", str(pk)), headers=headers)
            if answer.status_code == 200:
                seen.add(path)
                if found := leaks(answer, known):
                    wrong.append(f"{path}: {found}")
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 20
    hidden = client.get("/api/v1/customers", headers=headers).json()["items"][0]
    assert hidden["birthday"] is None
    assert hidden["id_number"] == "3205**********1230"
    assert hidden["email"] == "h****@example.com"


def test_a_number_is_found_whole_but_not_by_its_beginning(browser: Client, story: Store) -> None:
    customer = Customer.objects.get(name="张三")
    found = {text: f"/customers/{customer.pk}/" in browser.get("/search/", {"q": text}).text
             for text in (PHONE, "1111", PHONE[:7], PHONE[:10])}  # fmt: skip
    assert found == {PHONE: True, "1111": True, PHONE[:7]: False, PHONE[:10]: False}


def test_guessing_numbers_ends_within_the_hour(browser: Client, story: Store) -> None:
    codes = [browser.get("/search/", {"q": f"1390000{n:04}"}).status_code for n in range(TRIES_BY_NUMBER + 1)]
    assert codes == [200] * TRIES_BY_NUMBER + [429]


def test_who_may_see_it_reads_it_and_identity_numbers_after_a_click(
    client_of: Callable[..., Client], story: Store
) -> None:
    advisor = client_of("advisor", story)
    customer = Customer.objects.get(name="张三")
    page = advisor.get(f"/customers/{customer.pk}/").text
    assert f"tel:{PHONE}" in page
    assert IDENTITY not in page
    assert "3205**********1230" in page
    answer = advisor.post(reverse("reveal", args=["customers.customer", customer.pk, "id_number"]),
                          headers={"HX-Request": "true"})  # fmt: skip
    assert answer.text == f"<span>{IDENTITY}</span>"
    entry = SecurityEntry.objects.get(kind="revealed")
    assert entry.detail == f"客户 {customer.pk} 身份证号"
    admin = client_of("it_admin", story)
    assert entry.detail in admin.get("/security-log/").text


def test_a_click_needs_the_right_and_a_marked_field(client_of: Callable[..., Client], story: Store) -> None:
    customer = Customer.objects.get(name="张三")

    def ask(post: str, field: str) -> Any:
        return client_of(post, story).post(reverse("reveal", args=["customers.customer", customer.pk, field]))

    assert ask("it_admin", "address").status_code == 403
    assert ask("foreman", "name").status_code == 404
    assert ask("foreman", "nothing").status_code == 404
    answer = ask("foreman", "address")
    assert answer.status_code == 302
    assert "枫桥路" not in client_of("foreman", story).get(f"/customers/{customer.pk}/").text
    assert SecurityEntry.objects.filter(kind="revealed").count() == 1


def test_whoever_may_write_it_down_may_see_it() -> None:
    writers = {
        post for post, granted in PERMISSIONS_OF_POST.items()
        if granted & {"customers.change", "service.book", "service.check_in", "service.order", "survey.call"}
    }  # fmt: skip
    assert all(VIEW in with_carried(PERMISSIONS_OF_POST[post]) for post in writers)
    hands = (
        "technician",
        "team_leader",
        "inspector",
        "washer",
        "foreman",
        "parts_keeper",
        "it_admin",
        "tool_keeper",
    )
    assert not any(VIEW in with_carried(PERMISSIONS_OF_POST[post]) for post in hands)


def test_no_schema_of_the_interface_lets_a_marked_field_through() -> None:
    """`number` and `address` are also other things' words; the walk over all answers above finds those."""
    marked = {field.name for model in product_models() for field in marked_fields(model)} - {"number"}
    open_ = [
        f"{schema.__name__}.{name}"
        for schema in answers_of(Schema)
        for name, field in schema.model_fields.items()
        if name in marked and not any(isinstance(each, BeforeValidator) for each in field.metadata)
    ]
    assert "phone" in marked
    assert open_ == []


def answers_of(schema: type[Schema]) -> Iterator[type[Schema]]:
    """Every schema something is answered with."""
    for each in schema.__subclasses__():
        if not issubclass(each, Asked | Page):
            yield each
            yield from answers_of(each)
