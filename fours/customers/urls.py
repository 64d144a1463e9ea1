from django.urls import path

from fours.customers.registers import CUSTOMERS
from fours.customers.views import customer as views
from fours.register import views as register

urlpatterns = [
    path("customers/", register.list_rows, {"register": CUSTOMERS}, name="customers"),
    path("customers/export/", register.export, {"register": CUSTOMERS}, name="customers_export"),
    path("customers/new/", views.customers_new, name="customers_new"),
    path("customers/alike/", views.customer_alike, name="customer_alike"),
    path("customers/duplicates/", views.customer_duplicates, name="customer_duplicates"),
    path("customers/<int:pk>/", views.customer, name="customer"),
    path("customers/<int:pk>/tab/<slug:key>/", views.customer_tab, name="customer_tab"),
    path("customers/<int:pk>/edit/", views.customer_edit, name="customer_edit"),
    path("customers/<int:pk>/consent/", views.customer_consent, name="customer_consent"),
    path("customers/<int:pk>/erase/", views.customer_erase, name="customer_erase"),
    path("customers/<int:pk>/merge/", views.customer_merge, name="customer_merge"),
]
