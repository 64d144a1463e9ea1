"""A realistic visit: invented people, a periodic service with an insured scratch."""

from .reception import CHECK_IN, ESTIMATE, REPAIR_ORDER
from .till import GATE_PASS, RECEIPT, STATEMENT
from .workshop import ADDITIONAL_WORK, CERTIFICATE, INSPECTION, JOB_CARD

__all__ = [
    "ADDITIONAL_WORK",
    "CERTIFICATE",
    "CHECK_IN",
    "ESTIMATE",
    "GATE_PASS",
    "INSPECTION",
    "JOB_CARD",
    "RECEIPT",
    "REPAIR_ORDER",
    "STATEMENT",
]
