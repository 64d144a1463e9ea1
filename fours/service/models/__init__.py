from .appointment import Appointment
from .catalogue import LaborOperation, LaborRate, Package, PackageLine
from .check_in import CheckIn
from .inspection import Inspection, Wash
from .lines import FeeLine, LaborLine, PartLine
from .order import AdditionalWork, Estimate, OrderKind, RepairOrder
from .settlement import GatePass, OpeningReceivable, Payment, Statement, StatementLine
from .workshop import ClockEntry, JobAssignment

__all__ = [
    "AdditionalWork",
    "Appointment",
    "CheckIn",
    "ClockEntry",
    "Estimate",
    "FeeLine",
    "GatePass",
    "Inspection",
    "JobAssignment",
    "LaborLine",
    "LaborOperation",
    "LaborRate",
    "OpeningReceivable",
    "OrderKind",
    "Package",
    "PackageLine",
    "PartLine",
    "Payment",
    "RepairOrder",
    "Statement",
    "StatementLine",
    "Wash",
]
