"""Accounts for a list of people at once, when a store is set up (PF-15)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from fours.base.errors import Refused
from fours.base.text import clean, pinyin
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.models import Store, User
from fours.org.models import Assignment
from fours.org.people import present_assignments

from .people import add_employee, assign_post

# Without letters and digits that look alike when read aloud or from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class NewPerson:
    """A line of the list: who holds a post; `username` empty: from the name's reading."""

    row: int
    post: str
    name: str
    username: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Account:
    """What is handed to the person; the password is shown this once. Empty where the account was there already."""

    user: User
    post: str
    password: str


def proposed_password() -> str:
    """Twelve letters and digits in three groups, easily read from paper."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


@transaction.atomic
def add_people(store: Store, people: Iterable[NewPerson], *, actor: Actor) -> list[Account]:
    """Make all accounts, or none when one line is refused (beside that line's field). The same name and user name on
    several lines is one person with several posts."""
    accounts: dict[str, Account] = {}
    made = []
    for person in people:
        username = (person.username or _free_username(store, person, accounts)).strip().lower()
        try:
            made.append(_add(store, person, username, accounts, actor))
        except Refused as refusal:
            fields = {f"{person.row}-{name}": text for name, text in refusal.fields.items()}
            raise Refused(f"{person.name}：{refusal.message}", fields=fields) from refusal
    if not made:
        raise Refused("请至少填写一个人的姓名。")
    return made


def _add(
    store: Store, person: NewPerson, username: str, accounts: dict[str, Account], actor: Actor
) -> Account:
    held = present_assignments(store).filter(post=person.post, user__name=clean(person.name))
    if held.exists():
        # Also what keeps a list that was sent twice from making everybody twice.
        raise Refused("已任此岗位。", field="name")
    known = accounts.get(username)
    if known is not None and known.user.name == clean(person.name):
        assign_post(store, person=known.user, post=person.post, starts_on=today(), actor=actor)
        return Account(known.user, person.post, "")
    password = proposed_password()
    user = add_employee(
        store,
        username=username,
        name=person.name,
        password=password,
        post=person.post,
        starts_on=today(),
        phone=person.phone,
        actor=actor,
    )
    accounts[username] = Account(user, person.post, password)
    return accounts[username]


def _free_username(store: Store, person: NewPerson, accounts: dict[str, Account]) -> str:
    """The reading of the name; with a number behind it when somebody else has it already."""
    name = clean(person.name)
    stem = "".join(char for char in pinyin(name, person=True) if char.isascii() and char.isalnum())[:36]
    stem = stem if len(stem) > 1 else f"user{stem}"
    same = next((known for known, made in accounts.items() if made.user.name == name), None)
    if (
        same is not None
        and not Assignment.objects.filter(user=accounts[same].user, post=person.post).exists()
    ):
        return same
    number = 1
    while User.objects.filter(username=stem if number == 1 else f"{stem}{number}").exists():
        number += 1
    return stem if number == 1 else f"{stem}{number}"
