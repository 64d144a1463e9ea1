"""The kind of import `customers`: a customer and a car on one row (PF-11)."""

from fours.intake.kinds import register_intake
from fours.vehicles.intake_columns import CUSTOMER_AND_VEHICLE_COLUMNS

from . import undo as undo
from .batch import CustomersKind
from .row import load_row

__all__ = ["load_row"]

register_intake(
    CustomersKind("customers", "客户和车辆", CUSTOMER_AND_VEHICLE_COLUMNS, load_row, "customers.import")
)
