from django.urls import path

from fours.service.views import parts

urlpatterns = [
    path("parts/", parts.order_parts, name="order_parts"),
    path("parts/orders/<int:pk>/", parts.order_issue, name="order_issue"),
    path("parts/lines/<int:pk>/return/", parts.order_return, name="order_return"),
]
