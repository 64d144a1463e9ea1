"""Approvals are answered in time, and what is answered is read (PF-06)."""

from fours.kernel.deadlines import Deadline, declare_deadline
from fours.kernel.store_settings import declare_setting

from .verbs.request import ANSWERED, DECIDE

declare_setting(
    "approvals.valid_days",
    "审批有效天数",
    7,
    kind="int",
    group="审批",
    help="批准后多少天内可以办理，过期须重新申请。",
)
declare_deadline(
    Deadline(
        name=DECIDE, label="审批申请", post="service_manager", amount=60, unit="minutes", escalate_to="gm",
        escalate_after_hours=2,
    )
)  # fmt: skip
declare_deadline(Deadline(name=ANSWERED, label="查看审批结果", post="advisor", amount=4, unit="hours"))
