from django.urls import path

from .views import search, verbs

urlpatterns = [
    path("search/", search.search_page, name="search"),
    path("do/<slug:name>/<int:pk>/", verbs.do, name="do_verb"),
]
