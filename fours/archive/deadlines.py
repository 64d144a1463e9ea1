"""When last month's papers should be bound (PF-09: 当月修理单文件夹按月装订成册)."""

from fours.kernel.deadlines import Deadline, declare_deadline

BIND_LAST_MONTH = "archive.bind_last_month"
declare_deadline(
    Deadline(
        name=BIND_LAST_MONTH,
        label="装订上月归档",
        post="info_clerk",
        amount=5,
        unit="working_days",
        escalate_to="service_manager",
        escalate_after_hours=48,
    )
)
