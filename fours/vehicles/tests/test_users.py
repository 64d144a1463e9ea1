"""Who uses a car besides its owner stands in its file (PF-04)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from fours.base.errors import NotThere, Refused
from fours.customers.models import Customer
from fours.kernel.business_date import today
from fours.vehicles.models import Ownership, Vehicle
from fours.vehicles.verbs.users import add_vehicle_user, end_vehicle_user


@pytest.fixture
def car(s01):
    car = Vehicle.objects.create(store=s01, plate="苏E12345")
    owner = Customer.objects.create(store=s01, name="宏宇恒电子科技", kind="company")
    Ownership.objects.create(vehicle=car, customer=owner)
    return car


@pytest.fixture
def driver(s01):
    return Customer.objects.create(store=s01, name="田海华")


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


def test_the_driver_of_a_company_car_stands_beside_its_owner(car, driver, advisor, client_of, s01):
    desk = client_of("advisor", s01)
    address = reverse("vehicle_user", args=[car.pk])
    assert address in desk.get(reverse("vehicle", args=[car.pk])).content.decode()
    answer = desk.post(address, {"customer": driver.pk, "on": str(today())})
    assert answer.status_code == 302
    car = Vehicle.objects.get(pk=car.pk)
    assert (car.owner.name, [one.name for one in car.users]) == ("宏宇恒电子科技", ["田海华"])
    assert "田海华" in desk.get(reverse("vehicle", args=[car.pk])).content.decode()
    desk.post(address, {"customer": driver.pk, "on": str(today()), "ended": "on"})
    assert Vehicle.objects.get(pk=car.pk).users == []
    assert Ownership.objects.get(customer=driver).ends_on == today()


def test_nobody_is_a_user_twice_and_the_owner_is_none(car, driver, advisor):
    add_vehicle_user(car, customer=driver, on=today(), actor=advisor)
    for customer in (driver, car.owner):
        with pytest.raises(Refused, match="已是这台车"):
            add_vehicle_user(car, customer=customer, on=today(), actor=advisor)
    with pytest.raises(Refused, match="不能晚于今天"):
        add_vehicle_user(car, customer=driver, on=today() + timedelta(days=1), actor=advisor)
    with pytest.raises(Refused, match="不是这台车的使用人"):
        end_vehicle_user(car, customer=car.owner, on=today(), actor=advisor)
    assert Ownership.objects.filter(vehicle=car).count() == 2


def test_a_customer_of_another_store_is_not_there(car, advisor, s02, see, s01):
    see(s01, s02)
    stranger = Customer.objects.create(store=s02, name="别店客户")
    with pytest.raises(NotThere):
        add_vehicle_user(car, customer=stranger, on=today(), actor=advisor)
    assert Ownership.objects.filter(vehicle=car).count() == 1


def test_the_form_keeps_what_was_typed_when_refused(car, client_of, s01):
    answer = client_of("advisor", s01).post(
        reverse("vehicle_user", args=[car.pk]), {"customer": car.owner.pk, "on": "2026-01-05"}
    )
    assert answer.status_code == 422
    assert "2026-01-05" in answer.content.decode()
