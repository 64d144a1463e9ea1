from fours.kernel.app_config import FoursAppConfig


class DeskConfig(FoursAppConfig):
    name = "fours.desk"
