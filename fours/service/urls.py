"""Addresses of the service area, one module of routes per step of the flow."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

STEPS = ("reception", "orders", "workshop", "parts", "settlement", "catalogue")

urlpatterns: list[URLPattern | URLResolver] = [
    path("service/", include(f"fours.service.routes.{step}"))
    for step in STEPS
    if find_spec(f"fours.service.routes.{step}") is not None
]
