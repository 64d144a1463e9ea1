from django.urls import path

from .views import months

urlpatterns = [
    path("archive/", months.archive, name="archive"),
    path("archive/missing/", months.archive_missing, name="archive_missing"),
    path("archive/<int:pk>/", months.binding, name="binding"),
    path("archive/<int:pk>/progress/", months.binding_progress, name="binding_progress"),
    path("archive/<int:pk>/verify/", months.binding_verify, name="binding_verify"),
    path("archive/<int:pk>/list/", months.binding_list, name="binding_list"),
    path("archive/volumes/<int:pk>/", months.volume, name="binding_volume"),
]
