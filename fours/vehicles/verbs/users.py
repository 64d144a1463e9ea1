"""Who uses a car besides its owner (使用人): a company car's driver, the family member who comes (PF-04)."""

from datetime import date

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.events import announce
from fours.kernel.verbs import keep, take, verb
from fours.vehicles.models import Ownership, Vehicle

from .vehicle import check_customer_fits, check_goes_on

USER = Ownership.Relation.USER


@verb("登记使用人", "vehicles.change")
def add_vehicle_user(
    vehicle: Vehicle, *, customer: Customer, on: date, actor: Actor, version: int | None = None
) -> Ownership:
    """The customer uses the car from `on`, beside its owner and other users."""
    vehicle = take(vehicle, version=version)
    check_goes_on(vehicle)
    check_customer_fits(vehicle.store_id, customer)
    if on > today():
        raise Refused("起始日期不能晚于今天", field="on")
    if vehicle.ownerships.filter(customer=customer, ends_on=None).exists():
        raise Refused("此客户已是这台车的车主或使用人", field="customer")
    made = Ownership.objects.create(vehicle=vehicle, customer=customer, relation=USER, starts_on=on)
    keep(vehicle)
    announce(
        "vehicles.user_added",
        vehicle,
        actor=actor,
        sentence=f"{on} 起登记使用人",
        data={"customer": customer.pk, "on": str(on)},
    )
    return made


@verb("使用人不再使用", "vehicles.change")
def end_vehicle_user(
    vehicle: Vehicle, *, customer: Customer, on: date, actor: Actor, version: int | None = None
) -> Ownership:
    """The customer no longer uses the car; the row stays in its history."""
    vehicle = take(vehicle, version=version)
    check_goes_on(vehicle)
    present = vehicle.ownerships.filter(customer=customer, relation=USER, ends_on=None).first()
    if present is None:
        raise Refused("此客户不是这台车的使用人", field="customer")
    if on > today() or (present.starts_on is not None and on < present.starts_on):
        raise Refused("日期须在起始日期和今天之间", field="on")
    present.ends_on = on
    present.save(update_fields=["ends_on"])
    keep(vehicle)
    announce(
        "vehicles.user_ended",
        vehicle,
        actor=actor,
        sentence=f"{on} 起使用人不再使用此车",
        data={"customer": customer.pk, "on": str(on)},
    )
    return present
