"""Finding the car meant by a VIN or a plate: one file per car and store."""

from fours.kernel.models import Store

from .models import Vehicle


def vehicle_by_vin(store: Store, vin: str) -> Vehicle | None:
    """The car with the VIN in stored form."""
    return Vehicle.objects.filter(store=store, vin=vin, merged_into=None).first() if vin else None


def vehicle_by_plate(store: Store, plate: str) -> Vehicle | None:
    """The car that carries the plate now."""
    return Vehicle.objects.filter(store=store, plate=plate, merged_into=None).first() if plate else None
