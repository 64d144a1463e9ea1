"""Rows stored together are what the same rows are one by one."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from fours.kernel.bulk import insert_all
from fours.kernel.models import Event, Store

SENTENCES = ["新建客户档案", 'a "quoted" \\ text\nwith lines', "', drop table kernel_event; --", ""]


def event(store: Store, sentence: str, **facts: Any) -> Event:
    return Event(
        store=store,
        kind="test.done",
        aggregate_kind="kernel.store",
        aggregate_id=7,
        actor_name="系统",
        business_date=date(2026, 11, 22),
        sentence=sentence,
        data={"数": [1, None, {"a": "b"}]},
        **facts,
    )


def stored(event: Event) -> dict[str, Any]:
    values = Event.objects.values().get(pk=event.pk)
    return {name: value for name, value in values.items() if name not in ("id", "at")}


def test_rows_are_stored_as_they_would_be_one_by_one_and_know_their_ids(s01: Store) -> None:
    together = insert_all(event(s01, sentence) for sentence in SENTENCES)
    for row, sentence in zip(together, SENTENCES, strict=True):
        alone = event(s01, sentence)
        alone.save(force_insert=True)
        assert stored(row) == stored(alone)
        assert not row._state.adding
        assert timezone.now() - Event.objects.get(pk=row.pk).at < timedelta(minutes=1)
    assert [row.pk for row in together] == sorted(row.pk for row in together)


def test_nothing_is_nothing(s01: Store) -> None:
    assert insert_all([]) == []


def test_what_the_table_refuses_is_refused(s01: Store) -> None:
    with pytest.raises(DataError), transaction.atomic():
        insert_all([event(s01, "字" * 401)])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all([event(s01, "没有营业日期", aggregate_version=-1)])
    assert not Event.objects.filter(store=s01, kind="test.done").exists()
