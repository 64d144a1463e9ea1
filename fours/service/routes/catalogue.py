from django.urls import path

from fours.service.views import catalogue

urlpatterns = [
    path("packages/<int:pk>/lines/new/", catalogue.package_line_new, name="package_line_new"),
    path("package-lines/<int:pk>/remove/", catalogue.package_line_remove, name="package_line_remove"),
]
