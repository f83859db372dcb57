"""Settings: from the environment, with defaults that are safe in production.

| variable          | meaning                                                                        |
|-------------------|--------------------------------------------------------------------------------|
| SECRET_KEY        | signs sessions; required (./run makes one for this machine under var/)          |
| DATABASE_URL      | postgresql://user:password@host:port/name; without it the embedded PostgreSQL   |
| BROKER_URL        | amqp://...; without it (demo, tests) the queue lives in the embedded PostgreSQL |
| ALLOWED_HOSTS     | comma-separated host names                                                     |
| OBJECT_STORE      | folder of the content-addressed files                                          |
| STAGING           | folder of uploads that are not de-identified yet, and of the quarantine         |
| QUARANTINE_KEY    | 32 bytes or more, base64: wraps the keys of quarantined files (default: SECRET_KEY) |
| DICOM_SPOOL       | folder between the DICOM receiver and the worker (default: dicom/ in STAGING)   |
| READER_STUDY_VAR  | folder for everything this machine keeps (default: var/ beside manage.py)       |
| PUBLIC_URL        | https://host:port as viewers reach it, where their Host header leaves out the port  |
| EMAIL_URL         | smtp://user:password@host:587 (STARTTLS), smtps://...:465; without it no mail is sent, and |
|                   | links of invitations are shown to whoever invites (the demo writes mails to mail/ in var/)  |
| MAIL_FROM         | sender of mails, required with EMAIL_URL                                       |
| REMINDER_HOUR     | hour (UTC, 0-23) at which people are reminded of what is due; default 22       |
| PLAIN_HTTP        | 1: served without TLS on this machine only (the demo and the tests)             |
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from reader_study import embedded_postgres

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = embedded_postgres.VAR
PLAIN_HTTP = os.environ.get("PLAIN_HTTP") == "1"

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. ./run sets one for this machine; in production set your own."
    )
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
if PLAIN_HTTP:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost"]
PUBLIC_URL = os.environ.get("PUBLIC_URL", "").rstrip("/")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not PLAIN_HTTP]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "reader_study.audit",
    "reader_study.accounts",
    "reader_study.studies",
    "reader_study.cases",
    "reader_study.intake",
    "reader_study.intake.doors",
    "reader_study.translation",
    "reader_study.allocation",
    "reader_study.reading",
    "reader_study.agreement",
    "reader_study.interop",
    "reader_study.due",
    "reader_study.demonstration",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reader_study.accounts.middleware.PreferredLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "reader_study.problems.keep_of_refusals",
]
ROOT_URLCONF = "reader_study.urls"
WSGI_APPLICATION = "reader_study.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- data
_url = urlsplit(os.environ.get("DATABASE_URL", ""))
EMBEDDED_DATABASE = not os.environ.get("DATABASE_URL")
if not EMBEDDED_DATABASE and (_url.scheme not in ("postgres", "postgresql") or not _url.hostname):
    raise ImproperlyConfigured(
        "DATABASE_URL must look like postgresql://user:password@host:5432/name?sslmode=require"
    )
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.lstrip("/") or "app",
        "USER": unquote(_url.username or "app"),
        "PASSWORD": unquote(_url.password or ""),
        "HOST": _url.hostname or str(embedded_postgres.SOCKET_DIR),
        "PORT": str(_url.port or ""),
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(_url.query, strict_parsing=True)) if _url.query else {},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
OBJECT_STORE = Path(os.environ.get("OBJECT_STORE", VAR / "objects")).resolve()
STAGING = Path(
    os.environ.get("STAGING", VAR / "staging")
).resolve()  # files as they came: never where a worker reads
QUARANTINE_KEY = os.environ.get("QUARANTINE_KEY", "")  # changed, nobody reads what is in quarantine any more
DICOM_SPOOL = Path(
    os.environ.get("DICOM_SPOOL", STAGING / "dicom")
).resolve()  # the DICOM receiver's own folder
DICOM_QUIET_SECONDS = int(os.environ.get("DICOM_QUIET_SECONDS", "20"))  # then a delivery by DICOM has ended
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 2**20  # one DICOM file of an upload; larger ones are refused

# --- work
EMBEDDED_QUEUE = "BROKER_URL" not in os.environ
if EMBEDDED_QUEUE and not EMBEDDED_DATABASE and not PLAIN_HTTP:
    raise ImproperlyConfigured(
        "With DATABASE_URL, BROKER_URL must be set too, e.g. amqp://user:password@host:5672//"
    )
QUEUE_ADDRESS = embedded_postgres.address("queue", "queue")
CELERY_BROKER_URL = os.environ.get("BROKER_URL", "pgmq://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "conn_string": QUEUE_ADDRESS,
        "init_extension": False,
        "visibility_timeout": 60,
        "wait_time_seconds": 1,
        "polling_interval": 0.1,
    }
    if EMBEDDED_QUEUE
    else {"confirm_publish": True}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# The PostgreSQL queue keeps a table per queue and refuses names over 47 characters; remote control makes one per start.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = not EMBEDDED_QUEUE
CELERY_TASK_DEFAULT_QUEUE_TYPE = "classic" if EMBEDDED_QUEUE else "quorum"
REMINDER_HOUR = int(os.environ.get("REMINDER_HOUR", "22"))  # 7 o'clock in Japan
CELERY_BEAT_SCHEDULE = {
    "translation.sweep": {"task": "translation.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "intake.sweep": {"task": "intake.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "intake.collect": {"task": "intake.collect", "schedule": 5.0, "options": {"expires": 5}},
    "cases.sweep": {"task": "cases.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "agreement.sweep": {"task": "agreement.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "interop.sweep": {"task": "interop.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "due.remind": {"task": "due.remind", "schedule": crontab(minute="0", hour=str(REMINDER_HOUR))},
}
TRANSLATION_LEASE_SECONDS = int(os.environ.get("TRANSLATION_LEASE_SECONDS", "60"))
TRANSLATION_QUEUE_SECONDS = int(os.environ.get("TRANSLATION_QUEUE_SECONDS", "900"))

# --- mail
EMAIL_URL = os.environ.get("EMAIL_URL", "")
_mail = urlsplit(EMAIL_URL)
if EMAIL_URL and (_mail.scheme not in ("smtp", "smtps") or not _mail.hostname):
    raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:587 or smtps://host:465")
if EMAIL_URL and not os.environ.get("MAIL_FROM"):
    raise ImproperlyConfigured(
        "With EMAIL_URL, MAIL_FROM must be set too, e.g. reader-study@hospital.example"
    )
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_BACKEND = NO_MAIL
if EMAIL_URL:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
elif PLAIN_HTTP:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM") or "reader-study@localhost"

# --- people
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/accounts/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # still read, never written
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 3600
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "reader_study" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- the web
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["reader_study.accounts.authentication.SessionCookie"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "reader_study.problems.as_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Reader study",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        "StudyState": ["draft", "frozen", "open", "locked", "unblinded"],
        "CasePurpose": ["study", "training", "test"],
        "ReadPurpose": ["study", "training", "test", "adjudication"],
        "QualifyingState": ["waiting", "training", "test", "qualified", "expired", "failed"],
        "RoleName": [
            "coordinator",
            "quality",
            "reader",
            "adjudicator",
            "investigator",
            "monitor",
            "statistician",
        ],
        "InvitationState": "reader_study.studies.models.Invitation.State",
        "UnblindingState": "reader_study.studies.models.UnblindingRequest.State",
        "UnblindingScope": "reader_study.studies.models.UnblindingRequest.Scope",
        "TokenScope": "reader_study.accounts.models.TokenScope",
        "DifferenceKind": ["added", "removed", "changed"],
        "UploadState": ["receiving", "processing", "done"],
        "UploadDoor": ["browser", "script", "stow", "dicom"],
        "ManifestDoor": ["browser", "script"],
        "PatientState": ["stress", "rest", "perfusion"],
        "HeartState": ["stress", "rest"],
        "ImageStatus": "reader_study.cases.models.Image.Status",
        "ConfirmedEnum": "reader_study.cases.quality_models.Findings.Confirmed",
        "SiteQueryCategory": "reader_study.cases.quality_models.SiteQuery.Category",
        "KindsEnum": [
            "spect",
            "gated_spect",
            "projections",
            "gated_projections",
            "attenuation_map",
            "pet",
            "gated_pet",
            "ct",
        ],
        "ReadState": ["open", "ahead", "signed"],
        "UnlockState": ["requested", "refused", "open"],
        "SignatureMeaning": ["authored", "amended"],
        "CineKind": ["gated", "projections"],
        "ReadingSessionState": ["open", "waiting", "finished"],
        "FieldKind": ["choice", "choices", "number", "text"],
        "EventKind": ["score", "field", "view"],
        "LanguageCode": "django.conf.settings.LANGUAGES",
    },
}
STATIC_URL = "/static/"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.exists() else []
WHITENOISE_USE_FINDERS = True  # served from where they lie: there is no step to forget
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = (
    r"^/static/assets/.+-[\w-]{8}\.\w+$"  # the front end's build puts a hash into names
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, "'unsafe-inline'"],  # positions of tiles and sectors are style attributes
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if not PLAIN_HTTP else None
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"httpx": {"level": "WARNING"}, "highdicom": {"level": "WARNING"}},
}
