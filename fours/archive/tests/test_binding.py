"""A month is bound once, in order, page by page, and stopped, killed and gone on with without a paper lost or twice."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader

from fours.archive import jobs
from fours.archive.binder import build_volume
from fours.archive.jobs import bind_on, let_volumes_go, remind_of_last_month
from fours.archive.models import Binding, BoundPaper, Volume
from fours.archive.reading import volume_bytes
from fours.archive.verbs import binding as verbs
from fours.archive.verbs.binding import bind_month, stop_binding, verify_binding
from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused
from fours.desk.checks import run_checks
from fours.kernel.actor import Actor
from fours.kernel.attachments import read_stored
from fours.kernel.jobs import tidy
from fours.kernel.models import Event, PrintedForm, Store, Task
from fours.kernel.printing import folder_month
from fours.service.tests.order_house import authorised, house

from .conftest import OCTOBER, Paper


@pytest.fixture(autouse=True)
def november() -> object:
    with time_machine.travel(datetime(2026, 11, 4, 2, 0), tick=True) as clock:
        yield clock


@pytest.fixture
def thin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two papers make a volume."""
    monkeypatch.setattr(verbs, "PAPERS_IN_VOLUME", 2)


def bound(store: Store, actor: Actor, month: date = OCTOBER) -> Binding:
    made = bind_month(store, month=month, actor=actor)
    bind_on(made.pk, store.pk)
    made.refresh_from_db()
    return made


def pages_of(volume: Volume) -> PdfReader:
    return PdfReader(io.BytesIO(read_stored(volume.path)))


def test_papers_follow_one_another_by_kind_then_number_and_the_list_says_where(
    s01: Store, clerk: Actor, paper: Paper
) -> None:
    paper("ST-S01-261003-0001", "service.statement", pages=2)
    paper("RO-S01-261005-0002")
    paper("RO-S01-261005-0001")
    paper("CI-S01-261005-0001", "service.check_in")
    paper("RO-S01-261105-0001", month=date(2026, 11, 1))
    made = bound(s01, clerk)
    assert made.state == "done"
    numbers = ["CI-S01-261005-0001", "RO-S01-261005-0001", "RO-S01-261005-0002", "ST-S01-261003-0001"]
    assert [row.number for row in made.bound.order_by("position")] == numbers
    reader = pages_of(made.volumes.get())
    front = made.bound.get(position=1).first_page - 1
    # Each kept page is as wide as nobody else's, so its place is known.
    assert [int(page.mediabox.width) for page in reader.pages[front:]] == [104, 103, 102, 101, 101]
    listed = json.loads(read_stored(made.path))
    assert [row["first_page"] for row in listed["papers"]] == [front + 1, front + 2, front + 3, front + 4]
    assert [row["sha256"] for row in listed["papers"]] == [
        row.printed.sha256 for row in made.bound.order_by("position")
    ]
    assert hashlib.sha256(read_stored(made.path)).hexdigest() == made.sha256
    text = "".join(page.extract_text() for page in reader.pages[:front])
    assert "CI-S01-261005-0001" in text
    assert "2026 年 10 月" in text


def test_a_real_paper_says_in_the_volume_what_it_said_when_it_was_kept(
    s01: Store, clerk: Actor, person: Callable[..., Actor]
) -> None:
    order = authorised(house(s01), person("advisor", s01))
    kept = PrintedForm.objects.get(form="service.repair_order")
    assert (kept.path, kept.month) == ("", date(2026, 11, 1))
    assert folder_month(order.number) == kept.month
    made = bound(s01, clerk, kept.month)
    place = made.bound.get(printed=kept)
    reader = pages_of(made.volumes.get())
    # Nobody had printed it: binding has set it, for good.
    kept.refresh_from_db()
    original = PdfReader(io.BytesIO(read_stored(kept.path)))
    for offset, page in enumerate(original.pages):
        copy = reader.pages[place.first_page - 1 + offset]
        assert copy.get_contents().get_data() == page.get_contents().get_data()
        assert copy.extract_text() == page.extract_text()


def test_the_same_papers_give_the_same_bytes_and_no_second_archive(
    s01: Store, clerk: Actor, paper: Paper
) -> None:
    paper("RO-S01-261005-0001")
    made = bound(s01, clerk)
    papers = list(made.bound.select_related("printed"))
    again = build_volume(made, 1, papers)
    assert hashlib.sha256(again.data).hexdigest() == made.volumes.get().sha256
    assert bound(s01, clerk) == made
    assert (Binding.objects.count(), Volume.objects.count()) == (1, 1)


