from fours.kernel.app_config import FoursAppConfig


class ArchiveConfig(FoursAppConfig):
    name = "fours.archive"
    label = "archive"
    verbose_name = "归档"
