from .people import Assignment, PostRight
from .store import Bay, Department, StoreFacts, TaxRate, Team

__all__ = ["Assignment", "Bay", "Department", "PostRight", "StoreFacts", "TaxRate", "Team"]
