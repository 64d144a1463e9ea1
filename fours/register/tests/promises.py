"""What every register promises; its test class inherits them and names a few values (test_registers.py of each app)."""

import io
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import openpyxl
from django.test import Client

from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Event, Group, Scope, SecurityEntry, Store
from fours.register import REGISTERS, Register

ClientOf = Callable[..., Client]
PersonOf = Callable[..., Actor]


class RegisterPromises:
    """Set `register`, `post` (may view and change), `values` (a new row as typed) and `change` (an edit over it).

    `stranger` is a post without the right to view, `exporter` one that may view and export.
    """

    register: ClassVar[str]
    post: ClassVar[str] = "service_manager"
    stranger: ClassVar[str] = "tool_keeper"
    exporter: ClassVar[str] = "service_manager"
    values: ClassVar[Mapping[str, str]]
    change: ClassVar[Mapping[str, str]]

    @property
    def screens(self) -> Register:
        return REGISTERS[self.register]

    @property
    def address(self) -> str:
        return f"/r/{self.register}/"

    def prepare(self, store: Store) -> None:
        """Rows the values refer to, or take the place of; nothing unless overridden."""

    def typed(self, store: Store) -> dict[str, str]:
        """`values`, with ids of rows that `prepare` made."""
        return dict(self.values)

    def rows(self) -> Any:
        return self.screens.model._default_manager.all()

    def made(self, store: Store, client: Client) -> Any:
        """A row made as a person makes it, through the form."""
        self.prepare(store)
        before = set(self.rows().values_list("pk", flat=True))
        answer = client.post(f"{self.address}new/", self.typed(store))
        assert answer.status_code == 302, answer.text
        return self.rows().exclude(pk__in=before).get()

    def edit(self, client: Client, row: Any, seen: str, **typed: str) -> Any:
        return client.post(
            f"{self.address}{row.pk}/edit/", {**self.typed(row_store(row)), **typed, "seen": seen}
        )

    def seen(self, client: Client, row: Any) -> str:
        return str(
            client.get(f"{self.address}{row.pk}/edit/").text.split('name="seen" value="')[1].split('"')[0]
        )

    def test_a_new_row_is_listed_shown_and_told(self, s01: Store, client_of: ClientOf) -> None:
        client = client_of(self.post, s01)
        row = self.made(s01, client)
        assert self.screens.text(row, self.screens.columns[0]) in client.get(self.address).text
        assert client.get(f"{self.address}{row.pk}/").status_code == 200
        assert Event.objects.get(aggregate_id=row.pk, kind__endswith="_created").store == s01

    def test_an_incomplete_form_is_refused_and_nothing_typed_is_lost(
        self, s01: Store, client_of: ClientOf
    ) -> None:
        client = client_of(self.post, s01)
        self.prepare(s01)
        before = self.rows().count()
        typed = self.typed(s01)
        required = next(name for name in self.screens.form_class.base_fields if typed.get(name))
        answer = client.post(f"{self.address}new/", {**typed, required: ""})
        assert answer.status_code == 422
        assert self.rows().count() == before
        assert all(value in answer.text for name, value in typed.items() if name != required)

    def test_the_list_answers_its_filters_search_and_sorting(self, s01: Store, client_of: ClientOf) -> None:
        client = client_of(self.post, s01)
        self.made(s01, client)
        for name in (*self.screens.filters, "q", "sort", "page"):
            assert client.get(self.address, {name: "没有这个"}).status_code == 200
        assert client.get(self.address, {"sort": f"-{self.screens.columns[0]}"}).status_code == 200

    def test_the_list_takes_few_queries(
        self, s01: Store, client_of: ClientOf, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        client = client_of(self.post, s01)
        self.made(s01, client)
        with django_assert_max_num_queries(15):
            client.get(self.address)

    def test_an_edit_keeps_what_was_before_in_history(self, s01: Store, client_of: ClientOf) -> None:
        client = client_of(self.post, s01)
        row = self.made(s01, client)
        assert self.edit(client, row, self.seen(client, row), **self.change).status_code == 302
        event = Event.objects.get(aggregate_id=row.pk, kind__endswith="_changed")
        assert set(event.data["changes"]) >= set(self.change)

    def test_a_stale_form_is_refused_with_both_versions(self, s01: Store, client_of: ClientOf) -> None:
        client = client_of(self.post, s01)
        row = self.made(s01, client)
        seen = self.seen(client, row)
        self.edit(client, row, seen, **self.change)
        answer = self.edit(client, row, seen)
        assert answer.status_code == 409
        assert "现在的内容" in answer.text
        renewed = answer.text.split('name="seen" value="')[1].split('"')[0]
        assert self.edit(client, row, renewed).status_code == 302

    def test_a_row_that_is_not_shared_is_not_there_for_others(
        self, s01: Store, client_of: ClientOf, person: PersonOf
    ) -> None:
        row = self.made(s01, client_of(self.post, s01))
        scope = self.screens.model.scope  # type: ignore[attr-defined]
        if scope == Scope.INSTALLATION:
            return
        away = other_store(s01, shares_group=scope == Scope.STORE)
        stranger = client_of(self.post, away)
        for address in (f"{self.address}{row.pk}/", f"{self.address}{row.pk}/edit/"):
            assert stranger.get(address).status_code == 404
        assert stranger.post(f"{self.address}{row.pk}/edit/", {}).status_code == 404

    def test_without_the_right_nothing_is_shown_or_changed(self, s01: Store, client_of: ClientOf) -> None:
        row = self.made(s01, client_of(self.post, s01))
        stranger, before = client_of(self.stranger, s01), self.rows().count()
        for address in ("", "new/", f"{row.pk}/", f"{row.pk}/edit/", "export/"):
            assert stranger.get(f"{self.address}{address}").status_code == 403
        assert stranger.post(f"{self.address}new/", self.typed(s01)).status_code == 403
        assert self.rows().count() == before

    def test_a_row_rests_and_is_taken_up_again(self, s01: Store, client_of: ClientOf) -> None:
        client = client_of(self.post, s01)
        row = self.made(s01, client)
        answer = client.post(f"{self.address}{row.pk}/rest/", {"active": "0"})
        if not self.screens.can_rest:
            assert answer.status_code == 422
            return
        row.refresh_from_db()
        assert (answer.status_code, row.active) == (302, False)
        client.post(f"{self.address}{row.pk}/rest/", {"active": "1"})
        row.refresh_from_db()
        assert row.active

    def test_the_export_opens_again_and_is_noted(self, s01: Store, client_of: ClientOf) -> None:
        self.made(s01, client_of(self.post, s01))
        answer = client_of(self.exporter, s01).get(f"{self.address}export/")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        lines = list(sheet.values)
        assert lines[0][0] == self.screens.heading(self.screens.columns[0])
        assert len(lines) == self.rows().count() + 1
        assert SecurityEntry.objects.filter(kind="exported").count() == 1


def row_store(row: Any) -> Store:
    store = getattr(row, "store", None)
    return store if isinstance(store, Store) else Store.objects.get(code="S01")


def other_store(store: Store, *, shares_group: bool) -> Store:
    """A store that must not see the row: of the same group for a store's rows, of another for a group's."""
    group = store.group if shares_group else Group.objects.create(name="另一集团")
    away = Store.objects.create(group=group, code="S09", name="外店")
    open_scope([store.pk, away.pk])
    return away
