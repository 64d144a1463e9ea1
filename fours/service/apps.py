from fours.kernel.app_config import FoursAppConfig


class ServiceConfig(FoursAppConfig):
    name = "fours.service"
    label = "service"
    verbose_name = "售后服务"
