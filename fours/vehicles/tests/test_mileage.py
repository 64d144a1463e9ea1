from fours.vehicles.mileage import check_mileage


def test_mileage_goes_forward() -> None:
    assert check_mileage(50_000, None).value == 50_000
    assert check_mileage(50_000, 50_000).value == 50_000
    assert check_mileage(50_001, 50_000).warning is None


def test_mileage_that_goes_back_is_refused() -> None:
    checked = check_mileage(49_999, 50_000)
    assert checked.value is None
    assert checked.error == "里程 49,999 km 小于上次的 50,000 km；如更换过仪表，请先登记换表"


def test_a_replaced_instrument_may_start_again() -> None:
    assert check_mileage(12, 50_000, instrument_replaced=True).value == 12


def test_an_unusual_step_is_asked_about() -> None:
    checked = check_mileage(160_000, 50_000)
    assert checked.value == 160_000
    assert "110,000 km" in (checked.warning or "")


def test_impossible_readings_are_refused() -> None:
    assert check_mileage(-1, None).error == "里程不能小于 0"
    assert not check_mileage(2_000_001, None).ok
