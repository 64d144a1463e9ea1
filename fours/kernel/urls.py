from django.urls import path

from .views import pick, search, verbs

urlpatterns = [
    path("search/", search.search_page, name="search"),
    path("pick/<slug:source>/", pick.pick, name="pick"),
    path("do/<slug:name>/<int:pk>/", verbs.do, name="do_verb"),
]
