from django.urls import path

from fours.service.views import receivables, settlement, settlement_cashier, settlement_delivery

urlpatterns = [
    path("statements/", settlement.statements, name="statements"),
    path("statements/<int:pk>/", settlement.statement, name="statement"),
    path("statements/<int:pk>/pay/", settlement_cashier.statement_pay, name="statement_pay"),
    path("statements/<int:pk>/account/", settlement.statement_account, name="statement_account"),
    path("payments/<int:pk>/refund/", settlement.payment_refund, name="payment_refund"),
    path("receivables/new/", receivables.opening_receivable_new, name="opening_receivable_new"),
    path("receivables/<int:pk>/", receivables.opening_receivable, name="opening_receivable"),
    path("receivables/<int:pk>/pay/", receivables.opening_receivable_pay, name="opening_receivable_pay"),
    path("cashier/", settlement_cashier.cashier, name="cashier"),
    path("cashier/day/", settlement_cashier.cashier_day, name="cashier_day"),
    path("orders/<int:pk>/settle/", settlement.order_settle, name="order_settle"),
    path("orders/<int:pk>/handover/", settlement_delivery.handover, name="handover"),
    path("orders/<int:pk>/delivery/", settlement_delivery.delivery, name="delivery"),
]
