from django.urls import path

from fours.messages.views import broadcasts, outbox, providers

urlpatterns = [
    path("messages/", outbox.messages, name="messages"),
    path("messages/<int:pk>/", outbox.message, name="message"),
    path("messages/to/<int:pk>/", outbox.message_new, name="message_new"),
    path("customers/<int:pk>/opt-out/", outbox.customer_opt_out, name="customer_opt_out"),
    path("broadcasts/", broadcasts.broadcasts, name="broadcasts"),
    path("broadcasts/new/", broadcasts.broadcast_new, name="broadcast_new"),
    path("broadcasts/<int:pk>/", broadcasts.broadcast, name="broadcast"),
    path("messages/providers/", providers.providers, name="providers"),
    path("messages/providers/new/", providers.provider_new, name="provider_new"),
    path("messages/providers/<int:pk>/", providers.provider, name="provider"),
]
