from django.urls import path

from .views import attachments, comments, history, pick, search, verbs

urlpatterns = [
    path("search/", search.search_page, name="search"),
    path("pick/<slug:source>/", pick.pick, name="pick"),
    path("do/<slug:name>/<int:pk>/", verbs.do, name="do_verb"),
    path("files/<uuid:token>/", attachments.attachment, name="attachment"),
    path("attach/<str:kind>/<int:pk>/", attachments.attach, name="attach"),
    path("comment/<str:kind>/<int:pk>/", comments.comment, name="comment"),
    path("history/<str:kind>/<int:pk>/", history.history, name="history"),
]
