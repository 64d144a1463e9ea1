"""Invented cars pass every check a real one must pass."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from fours.demo.cars import (
    HABITS,
    SERVICE_INTERVALS,
    CarGenerator,
    load_models,
    vin_check_digit,
    year_letter,
)
from fours.demo.facts import load_series
from fours.vehicles.identifiers import check_plate, check_vin

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("vin", "digit"),
    [
        ("LFWADRJF011002346", "0"),
        ("1HGBH41JXMN109186", "X"),
        ("LFV2A21K6A3123456", "6"),
        ("LGXCE4CB9P0123456", "9"),
        ("L5BGA2V58NG590409", "4"),
    ],
)
def test_check_digit_of_known_vins(vin: str, digit: str) -> None:
    assert vin_check_digit(vin) == digit


def test_a_vin_of_sixteen_characters_has_no_check_digit() -> None:
    with pytest.raises(ValueError, match="17"):
        vin_check_digit("LVSHFFML1JF01234")


def test_year_letters_of_the_standard() -> None:
    assert [year_letter(year) for year in (2010, 2018, 2023, 2026, 2031)] == ["A", "J", "P", "T", "1"]


def test_each_series_has_a_model_and_each_model_a_code_and_vin_stem_of_its_own() -> None:
    models = load_models()
    assert {model.series for model in models} == set(load_series())
    assert len({model.code for model in models}) == len(models)
    assert len({model.wmi + model.vds for model in models}) == len(models)
    assert {model.fuel for model in models} == set(SERVICE_INTERVALS)


def test_a_thousand_cars_have_valid_and_different_vins_plates_and_engine_numbers() -> None:
    generator = CarGenerator(random.Random(7))
    cars = [generator.car(TODAY) for _ in range(1000)]
    for car in cars:
        vin, plate = check_vin(car.vin), check_plate(car.plate)
        assert (vin.error, vin.warning) == (None, None), car.vin
        assert (plate.error, plate.warning) == (None, None), car.plate
    for values in (
        {car.vin for car in cars},
        {car.plate for car in cars},
        {car.engine_number for car in cars},
    ):
        assert len(values) == 1000


def test_plug_in_cars_carry_green_plates_and_petrol_cars_blue_ones() -> None:
    generator = CarGenerator(random.Random(3))
    models = {model.fuel: model for model in load_models()}
    assert generator.car(TODAY, models["electric"]).plate[2] in "ABCDE"
    assert generator.car(TODAY, models["plug_in_hybrid"]).plate[2] in "FGHJK"
    assert len(generator.car(TODAY, models["electric"]).plate) == 8
    assert len(generator.car(TODAY, models["petrol"]).plate) == 7


def test_a_car_is_built_before_it_is_registered_and_registered_before_today() -> None:
    generator = CarGenerator(random.Random(5))
    for _ in range(200):
        car = generator.car(TODAY)
        assert car.built_on < car.registered_on < TODAY
        assert car.model.year_from <= car.registered_on.year <= car.model.year_to
        assert car.vin[9] == year_letter(car.built_on.year)


def test_the_odometer_never_goes_back_and_follows_the_habit() -> None:
    car = CarGenerator(random.Random(11)).car(TODAY)
    readings = [car.odometer_on(car.registered_on + timedelta(days=days)) for days in (-5, 0, 100, 365, 730)]
    assert readings == sorted(readings)
    assert readings[0] == readings[1] == 0
    assert readings[3] == car.km_per_year
    assert car.habit.low <= car.km_per_year < car.habit.high


def test_most_cars_are_driven_privately() -> None:
    assert sum(habit.weight for habit in HABITS) == 100
    assert sum(habit.weight for habit in HABITS if habit.use_code == "A") == 97


def test_the_same_seed_makes_the_same_cars() -> None:
    first, second, other = (CarGenerator(random.Random(seed)) for seed in (42, 42, 43))
    made = [[generator.car(TODAY) for _ in range(20)] for generator in (first, second, other)]
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_a_model_not_yet_on_sale_is_refused() -> None:
    new = max(load_models(), key=lambda model: model.year_from)
    with pytest.raises(ValueError, match="not on sale"):
        CarGenerator(random.Random(1)).car(date(new.year_from, 7, 5), new)
