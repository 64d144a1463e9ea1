from fours.kernel.app_config import FoursAppConfig


class PartsConfig(FoursAppConfig):
    name = "fours.parts"
    label = "parts"
    verbose_name = "配件"
