from fours.kernel.app_config import FoursAppConfig


class CustomersConfig(FoursAppConfig):
    name = "fours.customers"
    label = "customers"
    verbose_name = "客户"
