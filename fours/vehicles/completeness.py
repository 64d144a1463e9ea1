"""How complete a car's file and its customer's are together (PF-03)."""

from fours.customers.completeness import Completeness, completeness, points_of
from fours.customers.models import Customer

from .models import Vehicle

_CAR = (
    ("vin", "车架号"),
    ("plate", "车牌号"),
    ("model_name", "车型"),
    ("registered_on", "上牌日期"),
    ("mileage", "里程"),
    ("insurance_until", "商业险到期"),
    ("engine_number", "发动机号"),
)


def completeness_with(customer: Customer, vehicle: Vehicle) -> Completeness:
    """Of both files; every point counts the same."""
    return completeness(customer, points_of(vehicle, _CAR))
