"""Every address of the product: each app brings its own, then come those of all registers."""

from importlib.util import find_spec

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path

from fours.config.api import api
from fours.desk.views.health import healthz, metrics
from fours.register.views import urls as register_urls

APPS = (
    "desk",
    "org",
    "approvals",
    "archive",
    "customers",
    "messages",
    "vehicles",
    "parts",
    "service",
    "survey",
)


def _of_apps() -> list[URLPattern | URLResolver]:
    """`fours.<app>.urls`, where the app has screens; the API router gathers the apps' own routers."""
    return [
        path("", include(f"fours.{app}.urls")) for app in APPS if find_spec(f"fours.{app}.urls") is not None
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    *_of_apps(),
    *register_urls(),
    path("api/v1/", api.urls),
]

handler404 = "fours.desk.error_pages.not_found"
handler403 = "fours.desk.error_pages.forbidden"
handler500 = "fours.desk.error_pages.server_error"
handler400 = "fours.desk.error_pages.bad_request"
