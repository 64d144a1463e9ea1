"""Settings of customer care, with the hours and days the sources give (SU-01)."""

from fours.kernel.store_settings import declare_setting

GROUP = "售后回访"
declare_setting("survey.call_from", "默认回访时段自", "10:00", kind="time", group=GROUP)
declare_setting("survey.call_until", "默认回访时段至", "12:00", kind="time", group=GROUP)
declare_setting(
    "survey.earliest_call", "最早可致电", "09:00", kind="time", group=GROUP, help="此前不打扰客户。"
)
declare_setting(
    "survey.latest_call", "最晚可致电", "20:00", kind="time", group=GROUP, help="此后不打扰客户。"
)
declare_setting("survey.attempts", "联系几次未果算联系不上", 3, kind="int", group=GROUP)
declare_setting("survey.attempt_days", "这些次数至少分布在几天", 2, kind="int", group=GROUP)