def test_what_comes_later_is_bound_as_a_supplement(s01: Store, clerk: Actor, paper: Paper) -> None:
    paper("RO-S01-261005-0001")
    first = bound(s01, clerk)
    paper("RO-S01-261006-0001")
    second = bound(s01, clerk)
    assert (first.title, second.title) == ("正册", "补装 1")
    assert [row.number for row in second.bound.all()] == ["RO-S01-261006-0001"]


def test_a_certificate_of_november_for_an_order_of_october_belongs_to_october() -> None:
    assert folder_month("RO-S01-261005-0001") == OCTOBER
    assert folder_month("RB-S01-261031") == OCTOBER
    assert folder_month("信函 17") == date(2026, 11, 1)
    assert folder_month("RO-S01-269905-0001") == date(2026, 11, 1)


def test_a_month_without_papers_and_one_to_come_are_refused(s01: Store, clerk: Actor, paper: Paper) -> None:
    with pytest.raises(Refused, match="没有存档单据"):
        bind_month(s01, month=OCTOBER, actor=clerk)
    paper("RO-S01-261205-0001", month=date(2026, 12, 1))
    with pytest.raises(Refused, match="还没有到"):
        bind_month(s01, month=date(2026, 12, 1), actor=clerk)
    assert not Binding.objects.exists()


