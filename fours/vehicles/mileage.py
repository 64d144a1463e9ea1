"""Mileage readings only go forward (PF-04)."""

from fours.base.checked import Checked, refused

LARGEST_READING = 2_000_000
UNUSUAL_STEP = 100_000


def check_mileage(reading: int, last: int | None, *, instrument_replaced: bool = False) -> Checked[int]:
    """The new reading in km beside the last known one of the same instrument.

    A reading below the last is refused unless the replacement of the instrument is recorded. A step of more
    than 100,000 km is taken with a warning.
    """
    if reading < 0:
        return refused("里程不能小于 0")
    if reading > LARGEST_READING:
        return refused(f"里程 {reading:,} km 太大，最多 {LARGEST_READING:,} km，请核对仪表")
    if last is None or instrument_replaced:
        return Checked(reading)
    if reading < last:
        return refused(f"里程 {reading:,} km 小于上次的 {last:,} km；如更换过仪表，请先登记换表")
    if reading - last > UNUSUAL_STEP:
        return Checked(reading, warning=f"里程比上次的 {last:,} km 多了 {reading - last:,} km，请核对")
    return Checked(reading)
