"""Somebody with every post of store S02 sees nothing of S01: every address of the product is tried, with both walls
and with row-level security alone."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fours.desk.tokens import issue_token
from fours.kernel.actor import Actor
from fours.kernel.database import product_models
from fours.kernel.models import Attachment, PrintedForm, Scope, Store
from fours.kernel.models.scope import ScopedQuerySet
from fours.kernel.pickers import PICKERS
from fours.kernel.printing import PRINTS
from fours.kernel.verbs import VERBS
from fours.register import REGISTERS
from fours.service.tests.order_house import authorised, house

from .test_table import POSTS
from .world import world

PLATE, VIN = "苏E66K88", "LSVAA49J132047371"
# Addresses that name the kind of their document; they have a test of their own.
BY_KIND = frozenset({"do_verb", "print_form", "history", "comment", "attach"})
# What only S01 has; none of it may be on any page that S02 is shown.
SECRETS = ("欧阳海棠", "ES0188", "66K88", "-S01-", "13800001111", "油底壳渗漏", "L1 批次")
# Rows a group's stores share, or S02's own: the page is there, S01's rows on it are not.
SHARED = frozenset({
    "part", "part_store", "package_line_new", "person", "person_assign", "person_password", "person_dismiss",
    "assignment_end",
})  # fmt: skip


@pytest.fixture(params=["both walls", "row-level security alone"])
def walls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "both walls":
        monkeypatch.setattr(ScopedQuerySet, "visible_to", lambda self, actor: self.all())
    return str(request.param)


@pytest.fixture
def story(
    level_ids: None, s01: Store, s02: Store, person: Callable[..., Actor], see: Callable[..., None]
) -> Store:
    """S01 with a row of every kind, an order signed with picture and paper, and keys to find it by."""
    see(s01)
    world(s01)
    authorised(house(s01, plate=PLATE), person("advisor", s01))
    assert Attachment.objects.exists()
    assert PrintedForm.objects.exists()
    return s01


@pytest.fixture
def stranger(story: Store, s02: Store, person: Callable[..., Actor]) -> Actor:
    """Holds every post in S02, so that no missing right hides a hole in the walls."""
    actors = [person(post, s02, "everything2") for post in POSTS]
    return actors[-1]


@pytest.fixture
def browser(stranger: Actor) -> Client:
    assert stranger.user is not None
    client = Client()
    client.force_login(stranger.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def addresses(patterns: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the screens, with its pattern."""
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not path.startswith("api/"):
                yield from addresses(pattern.url_patterns, path)
        elif not path.startswith(("static", "healthz", "metrics", "accounts/")):
            yield path, pattern


Keys = dict[type[models.Model], int]


def keys_of(store: Store, see: Callable[..., None], order: str = "pk") -> Keys:
    """The id of a row of the store, the first one, by model."""
    see(store)
    rows = ((model, model._default_manager.filter(store=store).order_by(order).first()) for model in scoped())
    return {model: row.pk for model, row in rows if row is not None}


def scoped() -> list[type[models.Model]]:
    return [model for model in product_models() if model.scope in (Scope.STORE, Scope.CHILD)]


def snapshot(store: Store, see: Callable[..., None]) -> dict[str, list[Any]]:
    """All rows of a store."""
    see(store)
    return {
        model.__name__: list(model._default_manager.filter(store=store).order_by("pk").values_list())
        for model in scoped()
    }


def leaks(answer: HttpResponse) -> list[str]:
    if answer.streaming:
        return []
    text = answer.content.decode("utf-8", "replace")
    return [secret for secret in SECRETS if secret in text]


def test_every_list_is_without_the_other_stores_rows(walls: str, browser: Client) -> None:
    wrong, seen = [], 0
    for path, pattern in addresses(get_resolver().url_patterns):
        if "<" in path:
            continue
        answer = browser.get(f"/{path}")
        seen += answer.status_code == 200
        if leaks(answer) or answer.status_code >= 500:
            wrong.append(f"{pattern.name}: {answer.status_code} {leaks(answer)}")
    assert not wrong, "\n".join(wrong)
    assert seen > 25


def is_hidden(name: str, answer: HttpResponse) -> bool:
    return (answer.status_code in (404, 405) or name in SHARED) and not leaks(answer)


def registers_shared() -> set[str]:
    """Addresses of registers whose rows the group or the whole installation has in common."""
    shared = [name for name, register in REGISTERS.items() if register.model not in scoped()]
    return {f"{name}_{page}" for name in shared for page in ("row", "edit", "rest")}


