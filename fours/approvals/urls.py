from django.urls import path

from . import views

urlpatterns = [
    path("approvals/", views.approvals, name="approvals"),
    path("approvals/new/", views.approval_new, name="approval_new"),
    path("approvals/<int:pk>/", views.approval, name="approval"),
    path("approvals/<int:pk>/approve/", views.approve, name="approval_approve"),
    path("approvals/<int:pk>/refuse/", views.refuse, name="approval_refuse"),
]
