"""Whatever is sent to whatever address by whatever post: an answer with a meaning, never a fault of the program."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from fours.kernel.actor import Actor
from fours.kernel.database import product_models
from fours.kernel.models import Attachment, IntakeLoad, Scope, Store
from fours.kernel.pickers import PICKERS
from fours.kernel.printing import PRINTS
from fours.kernel.store_settings import DECLARED
from fours.kernel.verbs import VERBS
from fours.parts.models import IssueSlip
from fours.service.tests.order_house import authorised, house
from tests.walls.test_other_store import addresses
from tests.walls.test_table import POSTS
from tests.walls.world import world

from .garbage import GARBAGE, Attacker, Fields, parameter_names

COUNTS = {"read": 3, "created": 1, "updated": 1, "unchanged": 0, "rejected": 1, "warned": 0}
PARTS = {
    "<slug:kind>": ("labor", "package", "x"), "<slug:key>": ("parts", "jobs", "x"), "<str:code>": ("turnover", "x"),
    "<slug:code>": ("advisor", "x"), "<slug:source>": (*sorted(PICKERS), "x"),
    "<str:key>": (*sorted(DECLARED)[::9], "x"),
    "<slug:name>": sorted(name for name, verb in VERBS.items() if verb.plain), "<str:form>": (*sorted(PRINTS), "x"),
    "<str:kind>": ("service.repairorder", "x", "a.b.c"),
}  # fmt: skip


@pytest.fixture
def story(
    level_ids: None, s01: Store, person: Callable[..., Actor], see: Callable[..., None]
) -> list[models.Model]:
    """A row of every kind, and an order signed with paper and picture."""
    see(s01)
    made = world(s01)
    order = authorised(house(s01, plate="苏E66K88"), person("advisor", s01))
    IssueSlip.objects.update(source_id=order.pk)
    IntakeLoad.objects.update(result={"checked": COUNTS, "loaded": COUNTS})
    return list(made.values())


@pytest.fixture
def keys(story: list[models.Model], s01: Store) -> list[int]:
    """The ids rows of this store have, those of the most kinds of rows first."""
    found: Counter[int] = Counter()
    for model in product_models():
        if model.scope in (Scope.STORE, Scope.CHILD):
            found.update(model._default_manager.filter(store=s01).values_list("pk", flat=True)[:2])
        else:
            found.update(model._default_manager.values_list("pk", flat=True)[:1])
    return [key for key, _ in found.most_common()]


@pytest.fixture
def attacker_of(client_of: Callable[..., Client], s01: Store) -> Callable[..., Attacker]:
    def make(post: str, seed: int, username: str = "") -> Attacker:
        return Attacker(client_of(post, s01, username), seed)

    return make


@pytest.fixture
def everyone(person: Callable[..., Actor], attacker_of: Callable[..., Attacker], s01: Store) -> Attacker:
    """Somebody whom no missing right stops."""
    for post in POSTS:
        person(post, s01, "everything")
    return attacker_of("advisor", 20261122, "everything")


def templates() -> list[str]:
    """Every address of the screens, words filled in, ids still to be."""
    filled: list[str] = []
    for path, _ in addresses(get_resolver().url_patterns):
        chosen = [path]
        for hole, words in PARTS.items():
            chosen = [one.replace(hole, word) for one in chosen for word in (words if hole in one else ("",))]
        filled += chosen
    return ["/" + path.replace("<uuid:token>", "0" * 8 + "-0000" * 3 + "-" + "0" * 12) for path in filled]


def with_key(template: str, key: int) -> str:
    for hole in ("<int:pk>", "<int:line_pk>", "<int:work_pk>"):
        template = template.replace(hole, str(key))
    return template


def reachable(attacker: Attacker, keys: list[int]) -> dict[str, HttpResponse]:
    """Addresses that lead to something, with their answer: for each with an id one that is no 404."""
    found = {}
    for template in templates():
        method = "get"
        for key in keys if "<int:" in template else keys[:1]:
            address = with_key(template, key)
            answer = attacker.ask(method, address)
            if answer.status_code == 405:
                method = "post"
                answer = attacker.ask(method, address)
            if answer.status_code != 404:
                found[address] = answer
                break
    return found


def test_no_rubbish_breaks_a_page_or_a_form(everyone: Attacker, keys: list[int]) -> None:
    names = parameter_names()
    found = reachable(everyone, keys)
    for address, answer in found.items():
        is_page = answer.status_code == 200 and "html" in answer.get("Content-Type", "")
        fields = Fields(answer.text if is_page else "")
        everyone.get_garbage(address, {*names, *fields.asked})
        for share in (0.15, 1.0):
            everyone.post_garbage(address, fields, names, share)
    assert everyone.faults == {}
    assert len(found) > 150


def test_no_post_breaks_anything_by_asking_where_it_may_not(
    attacker_of: Callable[..., Attacker], keys: list[int]
) -> None:
    tried = [with_key(template, key) for template in templates() for key in (keys[0], 2**63)]
    faults = {}
    for place, post in enumerate(POSTS):
        attacker = attacker_of(post, place)
        for address in tried[place % 20 :: 20]:
            attacker.ask("get", address)
            attacker.ask("post", address, {"version": "²", "reason": "a\0b", "text": "x"})
        faults.update(attacker.faults)
    assert faults == {}


def test_nobody_signed_in_gets_no_further_than_the_sign_in_page(db: None, keys: list[int]) -> None:
    attacker, open_to_all = Attacker(Client(), 7), []
    for template in templates():
        address = with_key(template, keys[0])
        for answer in (attacker.ask("get", address), attacker.ask("post", address, {"text": "x"})):
            to_sign_in = answer.headers.get("Location", "").startswith("/accounts/login/")
            if answer.status_code not in (404, 405) and not to_sign_in:
                open_to_all.append(f"{address} {answer.status_code}")
    for name in ("account_login", "account_change_password"):
        for text in GARBAGE[::3]:
            attacker.ask("post", reverse(name), {"login": text, "password": text, "next": text})
    # The page under a cover only learns that it is nobody's any more.
    assert open_to_all == [f"{reverse('lock_active')} 409"]
    assert attacker.faults == {}


def test_rubbish_as_a_token_of_a_file_is_a_page_not_found(
    everyone: Attacker, story: list[models.Model]
) -> None:
    kept = Attachment.objects.latest("pk")
    assert everyone.ask("get", f"/files/{kept.token}/").status_code == 200
    for text in ("x", "0" * 32, "..", "%2e%2e%2fsecret_key"):
        assert everyone.ask("get", f"/files/{text}/").status_code == 404
