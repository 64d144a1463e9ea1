from .vehicle import MileageReading, Ownership, PlateRecord, Vehicle

__all__ = ["MileageReading", "Ownership", "PlateRecord", "Vehicle"]
