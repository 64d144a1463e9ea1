from fours.desk.job_names import JOB_NAMES
from fours.kernel.schedules import SCHEDULES


def test_every_scheduled_work_has_a_name_people_know() -> None:
    assert set(JOB_NAMES) == {name for name in SCHEDULES if not name.startswith("test")}
