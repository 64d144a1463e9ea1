from .device import DeviceSignIn, Pin, SharedDevice
from .people import Assignment, PostRight
from .store import Bay, Department, StoreFacts, TaxRate, Team

__all__ = [
    "Assignment",
    "Bay",
    "Department",
    "DeviceSignIn",
    "Pin",
    "PostRight",
    "SharedDevice",
    "StoreFacts",
    "TaxRate",
    "Team",
]
