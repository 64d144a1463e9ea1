"""What customers say leads to jobs and parts that exist for every car it can be said of."""

from __future__ import annotations

from fours.demo.catalogue import load_operations, parts_for
from fours.demo.facts import load_series
from fours.demo.voices import (
    concerns_for,
    load_answers,
    load_complaints,
    load_concerns,
    load_recommendations,
)

SCORES = {"satisfied": range(8, 11), "so_so": range(6, 8), "dissatisfied": range(6)}


def test_each_concern_resolves_for_each_car_it_fits() -> None:
    for concern in load_concerns():
        for series_code in concern.fits:
            assert all(series_code in load_operations()[code].fits for code in concern.operations), (
                concern.code
            )
            assert len(parts_for(concern.needs, series_code)) == len(concern.needs)


def test_each_recommendation_resolves_for_each_car_it_fits() -> None:
    for advice in load_recommendations():
        assert advice.refusals, advice.code
        assert advice.operations, advice.code
        for series_code in advice.fits:
            assert all(series_code in load_operations()[code].fits for code in advice.operations), advice.code
            assert len(parts_for(advice.needs, series_code)) == len(advice.needs)


def test_only_maintenance_concerns_leave_the_jobs_to_the_package() -> None:
    for concern in load_concerns():
        assert (concern.kind == "maintenance") == (not concern.operations), concern.code
        assert concern.words, concern.code
        assert concern.diagnosis, concern.code
        assert concern.weight > 0, concern.code
        assert concern.kind in {"maintenance", "repair", "accident", "detailing"}


def test_every_car_can_come_for_each_kind_of_concern() -> None:
    for series_code in load_series():
        kinds = {concern.kind for concern in concerns_for(series_code)}
        assert kinds == {"maintenance", "repair", "accident", "detailing"}


def test_codes_and_words_are_not_repeated() -> None:
    concerns = load_concerns()
    assert len({concern.code for concern in concerns}) == len(concerns) >= 50
    words = [word for concern in concerns for word in concern.words]
    assert len(set(words)) == len(words)
    assert len({answer.words for answer in load_answers()}) == len(load_answers()) >= 30


def test_nobody_asks_for_an_oil_change_in_an_electric_car() -> None:
    for concern in concerns_for("id3"):
        assert not any("机油" in word for word in concern.words), concern.code


def test_a_follow_up_answer_has_the_score_of_its_outcome_or_none() -> None:
    for answer in load_answers():
        if answer.outcome in SCORES:
            assert answer.score in SCORES[answer.outcome], answer.words
        else:
            assert answer.score is None


def test_complaints_cover_all_three_severities() -> None:
    complaints = load_complaints()
    assert len(complaints) >= 20
    assert {complaint.severity for complaint in complaints} == {"normal", "serious", "severe"}
    assert all(complaint.demand for complaint in complaints)
