from fours.kernel.app_config import FoursAppConfig


class ApprovalsConfig(FoursAppConfig):
    name = "fours.approvals"
    label = "approvals"
    verbose_name = "审批"
