from .people import Assignment
from .store import Bay, Department, StoreFacts, TaxRate, Team

__all__ = ["Assignment", "Bay", "Department", "StoreFacts", "TaxRate", "Team"]
