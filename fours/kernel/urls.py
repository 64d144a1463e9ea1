from django.urls import path

from .views import verbs

urlpatterns = [
    path("do/<slug:name>/<int:pk>/", verbs.do, name="do_verb"),
]
