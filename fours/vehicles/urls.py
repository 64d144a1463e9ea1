from django.urls import path

from fours.register import views as register
from fours.vehicles.registers import VEHICLES
from fours.vehicles.views import edit
from fours.vehicles.views.vehicle import vehicle, vehicle_tab

urlpatterns = [
    path("vehicles/", register.list_rows, {"register": VEHICLES}, name="vehicles"),
    path("vehicles/export/", register.export, {"register": VEHICLES}, name="vehicles_export"),
    path("vehicles/new/", edit.vehicles_new, name="vehicles_new"),
    path("vehicles/alike/", edit.vehicle_alike, name="vehicle_alike"),
    path("vehicles/<int:pk>/", vehicle, name="vehicle"),
    path("vehicles/<int:pk>/tab/<slug:key>/", vehicle_tab, name="vehicle_tab"),
    path("vehicles/<int:pk>/edit/", edit.vehicle_edit, name="vehicle_edit"),
    path("vehicles/<int:pk>/owner/", edit.vehicle_owner, name="vehicle_owner"),
    path("vehicles/<int:pk>/user/", edit.vehicle_user, name="vehicle_user"),
    path("vehicles/<int:pk>/mileage/", edit.vehicle_mileage, name="vehicle_mileage"),
    path("vehicles/<int:pk>/merge/", edit.vehicle_merge, name="vehicle_merge"),
]
