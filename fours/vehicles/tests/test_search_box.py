"""The search box at the counter: what is scanned or typed fast opens at once."""

from collections.abc import Callable

from django.test import Client

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.vehicles.verbs.vehicle import create_vehicle


def test_enter_opens_the_only_car_found(
    client_of: Callable[..., Client], person: Callable[..., Actor], s01: Store
) -> None:
    car = create_vehicle(s01, actor=person("advisor", s01), plate="苏E12345")
    answer = client_of("advisor", s01).get("/search/", {"q": "12345", "open": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/vehicles/{car.pk}/")


def test_enter_shows_the_list_when_there_are_several(
    client_of: Callable[..., Client], person: Callable[..., Actor], s01: Store
) -> None:
    for plate in ("苏E12345", "苏A12345"):
        create_vehicle(s01, actor=person("advisor", s01), plate=plate)
    assert client_of("advisor", s01).get("/search/", {"q": "12345", "open": "1"}).status_code == 200
