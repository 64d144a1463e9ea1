from django.urls import path

from fours.service.views import reception, reception_check_in

urlpatterns = [
    path("appointments/", reception.appointments, name="appointments"),
    path("appointments/new/", reception.appointment_new, name="appointment_new"),
    path("appointments/<int:pk>/", reception.appointment, name="appointment"),
    path("appointments/<int:pk>/move/", reception.appointment_move, name="appointment_move"),
    path("appointments/<int:pk>/prepared/", reception.appointment_prepared, name="appointment_prepared"),
    path("appointments/<int:pk>/arrive/", reception_check_in.appointment_arrive, name="appointment_arrive"),
    path("check-ins/", reception_check_in.check_ins, name="check_ins"),
    path("check-ins/new/", reception_check_in.check_in_new, name="check_in_new"),
    path("check-ins/<int:pk>/", reception_check_in.check_in, name="check_in"),
    path("check-ins/<int:pk>/photos/", reception_check_in.check_in_photos, name="check_in_photos"),
]
