"""How is this installation set up? From the environment; docs/operations.md lists every setting."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _
from kombu.entity import Queue
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from enterprisehub.ops import config, embedded, logs

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(config.text("DATA_DIR", str(BASE_DIR / ".data")))

# --- What kind of installation this is
ENVIRONMENT = config.choice("ENVIRONMENT", ("development", "production"), "development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = config.flag("DEBUG", False)
SECRET_KEY = config.text("SECRET_KEY", "" if PRODUCTION else "insecure-for-development-only-" + "x" * 32)
SECRET_KEY_FALLBACKS = config.words("SECRET_KEY_FALLBACKS")
ENCRYPTION_KEYS = config.encryption_keys("ENCRYPTION_KEYS", SECRET_KEY)  # the first is the current one
ALLOWED_HOSTS = config.words("ALLOWED_HOSTS", () if PRODUCTION else ("localhost", "127.0.0.1", "[::1]", "testserver"))
CSRF_TRUSTED_ORIGINS = config.words("CSRF_TRUSTED_ORIGINS")
DEMO_PASSWORDS = config.flag("DEMO_PASSWORDS", not PRODUCTION)
PORT = config.whole("PORT", 8000, least=1, most=65535)

# --- Services: the environment names them; without that, the embedded stack that runs on DATA_DIR
_found = {} if PRODUCTION or os.environ.get("DATABASE_URL") else (embedded.state_of(DATA_DIR) or {})
for _name, _address in _found.items():
    os.environ.setdefault(_name, _address)
DATABASE_URL = config.url("DATABASE_URL", schemes=("postgresql", "postgres")) if os.environ.get("DATABASE_URL") else ""
DATABASE_ADMIN_URL = config.text("DATABASE_ADMIN_URL", "") and config.url(
    "DATABASE_ADMIN_URL", schemes=("postgresql", "postgres")
)
DATABASE_ROLE = config.choice("DATABASE_ROLE", ("application", "owner"), "application")
_schemes = ("redis", "rediss")
_redis = config.url("REDIS_URL", "redis://127.0.0.1:6379", schemes=_schemes)
CACHE_REDIS_URL = config.url("CACHE_REDIS_URL", config.redis_database(_redis, 0), schemes=_schemes)
BROKER_REDIS_URL = config.url("BROKER_REDIS_URL", config.redis_database(_redis, 1), schemes=_schemes)
CHANNEL_REDIS_URL = config.url("CHANNEL_REDIS_URL", config.redis_database(_redis, 2), schemes=_schemes)
SERVICES_CONFIGURED = bool(DATABASE_URL)

_owner = DATABASE_ROLE == "owner" and DATABASE_ADMIN_URL
_address = DATABASE_ADMIN_URL if _owner else DATABASE_URL
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "enterprisehub.ops.database",
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"connect_timeout": 5, "application_name": "enterprisehub"},
        **(
            config.postgres("DATABASE_ADMIN_URL" if _owner else "DATABASE_URL", _address)
            if _address
            else {"NAME": "enterprisehub", "HOST": str(DATA_DIR / "no-postgres-is-running")}
        ),
    }
}
DATABASE_POOL_TIMEOUT = config.number("DATABASE_POOL_TIMEOUT", 10, least=0.1, most=60)
_answer = config.number("DATABASE_ANSWER_WITHIN", 20, least=1, most=3600)
DATABASE_ANSWER_WITHIN = None if _owner else _answer  # migrations take as long as they take
if SERVICES_CONFIGURED:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": config.whole("DATABASE_POOL_MAX", 16, least=2, most=500),
        # After so long ops/database looks whether the server is there at all; the pool is tried anew by who comes next.
        "timeout": min(2.0, DATABASE_POOL_TIMEOUT),
        "reconnect_timeout": 2.0,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_REDIS_URL,
        "KEY_PREFIX": "ehub",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1, "health_check_interval": 15},
    }
}
# The pub/sub layer keeps delivering after a Redis restart; redis-py's default socket timeout of 5 s would end idle
# sockets.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "prefix": "ehub",
            "hosts": [
                {
                    "address": CHANNEL_REDIS_URL,
                    "socket_timeout": 30,
                    "socket_connect_timeout": 3,
                    "health_check_interval": 15,
                    "max_connections": 1000,
                    "retry": Retry(ExponentialBackoff(cap=0.5, base=0.05), 4),
                    "retry_on_error": [RedisConnectionError],
                }
            ],
        },
    }
}

# --- The worker. Postgres' outbox is the truth, the broker a hint; every task may run twice.
CELERY_BROKER_URL = BROKER_REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
# A refinement that its worker took with it to the grave is worthless by the time it would be found: nobody signs for it.
CELERY_TASK_QUEUES = (Queue("default"), Queue("live", no_ack=True), Queue("plans", no_ack=True))  # type: ignore[no-untyped-call]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_TASK_TIME_LIMIT = 60
# visibility_timeout must exceed the hard limit above and every countdown; the intervals make redelivery take seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "queue_order_strategy": "priority",  # a worker of several queues takes from the one that it was told first
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"

# --- Rooms
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "enterprisehub.tenants.apps.HubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "enterprisehub.ops",
    "enterprisehub.tenants",
    "enterprisehub.privacy",
    "enterprisehub.engines",
    "enterprisehub.ghl",
    "enterprisehub.realtime",
    "leads",
    "coaching",
    "analytics",
    "enterprisehub",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "enterprisehub.ops.static.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "enterprisehub.ops.pages.RelaxAdminPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "enterprisehub.privacy.middleware.ActorMiddleware",
    "enterprisehub.tenants.middleware.TenantMiddleware",
]
ROOT_URLCONF = "enterprisehub.urls"
ASGI_APPLICATION = "enterprisehub.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
            ],
        },
    }
]
PROMPTS_DIR = BASE_DIR / "templates" / "prompts"

# --- Signing in
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited by an administrator, they do not sign up
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {
    "login": config.text("LOGIN_RATE", "30/m/ip"),
    "login_failed": config.text("LOGIN_FAILED_RATE", "10/m/ip,5/5m/key"),
    "reset_password": "20/m/ip,5/m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_ADAPTER = "enterprisehub.tenants.signin.AccountAdapter"
MFA_ADAPTER = "enterprisehub.tenants.signin.SecondFactorAdapter"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "EnterpriseHub"
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = config.whole("SESSION_HOURS", 12, least=1, most=720) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = config.flag("SECURE_SSL_REDIRECT", PRODUCTION)
SECURE_HSTS_SECONDS = config.whole("SECURE_HSTS_SECONDS", 31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if config.flag("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

_policy: dict[str, Any] = {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _policy}
# django-unfold bundles Alpine, which evaluates expressions: only /admin/ pages get this (see enterprisehub/ops/pages.py).
ADMIN_POLICY = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}

# --- Pages, languages, files
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# Nothing is collected in development, where the finders serve the files.
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
WHITENOISE_AUTOREFRESH = DEBUG
EMAIL_BACKEND = config.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = config.text("EMAIL_FROM", "EnterpriseHub <results@localhost>")
PUBLIC_URL = config.text("PUBLIC_URL", "")  # where people reach us, for links in mail; none without it
UNFOLD = {
    "SITE_TITLE": "EnterpriseHub",
    "SITE_HEADER": "EnterpriseHub",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
}

# --- The API
API_RATE_PER_MINUTE = config.whole("API_RATE_PER_MINUTE", 3_000, least=1)  # of one key or person
API_TENANT_RATE_PER_MINUTE = config.whole("API_TENANT_RATE_PER_MINUTE", 12_000, least=1)
API_WRONG_KEYS_PER_MINUTE = config.whole("API_WRONG_KEYS_PER_MINUTE", 30, least=1)  # from one address
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "enterprisehub.tenants.api.callers.KeyAuthentication",
        "enterprisehub.tenants.api.callers.MemberAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["enterprisehub.tenants.api.callers.MayDoThis"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "enterprisehub.tenants.api.schema.Schema",
    "EXCEPTION_HANDLER": "enterprisehub.tenants.api.problems.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "EnterpriseHub API",
    "DESCRIPTION": "Coaching for real-estate agents while they talk with a prospect.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AnyMediumEnum": "leads.serializers_consents.MEDIA_OR_ANY",
        "ExperimentKindEnum": "analytics.models.trials.Experiment.Kind",
        "MediumEnum": "leads.models.Medium",
        "ObjectionKindEnum": "coaching.kinds.KINDS",
        "OutcomeKindEnum": "analytics.models.outcomes.Told",
        "PurposeEnum": "leads.models.Purpose",
        "SpeakerEnum": "leads.models.Speaker",
        "UrgencyEnum": "coaching.models.Urgency",
    },
}

# --- The engines and HighLevel
ANTHROPIC_API_KEY = config.text("ANTHROPIC_API_KEY", "")
ANTHROPIC_BASE_URL = config.url("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
# Set by `manage.py dev --standin`: answers come from the local stand-in, and every card says so.
CLAUDE_STAND_IN = config.flag("CLAUDE_STAND_IN", False)
# Capability name -> fields of engines.base.Policy to override; a tenant's own settings come on top.
ENGINE_POLICIES: dict[str, dict[str, Any]] = config.objects("ENGINE_POLICIES")
# USD that a tenant may spend on Claude, unless its own settings say otherwise.
ENGINE_MONTH_USD = config.number("ENGINE_MONTH_USD", 50, least=0, most=1_000_000)
ENGINE_DAY_USD = config.number("ENGINE_DAY_USD", 5, least=0, most=1_000_000)
FRESHNESS_SECONDS = config.number("FRESHNESS_SECONDS", 8, least=1, most=60)
GHL_API_BASE = config.url("GHL_API_BASE", "https://services.leadconnectorhq.com")
GHL_OAUTH_BASE = config.url("GHL_OAUTH_BASE", "https://marketplace.gohighlevel.com")
# The marketplace app; its id is what stands before the first hyphen of the client id.
GHL_CLIENT_ID = config.text("GHL_CLIENT_ID", "")
GHL_CLIENT_SECRET = config.text("GHL_CLIENT_SECRET", "")
GHL_APP_VERSION_ID = config.text("GHL_APP_VERSION_ID", "")  # only a private or draft app needs it
GHL_RATE = config.whole("GHL_RATE", 80, least=1, most=100)  # calls per ten seconds and location, all processes together
GHL_DAILY_BUDGET = config.whole("GHL_DAILY_BUDGET", 180_000, least=1, most=200_000)
# HighLevel event -> function; the table lies above the apps, so it is named, not imported.
GHL_EVENT_TABLE = config.text("GHL_EVENT_TABLE", "enterprisehub.webhooks.table")
# What fair housing has against an agent's words: it lies above the room of leads, so it is named, not imported.
DRAFT_GUARD = "coaching.services.compliance.flags_of"
GHL_SETTLED_TABLE = "enterprisehub.webhooks.settled"
GHL_STILL_TABLE = "enterprisehub.webhooks.still"
# HighLevel signs for everybody with one key (developer portal, "Webhook Authentication", as of 2026-08-30).
_highlevel = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=\n-----END PUBLIC KEY-----\n"
GHL_WEBHOOK_PUBLIC_KEYS = config.pem_blocks("GHL_WEBHOOK_PUBLIC_KEYS") or [_highlevel]
# The RSA keys of X-WH-Signature; without any that header counts for nothing.
GHL_LEGACY_PUBLIC_KEYS = config.pem_blocks("GHL_LEGACY_PUBLIC_KEYS")

METRICS_TOKEN = config.text("METRICS_TOKEN", "")

# --- Logs
LOG_LEVEL = config.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOG_FORMAT = config.choice("LOG_FORMAT", ("human", "json"), "human" if sys.stderr.isatty() else "json")
LOGGING_CONFIG = None  # logs.configure() below replaces Django's own arrangement
logs.configure(level=LOG_LEVEL, human=LOG_FORMAT == "human")

if PRODUCTION:
    _facts = {
        "DEBUG": DEBUG,
        "SECRET_KEY": SECRET_KEY,
        "ALLOWED_HOSTS": ALLOWED_HOSTS,
        "DEMO_PASSWORDS": DEMO_PASSWORDS,
        "DATABASE_URL": DATABASE_URL,
        "ENCRYPTION_KEYS": os.environ.get("ENCRYPTION_KEYS"),
        "REDIS_URLS": os.environ.get("REDIS_URL")
        or all(os.environ.get(f"{use}_REDIS_URL") for use in ("CACHE", "BROKER", "CHANNEL")),
    }
    for _sentence in config.production_faults(_facts):
        config.refuse(_sentence)
