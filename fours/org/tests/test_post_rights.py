"""A store changes what a post may do; it counts at once, and nobody gives more than they have (PF-02)."""

from collections.abc import Callable

import pytest
from django.test import Client

from fours.base.errors import NotAllowed, Refused
from fours.desk.tokens import issue_token
from fours.kernel.actor import Actor, grants_of
from fours.kernel.models import Event, Store
from fours.org.models import PostRight
from fours.org.post_permissions import PERMISSIONS_OF_POST
from fours.org.rights import rights_of_post
from fours.org.verbs.people import dismiss_employee
from fours.org.verbs.rights import change_post_rights

PersonOf = Callable[..., Actor]
WASHER = PERMISSIONS_OF_POST["washer"]


@pytest.fixture
def gm(person: PersonOf, s01: Store) -> Actor:
    return person("gm", s01)


def test_a_right_given_counts_at_the_next_click_and_in_this_store_only(
    s01: Store, s02: Store, gm: Actor, person: PersonOf, client_of: Callable[..., Client]
) -> None:
    here, there = client_of("washer", s01), client_of("washer", s02)
    assert (here.get("/customers/").status_code, there.get("/customers/").status_code) == (403, 403)
    change_post_rights(s01, post="washer", permissions=WASHER | {"customers.view"}, actor=gm)
    assert (here.get("/customers/").status_code, there.get("/customers/").status_code) == (200, 403)
    change_post_rights(s01, post="washer", permissions=WASHER, actor=gm)
    assert here.get("/customers/").status_code == 403
    assert PostRight.objects.count() == 0


def test_a_right_taken_is_gone_and_said_in_the_history(s01: Store, gm: Actor, person: PersonOf) -> None:
    washer = person("washer", s01)
    assert washer.user is not None
    change_post_rights(s01, post="washer", permissions=WASHER - {"service.wash"}, actor=gm)
    assert "service.wash" not in grants_of(washer.user).permissions[s01.pk]
    event = Event.objects.get(kind="org.post_rights_changed")
    assert (event.sentence, event.data["taken"]) == ("洗车工：取消 洗车", ["service.wash"])


def test_what_a_right_carries_comes_and_goes_with_it(s01: Store, gm: Actor, person: PersonOf) -> None:
    washer = person("washer", s01)
    assert washer.user is not None
    change_post_rights(s01, post="washer", permissions=WASHER | {"service.book"}, actor=gm)
    assert "kernel.view_personal" in grants_of(washer.user).permissions[s01.pk]
    change_post_rights(s01, post="washer", permissions=WASHER, actor=gm)
    assert "kernel.view_personal" not in grants_of(washer.user).permissions[s01.pk]


def test_nobody_grants_what_they_lack_but_the_general_manager(
    s01: Store, gm: Actor, person: PersonOf
) -> None:
    admin = person("it_admin", s01)
    own = PERMISSIONS_OF_POST["it_admin"]
    for post, wanted in (("it_admin", own | {"service.cash"}), ("washer", WASHER | {"service.cash"})):
        with pytest.raises(NotAllowed, match="您自己没有的权限：收款"):
            change_post_rights(s01, post=post, permissions=wanted, actor=admin)
    assert PostRight.objects.count() == 0
    assert "customers.view" in change_post_rights(
        s01, post="washer", permissions=WASHER | {"customers.view"}, actor=admin
    )
    change_post_rights(s01, post="cashier", permissions=set(), actor=gm)
    # What is shipped may be given back by whoever may change rights.
    shipped = PERMISSIONS_OF_POST["cashier"]
    assert change_post_rights(s01, post="cashier", permissions=shipped, actor=admin) == shipped
    assert change_post_rights(s01, post="washer", permissions={"service.cash"}, actor=gm) == {"service.cash"}


def test_the_administrator_cannot_be_locked_out(s01: Store, gm: Actor) -> None:
    for right in ("org.manage_users", "org.change_rights"):
        wanted = PERMISSIONS_OF_POST["it_admin"] - {right}
        with pytest.raises(Refused, match="否则无人能再改回"):
            change_post_rights(s01, post="it_admin", permissions=wanted, actor=gm)
    assert rights_of_post(s01, "it_admin") == PERMISSIONS_OF_POST["it_admin"]


def test_unknown_posts_and_rights_are_refused(s01: Store, gm: Actor) -> None:
    with pytest.raises(Refused, match="没有这个岗位"):
        change_post_rights(s01, post="nobody", permissions=(), actor=gm)
    with pytest.raises(Refused, match="不认识的权限"):
        change_post_rights(s01, post="washer", permissions={"all.of_it"}, actor=gm)


def test_on_screen_the_ticks_are_the_rights(s01: Store, client_of: Callable[..., Client]) -> None:
    client = client_of("gm", s01)
    page = client.get("/org/posts/washer/rights/").text
    assert page.count("checked") == len(WASHER)
    assert client.post("/org/posts/washer/rights/", {"area_0": ["customers.view"]}).status_code == 302
    assert rights_of_post(s01, "washer") == {"customers.view"}
    assert "取消" in client.get("/org/posts/washer/rights/").text
    assert client_of("advisor", s01).get("/org/posts/washer/rights/").status_code == 403
    assert client.post("/org/posts/washer/rights/", {"area_0": ["nonsense"]}).status_code == 422


def test_who_leaves_is_out_the_same_minute(
    s01: Store, person: PersonOf, client_of: Callable[..., Client]
) -> None:
    leaver = person("advisor", s01)
    assert leaver.user is not None
    browser, bearer = client_of("advisor", s01), f"Bearer {issue_token(leaver.user.username)}"
    headers = {"Authorization": bearer}
    assert browser.get("/customers/").status_code == 200
    assert browser.get("/api/v1/customers", headers=headers).status_code == 200
    dismiss_employee(s01, person=leaver.user, actor=person("it_admin", s01))
    assert browser.get("/customers/")["Location"].startswith("/accounts/login/")
    assert browser.post("/customers/new/", {"name": "x"})["Location"].startswith("/accounts/login/")
    assert Client().get("/api/v1/customers", headers=headers).status_code == 401
    leaver.user.refresh_from_db()
    assert grants_of(leaver.user).permissions == {}
