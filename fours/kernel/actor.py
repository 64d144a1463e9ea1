"""Who is acting, and where. Passed by keyword to every verb; there is no current user hidden in a thread."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from fours.base.errors import NotAllowed, NotThere

from .models import Event, Store, User


@dataclass(frozen=True)
class Grants:
    """What a person may do: permissions and post codes by store id, and the stores themselves, by code."""

    permissions: Mapping[int, frozenset[str]]
    posts: Mapping[int, frozenset[str]]
    stores: Sequence[Store] = ()


@dataclass(frozen=True)
class Trail:
    """What is done in one go: its events hold `mark` in their data, begin with `said`, and are listed here."""

    mark: Mapping[str, object]
    said: str = ""
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Actor:
    """A person in the stores this request or job is about. `store` is the one store that is written to, if there is one."""

    user: User | None
    name: str
    grants: Grants
    store: Store | None = None
    is_system: bool = False
    _stores: tuple[int, ...] = field(default=())
    trail: Trail | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, user: User, store: Store | None = None, grants: Grants | None = None) -> Self:
        """The person with the rights of their posts: in one store (the screen's switch) or in all of theirs (API).

        `grants`, when they were read already.
        """
        grants = grants_of(user) if grants is None else grants
        stores = (
            tuple(grants.permissions)
            if store is None
            else (store.pk,)
            if store.pk in grants.permissions
            else ()
        )
        return cls(user, user.name, grants, store if stores else None, _stores=stores)

    @classmethod
    def system(cls, store: Store) -> Self:
        """The product itself at work in one store: schedules, subscribers, imports by command."""
        nothing = Grants({}, {})
        return cls(None, "系统", nothing, store, is_system=True, _stores=(store.pk,))

    def on_trail(self, mark: Mapping[str, object] | None = None, said: str = "") -> Self:
        """The same actor, what they do from here on listed by itself; marked as before where no mark is given."""
        if mark is None:
            mark = self.trail.mark if self.trail else {}
        return replace(self, trail=Trail(mark, said))

    @property
    def events(self) -> Sequence[Event]:
        """What was done on the trail so far."""
        return self.trail.events if self.trail else ()

    @property
    def store_ids(self) -> tuple[int, ...]:
        return self._stores

    @property
    def must_store(self) -> Store:
        """The one store written to; refused when there is none."""
        if self.store is None:
            raise NotAllowed("请先选择门店。")
        return self.store

    def can(self, permission: str | None, store_id: int | None = None) -> bool:
        store_id = store_id if store_id is not None else self.store.pk if self.store else None
        if store_id is None or store_id not in self._stores:
            return False
        return permission is None or self.is_system or permission in self.grants.permissions.get(store_id, ())

    def require(self, permission: str | None, store_id: int) -> None:
        """Raise NotThere for another store, NotAllowed for a missing right in an own store."""
        if store_id not in self._stores:
            raise NotThere()
        if not self.can(permission, store_id):
            raise NotAllowed("您的岗位没有此项权限。如需办理，请联系主管。")

    def stores_with(self, permission: str | None) -> tuple[int, ...]:
        return tuple(store for store in self._stores if self.can(permission, store))

    def holds(self, post: str, store_id: int | None = None) -> bool:
        store_id = store_id if store_id is not None else self.store.pk if self.store else None
        return store_id is not None and post in self.grants.posts.get(store_id, ())

    @property
    def posts(self) -> frozenset[str]:
        return self.grants.posts.get(self.store.pk, frozenset()) if self.store else frozenset()


def grants_of(user: User) -> Grants:
    """Rights come from the organisation above the kernel, through the one function the settings name."""
    source: Callable[[User], Grants] = import_string(settings.FOURS_GRANTS_SOURCE)
    return source(user)


def open_scope(store_ids: Iterable[int]) -> None:
    """Let this transaction see these stores and their groups (wall two). Without it row-level security shows nothing."""
    stores = sorted(set(store_ids))
    if not connection.in_atomic_block:
        raise RuntimeError("open_scope needs a transaction: the setting ends with it")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select set_config('fours.stores', %s, true), set_config('fours.groups', coalesce((
                select string_agg(distinct group_id::text, ',') from kernel_store where id = any(%s)
            ), ''), true)
            """,
            [",".join(map(str, stores)), stores],
        )
