from django.urls import path

from fours.service.views import additional, orders, orders_contract, orders_correct, orders_lines

urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    path("orders/new/", orders.order_new, name="order_new"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/edit/", orders.order_edit, name="order_edit"),
    path("orders/<int:pk>/panel/<slug:key>/", orders.order_panel, name="order_panel"),
    path("orders/<int:pk>/estimate/", orders_contract.order_estimate, name="order_estimate"),
    path("orders/<int:pk>/authorise/", orders_contract.order_authorise, name="order_authorise"),
    path("orders/<int:pk>/promise/", orders_contract.order_promise, name="order_promise"),
    path("orders/<int:pk>/add/<slug:kind>/", orders_lines.line_add, name="line_add"),
    path("orders/<int:pk>/lines/<slug:kind>/<int:line_pk>/", orders_lines.line_change, name="line_change"),
    path(
        "orders/<int:pk>/lines/<slug:kind>/<int:line_pk>/remove/",
        orders_lines.line_remove,
        name="line_remove",
    ),
    path(
        "orders/<int:pk>/lines/<slug:kind>/<int:line_pk>/split/", orders_lines.line_split, name="line_split"
    ),
    path(
        "orders/<int:pk>/lines/<slug:kind>/<int:line_pk>/correct/",
        orders_correct.line_correct,
        name="line_correct",
    ),
    path("orders/<int:pk>/finding/", additional.finding_new, name="finding_new"),
    path(
        "orders/<int:pk>/recommendations/<int:work_pk>/",
        additional.recommendation_take_up,
        name="recommendation_take_up",
    ),
    path("additional/<int:pk>/", additional.additional, name="additional"),
    path("additional/<int:pk>/offer/", additional.additional_offer, name="additional_offer"),
    path("additional/<int:pk>/accept/", additional.additional_accept, name="additional_accept"),
    path("additional/<int:pk>/refuse/", additional.additional_refuse, name="additional_refuse"),
]
