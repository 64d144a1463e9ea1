from django.urls import path

from .views import issues, receipts, stock

urlpatterns = [
    path("parts/stock/", stock.stock, name="stock"),
    path("parts/<int:pk>/", stock.part, name="part"),
    path("parts/<int:pk>/store/", stock.part_store, name="part_store"),
    path("parts/places/<int:pk>/adjust/", stock.stock_adjust, name="stock_adjust"),
    path("parts/backorders/", stock.backorders, name="backorders"),
    path("parts/receipts/", receipts.receipts, name="receipts"),
    path("parts/receipts/new/", receipts.receipt_new, name="receipt_new"),
    path("parts/receipts/<int:pk>/", receipts.receipt, name="receipt"),
    path("parts/slips/", issues.issue_slips, name="issue_slips"),
    path("parts/slips/<int:pk>/", issues.issue_slip, name="issue_slip"),
]
