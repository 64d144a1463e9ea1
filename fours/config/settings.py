"""Django settings, all from the environment (README, section on configuration). A wrong value fails loudly at start."""

import os
import secrets
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF

from fours.config.logs import logging_settings
from fours.config.words import database, env_bool, env_count, env_hosts, env_origins

# Lets classes like Manager[Model] be written with their type at run time too.
django_stubs_ext.monkeypatch()

FOURS_HOME = Path(os.environ.get("FOURS_HOME", "var")).resolve()


def secret_key() -> str:
    """The key that signs sessions: from the environment, else made once and kept in FOURS_HOME."""
    if key := os.environ.get("FOURS_SECRET_KEY"):
        return key
    path = FOURS_HOME / "secret_key"
    if not path.exists():
        FOURS_HOME.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


# The restricted role serves everything; the owner role is chosen by the commands that change the schema (design: two walls).
_role_urls = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL"}
_variable = _role_urls[os.environ.get("FOURS_DB_ROLE", "app")]
_url = os.environ.get(_variable, "")
# Without an address (type checks, documentation) Django starts, but any query fails.
DATABASES = {"default": database(_variable, _url or "postgresql://nobody@127.0.0.1:1/none")}

SECRET_KEY = secret_key()
DEBUG = env_bool("FOURS_DEBUG", False)
ALLOWED_HOSTS = env_hosts("FOURS_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_origins("FOURS_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_filters",
    "ninja",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    "fours.kernel",
    "fours.intake",
    "fours.desk",
    "fours.org",
    "fours.approvals",
    "fours.archive",
    "fours.customers",
    "fours.messages",
    "fours.vehicles",
    "fours.parts",
    "fours.service",
    "fours.survey",
    "fours.demo",
]

MIDDLEWARE = [
    "fours.desk.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fours.desk.compression.CompressTexts",
    "csp.middleware.CSPMiddleware",
    "fours.desk.middleware.RequestTransaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "fours.desk.middleware.ActorMiddleware",
]

ROOT_URLCONF = "fours.config.urls"
WSGI_APPLICATION = "fours.config.wsgi.application"

_context_processors = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "fours.config.jinja.environment",
            "context_processors": [*_context_processors, "fours.desk.context.page"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _context_processors},
    },
]
FORM_RENDERER = "fours.kernel.forms.Renderer"

AUTH_USER_MODEL = "kernel.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "fours.desk.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_ADAPTER = "fours.desk.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "fours.desk.account_forms.LoginForm",
    "change_password": "fours.desk.account_forms.ChangePasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

SESSION_ENGINE = "fours.desk.sessions"
SESSION_COOKIE_AGE = 14 * 3600  # one long working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Behind a proxy that speaks HTTPS, or speaking it ourselves (`fours serve --tls`): only a proxy's header may be believed.
_behind_tls_proxy, _own_tls = env_bool("FOURS_HTTPS", False), env_bool("FOURS_TLS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _behind_tls_proxy or _own_tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _behind_tls_proxy else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "fours.desk.error_pages.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = FOURS_HOME / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "fours.desk.assets.NodeModulesFinder",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FOURS_HOME / "files"},
    },
    "staticfiles": {
        "BACKEND": "fours.desk.assets.AssetStorage"
        if env_bool("FOURS_MANIFEST", True)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "jpg", "jpeg", "png", "webp", "gz", "br", "woff2", "zip")
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# What one token may ask of one web process: far beyond any honest program, it stops one that runs in circles.
API_PER_MINUTE = env_count("FOURS_API_PER_MINUTE", 60_000)
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = logging_settings()

# Seams filled by upper apps: how a user's rights are found, what posts are called, who holds one, which session is
# locked.
FOURS_GRANTS_SOURCE = "fours.org.rights.grants_of"
FOURS_POST_NAMES = "fours.org.posts.post_names"
FOURS_PEOPLE_OF_POST = "fours.org.people.holders"
FOURS_REQUEST_GATE = "fours.org.lock.gate"
