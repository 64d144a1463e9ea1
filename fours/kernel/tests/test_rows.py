"""A row locked, written and written back: the same as Django would read and write, in a statement made once."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from fours.kernel.models import PrintedForm, Store, Task
from fours.kernel.rows import insert_row, insert_unless_there, lock_row, write_back

DUE = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)


def task(store: Store, occurrence: str = "1") -> Task:
    return Task(
        store=store, rule="t.rule", source_kind="t.t", source_id=1, occurrence=occurrence, post="advisor", title="一",
        url="/", due_at=DUE,
    )  # fmt: skip


def paper(store: Store) -> PrintedForm:
    view = {"paper": {"number": "一"}, "lines": [1, None]}
    return PrintedForm(
        store=store, aggregate_kind="t.t", aggregate_id=1, form="t", month="2026-03-01", view=view
    )


def values_of(row: Task | PrintedForm) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_new_row_is_read_back_as_django_reads_one(s01: Store) -> None:
    with time_machine.travel(DUE, tick=False):
        written = insert_row(paper(s01))
    read = PrintedForm.objects.get()
    assert (read.pk, read.created_at, read.view) == (
        written.pk,
        DUE,
        {"paper": {"number": "一"}, "lines": [1, None]},
    )
    assert (written._state.adding, read.copies, read.locked_at) == (False, 0, None)


def test_a_locked_row_is_the_whole_row(s01: Store) -> None:
    for row in (insert_row(task(s01)), insert_row(paper(s01))):
        locked = lock_row(type(row), row.pk)
        assert locked is not None
        assert values_of(locked) == values_of(type(row)._base_manager.get(pk=row.pk))
        assert lock_row(type(row), row.pk + 1) is None


def test_nothing_is_locked_outside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fours.kernel.rows.connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(TransactionManagementError):
        lock_row(Task, 1)


def test_only_the_named_fields_are_written_back(s01: Store) -> None:
    row = insert_row(task(s01))
    row.title, row.note = "二", "不写"
    write_back(row, ["title", "person"])
    read = Task.objects.get()
    assert (read.title, read.note, read.person) == ("二", "", None)
    with pytest.raises(TypeError, match="is no column"):
        write_back(row, ["watchers"])


def test_a_row_that_is_gone_is_not_written_back_in_silence(s01: Store) -> None:
    row = insert_row(task(s01))
    Task.objects.all().delete()
    with pytest.raises(DatabaseError, match="not there"):
        write_back(row, ["title"])


def test_the_second_of_two_rows_is_left_out_or_refused(s01: Store) -> None:
    assert insert_unless_there(task(s01))
    again = task(s01)
    assert (insert_unless_there(again), again.pk) == (False, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_row(task(s01))
    assert insert_unless_there(task(s01, "2"))
    assert Task.objects.count() == 2