def test_every_page_of_a_document_is_404(
    walls: str, browser: Client, story: Store, see: Callable[..., None]
) -> None:
    keys, before, wrong, tried = keys_of(story, see), snapshot(story, see), [], 0
    ids = sorted({*keys.values(), *keys_of(story, see, "-pk").values()})
    known = {f"{name}_{page}": [keys[register.model]] for name, register in REGISTERS.items()
             if register.model in keys for page in ("row", "edit", "rest")}  # fmt: skip
    for path, pattern in addresses(get_resolver().url_patterns):
        name = str(pattern.name)
        if "<int:pk>" not in path or name in BY_KIND or name in registers_shared():
            continue
        fixed = path.replace("<slug:kind>", "labor").replace("<slug:key>", "parts").replace("<str:code>", "x")
        for pk in known.get(name, ids):
            address = "/" + re.sub(r"<int:\w+>", str(pk), fixed)
            for answer in (browser.get(address), browser.post(address)):
                tried += 1
                if not is_hidden(name, answer):
                    wrong.append(f"{name} {pk}: {answer.status_code} {leaks(answer)}")
    assert not wrong, "\n".join(wrong)
    assert tried > 300
    assert snapshot(story, see) == before


def test_no_verb_button_history_comment_paper_or_file_works(
    walls: str, browser: Client, story: Store, see: Callable[..., None]
) -> None:
    keys, before, wrong = keys_of(story, see), snapshot(story, see), []
    gets = [
        reverse("attachment", args=[token]) for token in Attachment.objects.values_list("token", flat=True)
    ]
    assert gets
    kinds = [(model._meta.label_lower, pk) for model, pk in keys.items()]
    gets += [reverse("history", args=[kind, pk]) for kind, pk in kinds]
    prints = [(form.form, keys[form.model]) for form in PRINTS.values() if form.model in keys]
    assert len(prints) > 5
    gets += [reverse("print_form", kwargs={"form": form, "pk": pk}) for form, pk in prints]
    plain = [(verb.name, keys[verb.model]) for verb in VERBS.values() if verb.plain and verb.model in keys]
    assert len(plain) > 10
    posts = [reverse("do_verb", args=[name, pk]) for name, pk in plain]
    posts += [reverse(name, args=[kind, pk]) for name in ("comment", "attach") for kind, pk in kinds]
    answers = [(address, browser.get(address)) for address in gets]
    answers += [(address, browser.post(address, {"text": "你好", "reason": "因"})) for address in posts]
    for address, answer in answers:
        if not is_hidden("", answer):
            wrong.append(f"{address}: {answer.status_code} {leaks(answer)}")
    assert not wrong, "\n".join(wrong)
    assert snapshot(story, see) == before


def test_search_pickers_and_filters_find_nothing(walls: str, browser: Client, story: Store) -> None:
    for text in ("66K88", "欧阳海棠", "oyht", "13800001111", "1111", "RO-S01", "张三", "0001"):
        for address in ("/search/", "/orders/", "/customers/", "/vehicles/", "/statements/", "/parts/"):
            answer = browser.get(address, {"q": text, "state": "all"})
            found = [s for s in leaks(answer) if s != text]
            assert found == [], (address, text)
        for source in PICKERS:
            answer = browser.get(f"/pick/{source}/", {"q": text})
            assert leaks(answer) == [], (source, text)
            assert "张三" not in answer.text
    hits = browser.get("/search/", {"q": "66K88"}, headers={"HX-Request": "true"}).text
    assert "/vehicles/" not in hits.replace("/vehicles/new", "")


def test_the_interface_shows_nothing_and_changes_nothing(
    walls: str, stranger: Actor, story: Store, see: Callable[..., None]
) -> None:
    keys, before = keys_of(story, see), snapshot(story, see)
    assert stranger.user is not None
    client, headers = Client(), {"Authorization": f"Bearer {issue_token(stranger.user.username)}"}
    wrong, tried = [], 0
    for path, verbs in client.get("/api/v1/openapi.json").json()["paths"].items():
        if "{pk}" not in path:
            answer = client.get(path, headers=headers)
            shared = path.endswith(("/parts", "/labor-operations", "/packages"))
            if path.endswith("/search"):
                answer = client.get(path, {"q": "66K88"}, headers=headers)
            if leaks(answer) or not (shared or answer.json()["items"] == []):
                wrong.append(f"{path}: {answer.content[:200]!r}")
            continue
        for method in verbs:
            for pk in sorted(set(keys.values())):
                tried += 1
                body = {} if method == "get" else {"data": json.dumps({}), "content_type": "application/json"}
                answer = getattr(client, method)(path.replace("{pk}", str(pk)), headers=headers, **body)
                # A body that lacks something is refused before anything is looked up.
                allowed = {404} if method == "get" else {404, 422}
                if ("/parts/" not in path and answer.status_code not in allowed) or leaks(answer):
                    wrong.append(f"{method} {path} {pk}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert tried > 100
    assert snapshot(story, see) == before
