from fours.kernel.app_config import FoursAppConfig


class VehiclesConfig(FoursAppConfig):
    name = "fours.vehicles"
    label = "vehicles"
    verbose_name = "车辆"
