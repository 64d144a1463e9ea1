"""How far the demo is, as the person who waits reads it."""

from multiprocessing import Value

from fours.demo.progress import Progress, bar, expected_work
from fours.demo.scale import SCALES


def test_the_bar_says_how_much_and_how_long() -> None:
    assert bar(0.5, 60) == "███████████████░░░░░░░░░░░░░░░ 50% · 已用 1:00 · 约剩 1:00"
    assert bar(0.0, 3) == "░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0% · 已用 0:03"


def test_what_is_done_never_passes_the_whole() -> None:
    progress = Progress(100.0, Value("d", 0.0))
    for _ in range(3):
        progress.add(40.0)
    assert progress.done.value == 1.0


def test_a_larger_demo_is_expected_to_take_longer() -> None:
    works = [expected_work(SCALES[size], SCALES[size].cars, 5, 30) for size in ("small", "10k", "100k", "1m")]
    assert works == sorted(works)
    assert works[-1] > 8 * works[-2]
