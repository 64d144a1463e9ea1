from django.urls import path

from .register.views import urls as register_urls
from .views import attachments, comments, history, pick, printing, search, verbs

urlpatterns = [
    path("search/", search.search_page, name="search"),
    path("pick/<slug:source>/", pick.pick, name="pick"),
    path("do/<slug:name>/<int:pk>/", verbs.do, name="do_verb"),
    path("files/<uuid:token>/", attachments.attachment, name="attachment"),
    path("attach/<str:kind>/<int:pk>/", attachments.attach, name="attach"),
    path("comment/<str:kind>/<int:pk>/", comments.comment, name="comment"),
    path("history/<str:kind>/<int:pk>/", history.history, name="history"),
    path("print/<str:form>/<int:pk>/", printing.print_form, name="print_form"),
    *register_urls(),
]
