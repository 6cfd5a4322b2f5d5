"""All settings. Typed readers of the environment on top, then one block per concern."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent


def env_text(name: str, default: str = "") -> str:
    """The variable, or what the file named by ``<name>_FILE`` holds (for secrets), or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default).strip()


def env_number[N: (int, float)](name: str, default: N) -> N:
    """A number; raises ImproperlyConfigured with the variable's name if it is none."""
    text = env_text(name)
    try:
        return type(default)(text) if text else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a number, not {text!r}.") from error


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of ``choices``; raises ImproperlyConfigured otherwise."""
    text = env_text(name, default)
    if text not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {text!r}.")
    return text


def env_list(name: str) -> list[str]:
    """A comma-separated list without empty parts."""
    return [part.strip() for part in env_text(name).split(",") if part.strip()]


def env_by_pattern(pattern: str) -> dict[str, str]:
    """Every variable whose name matches, keyed by the first group in lower case."""
    found = {}
    for name in os.environ:
        if match := re.fullmatch(pattern, name.removesuffix("_FILE")):
            found[match[1].lower()] = env_text(name.removesuffix("_FILE"))
    return found


# Where things are ---------------------------------------------------------------------------------------
DATA_DIR = Path(env_text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
PUBLIC_URL = env_text("PUBLIC_URL").rstrip("/")
PORT = env_number("PORT", 8000)
HTTPS = PUBLIC_URL.startswith("https://")


def kept_secret_key() -> str:
    """The embedded mode's key: made once, readable by its owner alone, kept beside the data."""
    path = DATA_DIR / "secret.key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()


# Django -------------------------------------------------------------------------------------------------
SECRET_KEY = env_text("SECRET_KEY") or kept_secret_key()
DEBUG = False
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
if PUBLIC_URL and urlsplit(PUBLIC_URL).hostname:
    ALLOWED_HOSTS.append(str(urlsplit(PUBLIC_URL).hostname))
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
WSGI_APPLICATION = "studio.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

INSTALLED_APPS = [
    "studio.core",
    "studio.accounts",
    "studio.catalog",
    "studio.credits",
    "studio.images",
    "studio.prompts",
    "studio.jobs",
    "studio.gallery",
    "studio.sample",
    "studio.worker",
    "studio.web",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "studio.core.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "studio.web.static_files.StaticFiles",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.web.middleware.Workspace",
    "studio.web.middleware.Errors",
    "studio.api.middleware.Errors",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.web.context.shell",
            ],
        },
    }
]

# Database -----------------------------------------------------------------------------------------------
DATABASE_URL = env_text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'gesso.sqlite3'}")
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "studio.core.sqlite3"  # Django's, whose connections are kept
    DATABASES["default"]["OPTIONS"] = {
        # A deferred transaction that turns from reading to writing fails at once, whatever the timeout.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
    }
else:
    pool = {"min_size": 1, "max_size": env_number("DATABASE_POOL", 8)}
    # Compiling a page's query takes longer than running it: 1.0 s of 1.3 s for a year's spend.
    DATABASES["default"]["OPTIONS"] = {"pool": pool, "options": "-c jit=off"}

# Broker and events --------------------------------------------------------------------------------------
REDIS_URL = env_text("REDIS_URL")
BROKER_URL = env_text("BROKER_URL", REDIS_URL or "filesystem://localhost")
BROKER_DIR = DATA_DIR / "broker"
# Of 300 entries, its own most, a cache here would throw counters away that are still counted with.
cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
if REDIS_URL:
    cache = {"BACKEND": "studio.core.caching.SturdyCache", "LOCATION": REDIS_URL}
CACHES: dict[str, Any] = {"default": cache}

