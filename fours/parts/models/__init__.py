from .issue import Backorder, IssueLine, IssueSlip, Reservation
from .part import Bin, Part, StorePart
from .receipt import StockReceipt
from .stock import Lot, LotBalance, StockBalance, StockMovement

__all__ = [
    "Backorder",
    "Bin",
    "IssueLine",
    "IssueSlip",
    "Lot",
    "LotBalance",
    "Part",
    "Reservation",
    "StockBalance",
    "StockMovement",
    "StockReceipt",
    "StorePart",
]
