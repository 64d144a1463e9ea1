from fours.kernel.app_config import FoursAppConfig


class IntakeConfig(FoursAppConfig):
    name = "fours.intake"