# Jobs: all times in seconds; tests shrink them and never sleep ------------------------------------------
JOB_LEASE_SECONDS = env_number("JOB_LEASE_SECONDS", 20.0)
JOB_DEADLINE_SECONDS = 3600.0  # the most for any model; each has its own in the catalogue
JOB_MAX_CLAIMS, JOB_UNCONFIRMED_SECONDS, JOB_ASK_AGAIN_SECONDS = 3, 24 * 3600.0, 60.0
SWEEP_SECONDS = env_number("SWEEP_SECONDS", 5.0)
DISPATCH_STALE_SECONDS = env_number("DISPATCH_STALE_SECONDS", 15.0)
WORKER_BEAT_SECONDS, WORKER_MISSING_SECONDS, LOOK_POLL_SECONDS = 2.0, 10.0, 1.0
WORKER_THREADS, JOBS_PER_PAYER = env_number("WORKER_THREADS", 16), env_number("JOBS_PER_PAYER", 8)
# A queued job's patience with a provider that staff paused, and with one whose breaker is open.
JOB_PAUSED_SECONDS, JOB_DOWN_SECONDS = 24 * 3600.0, 15 * 60.0
# Failures in a row that open a breaker; its first wait for a probe, doubled by each that fails, up to the longest.
BREAKER_FAILURES = env_number("BREAKER_FAILURES", 8)
BREAKER_WAIT_SECONDS, BREAKER_LONGEST_SECONDS = 30.0, 600.0
EXPORT_POLL_SECONDS, KEEPING_SECONDS, EVENT_POLL_SECONDS, EVENT_COALESCE_SECONDS = 2.0, 60.0, 0.1, 0.05
# Requests of one API key in a minute; how long a client waits in silence.
API_PER_MINUTE, API_QUIET_SECONDS = env_number("API_PER_MINUTE", 600), 25.0

# Money --------------------------------------------------------------------------------------------------
WELCOME_CREDITS = env_number("STUDIO_WELCOME_CREDITS", 0)
FIRST_STAFF_CREDITS = env_number("STUDIO_WELCOME_CREDITS", 1000)

# Providers ----------------------------------------------------------------------------------------------
PROVIDER_KEYS = env_by_pattern(r"PROVIDER_(.+)_KEY")
PROVIDER_URLS = env_by_pattern(r"PROVIDER_(.+)_URL")
PROVIDER_HOSTS_ALLOWED = env_list("PROVIDER_HOSTS_ALLOWED")
DEMO_URL = env_text("DEMO_URL")  # set by `make demo` alone: where its simulated vendors are made to fail
capped = env_by_pattern(r"PROVIDER_(.+)_JOBS")
PROVIDER_JOBS = {name: env_number(f"PROVIDER_{name.upper()}_JOBS", 0) for name in capped}

# Pictures -----------------------------------------------------------------------------------------------
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
# A thousand pictures in one form, and what else is in it.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1100
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Accounts -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "studio"
SIGNUP = env_choice("STUDIO_SIGNUP", "invite", ("invite", "open"))
ADMIN_EMAIL = env_text("STUDIO_ADMIN_EMAIL")
ADMIN_PASSWORD = env_text("STUDIO_ADMIN_PASSWORD")
ACCOUNT_ADAPTER = "studio.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "studio.accounts.models.display_name"
EMAIL_CONFIGURED = bool(env_text("EMAIL_URL"))
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_CONFIGURED else "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "change_password": "studio.accounts.forms.ChangePassword",
    "reset_password": "studio.accounts.forms.ResetPassword",
    "reset_password_from_key": "studio.accounts.forms.ResetPasswordKey",
    "reauthenticate": "studio.accounts.forms.Reauthenticate",
}
MFA_FORMS = {
    "authenticate": "studio.accounts.forms.Authenticate",
    "reauthenticate": "studio.accounts.forms.ReauthenticateCode",
    "activate_totp": "studio.accounts.forms.ActivateCode",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Gesso"

# E-mail -------------------------------------------------------------------------------------------------
MAILERS: dict[str, Any] = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
if EMAIL_CONFIGURED:
    mail = urlsplit(env_text("EMAIL_URL"))
    DEFAULT_FROM_EMAIL = env_text("EMAIL_FROM", f"gesso@{mail.hostname}")
    MAILERS["default"] = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": mail.hostname or "",
            "port": mail.port or 587,
            "username": mail.username or "",
            "password": mail.password or "",
            "use_tls": mail.scheme == "smtp+tls",
            "use_ssl": mail.scheme == "smtps",
            "timeout": 20,
        },
    }

# Security -----------------------------------------------------------------------------------------------
SECURE_CSP: dict[str, Any] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "blob:", "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
CSRF_FAILURE_VIEW = "studio.web.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 30 * 24 * 3600
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by a load balancer in plain HTTP, from inside

# Language and time --------------------------------------------------------------------------------------
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_CODE, TIME_ZONE = "en", "UTC"
USE_TZ = USE_I18N = True

# Static files -------------------------------------------------------------------------------------------
STATIC_URL, STATIC_ROOT = "/static/", DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_MAX_AGE = 365 * 24 * 3600

# Logs ---------------------------------------------------------------------------------------------------
LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "studio.core.logs.RequestFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
