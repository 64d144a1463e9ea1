from fours.kernel.app_config import FoursAppConfig


class DemoConfig(FoursAppConfig):
    name = "fours.demo"
    label = "demo"
    verbose_name = "演示数据"
