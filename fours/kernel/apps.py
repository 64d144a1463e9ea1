from fours.kernel.app_config import FoursAppConfig


class KernelConfig(FoursAppConfig):
    name = "fours.kernel"
    label = "kernel"
    verbose_name = "内核"
