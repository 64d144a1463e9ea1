"""A car is called by brand, series and model, each said once."""

import pytest

from fours.vehicles.models import Vehicle


@pytest.mark.parametrize(
    ("brand", "series", "model_name", "said"),
    [
        ("大众", "探岳", "探岳 330TSI 两驱豪华型", "大众 探岳 330TSI 两驱豪华型"),
        ("奥迪", "奥迪A6L", "奥迪A6L 45 TFSI", "奥迪A6L 45 TFSI"),
        ("大众", "探岳", "330TSI", "大众 探岳 330TSI"),
        ("大众", "", "", "大众"),
        ("", "", "", ""),
    ],
)
def test_no_word_is_said_twice(brand: str, series: str, model_name: str, said: str) -> None:
    assert Vehicle(brand=brand, series=series, model_name=model_name).description == said
