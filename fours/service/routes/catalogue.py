from django.urls import path

from fours.service.views import catalogue, setup

urlpatterns = [
    path("setup/rates/", setup.setup_rates, name="setup_rates"),
    path("packages/<int:pk>/lines/new/", catalogue.package_line_new, name="package_line_new"),
    path("package-lines/<int:pk>/remove/", catalogue.package_line_remove, name="package_line_remove"),
]
