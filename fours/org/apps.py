from fours.kernel.app_config import FoursAppConfig


class OrgConfig(FoursAppConfig):
    name = "fours.org"
    label = "org"
    verbose_name = "组织"