def test_stopped_after_a_volume_it_goes_on_with_the_next(
    s01: Store, clerk: Actor, paper: Paper, thin: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        paper(f"RO-S01-261005-{number:04d}")
    made = bind_month(s01, month=OCTOBER, actor=clerk)
    keep = jobs._keep

    def stop_after_first(binding: Binding, number: int, *rest: object) -> bool:
        answer = keep(binding, number, *rest)  # type: ignore[arg-type]
        if number == 1:
            stop_binding(binding, actor=clerk)
        return answer

    monkeypatch.setattr(jobs, "_keep", stop_after_first)
    bind_on(made.pk, s01.pk)
    made.refresh_from_db()
    assert (made.state, made.volumes.count()) == ("stopped", 1)
    first = made.volumes.get().sha256
    monkeypatch.setattr(jobs, "_keep", keep)
    assert bound(s01, clerk) == made
    made.refresh_from_db()
    assert (made.state, made.volumes.count()) == ("done", 3)
    assert made.volumes.get(number=1).sha256 == first
    assert verify_binding(made, actor=clerk) == []


def test_stopped_while_a_volume_is_made_its_file_is_dropped(
    s01: Store, clerk: Actor, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper("RO-S01-261005-0001")
    made = bind_month(s01, month=OCTOBER, actor=clerk)
    build = jobs.build_volume

    def stopped_meanwhile(binding: Binding, *rest: object) -> object:
        stop_binding(binding, actor=clerk)
        return build(binding, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "build_volume", stopped_meanwhile)
    before = set(default_storage.listdir(f"{s01.pk}/202611")[1])
    bind_on(made.pk, s01.pk)
    made.refresh_from_db()
    assert (made.state, made.volumes.count()) == ("stopped", 0)
    assert set(default_storage.listdir(f"{s01.pk}/202611")[1]) == before


def test_killed_between_two_volumes_the_next_run_makes_the_rest(
    s01: Store, clerk: Actor, paper: Paper, thin: None
) -> None:
    for number in range(1, 4):
        paper(f"RO-S01-261005-{number:04d}")
    made = bind_month(s01, month=OCTOBER, actor=clerk)
    assert jobs._next_volume(made.pk, s01.pk)
    bind_on(made.pk, s01.pk)
    bind_on(made.pk, s01.pk)
    made.refresh_from_db()
    assert (made.state, [volume.papers for volume in made.volumes.order_by("number")]) == ("done", [2, 1])


def test_a_damaged_paper_stops_the_binding_and_says_which(s01: Store, clerk: Actor, paper: Paper) -> None:
    kept = paper("RO-S01-261005-0001")
    default_storage.delete(kept.path)
    made = bound(s01, clerk)
    assert made.state == "failed"
    assert "RO-S01-261005-0001" in made.error
    assert not made.volumes.exists()


def test_asked_again_while_it_runs_there_is_one_run(s01: Store, clerk: Actor, paper: Paper) -> None:
    paper("RO-S01-261005-0001")
    first = bind_month(s01, month=OCTOBER, actor=clerk)
    assert bind_month(s01, month=OCTOBER, actor=clerk) == first
    assert ProcrastinateJob.objects.filter(task_name=verbs.BIND).count() == 1


def test_a_changed_file_and_a_changed_row_are_found(s01: Store, clerk: Actor, paper: Paper) -> None:
    kept = paper("RO-S01-261005-0001")
    made = bound(s01, clerk)
    assert verify_binding(made, actor=clerk) == []
    PrintedForm.objects.filter(pk=kept.pk).update(sha256="0" * 64)
    assert ["RO-S01-261005-0001" in line for line in verify_binding(made, actor=clerk)] == [True]
    PrintedForm.objects.filter(pk=kept.pk).update(sha256=kept.sha256)
    volume = made.volumes.get()
    with default_storage.open(volume.path, "r+b") as file:
        file.seek(100)
        file.write(b"changed")
    assert ["第 1 册" in line for line in verify_binding(made, actor=clerk)] == [True]
    assert any("第 1 册" in line for line in run_checks())
    last = Event.objects.filter(kind="archive.binding_verified").latest("pk")
    assert last.sentence.endswith("有 1 处不符")


def test_a_binding_under_way_is_not_proved_nor_a_done_one_stopped(
    s01: Store, clerk: Actor, paper: Paper
) -> None:
    paper("RO-S01-261005-0001")
    made = bind_month(s01, month=OCTOBER, actor=clerk)
    with pytest.raises(IllegalMove):
        verify_binding(made, actor=clerk)
    bind_on(made.pk, s01.pk)
    with pytest.raises(IllegalMove):
        stop_binding(made, actor=clerk)
    made.refresh_from_db()
    assert made.state == "done"


def test_files_of_a_binding_are_no_orphans(s01: Store, clerk: Actor, paper: Paper) -> None:
    paper("RO-S01-261005-0001")
    made = bound(s01, clerk)
    tidy(s01, timezone.now() + timedelta(days=5))
    assert verify_binding(made, actor=clerk) == []


def test_a_volume_goes_with_the_paper_of_an_erased_person(s01: Store, clerk: Actor, paper: Paper) -> None:
    kept, other = paper("RO-S01-261005-0001"), paper("RO-S01-261005-0002")
    made = bound(s01, clerk)
    volume = made.volumes.get()
    let_volumes_go(s01, timezone.now())
    volume.refresh_from_db()
    assert volume.removed_at is None
    PrintedForm.objects.filter(pk=kept.pk).update(erased_at=timezone.now(), view={}, path="")
    path = volume.path
    let_volumes_go(s01, timezone.now())
    volume.refresh_from_db()
    assert volume.removed_at is not None
    assert not default_storage.exists(path)
    assert default_storage.exists(other.path)
    with pytest.raises(NotThere, match="依法删除"):
        volume_bytes(volume, clerk)
    assert verify_binding(made, actor=clerk) == []


def test_a_volume_with_an_erased_paper_is_shut_before_its_file_goes(
    s01: Store, clerk: Actor, paper: Paper
) -> None:
    kept = paper("RO-S01-261005-0001")
    made = bound(s01, clerk)
    PrintedForm.objects.filter(pk=kept.pk).update(erased_at=timezone.now(), view={}, path="")
    with pytest.raises(NotThere, match="依法删除"):
        volume_bytes(made.volumes.get(), clerk)


def test_a_paper_erased_before_its_volume_is_made_is_left_out(s01: Store, clerk: Actor, paper: Paper) -> None:
    kept = paper("RO-S01-261005-0001")
    paper("RO-S01-261005-0002")
    made = bind_month(s01, month=OCTOBER, actor=clerk)
    PrintedForm.objects.filter(pk=kept.pk).update(erased_at=timezone.now(), view={}, path="")
    bind_on(made.pk, s01.pk)
    places = BoundPaper.objects.filter(binding=made).order_by("position")
    assert [row.pages for row in places] == [0, 1]
    assert "已删除" in pages_of(made.volumes.get()).pages[0].extract_text()


def test_a_volume_with_a_locked_paper_opens_for_who_may_open_locked_ones_only(
    s01: Store, clerk: Actor, paper: Paper, person: Callable[..., Actor]
) -> None:
    kept = paper("RO-S01-261005-0001")
    volume = bound(s01, clerk).volumes.get()
    assert volume_bytes(volume, clerk).startswith(b"%PDF")
    PrintedForm.objects.filter(pk=kept.pk).update(locked_at=timezone.now())
    with pytest.raises(NotAllowed, match="依法留存"):
        volume_bytes(volume, clerk)
    assert volume_bytes(volume, person("gm", s01)).startswith(b"%PDF")


def test_last_month_is_a_task_until_it_is_bound(s01: Store, clerk: Actor, paper: Paper) -> None:
    paper("RO-S01-261005-0001")
    for _ in range(2):
        remind_of_last_month(s01, timezone.now())
    task = Task.objects.get(rule="archive.bind_last_month")
    assert (task.title, task.post, task.state) == ("装订 2026-10 月度归档", "info_clerk", "open")
    bound(s01, clerk)
    task.refresh_from_db()
    assert task.state == "done"
    remind_of_last_month(s01, timezone.now())
    assert Task.objects.filter(rule="archive.bind_last_month").count() == 1
