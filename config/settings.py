"""Settings: one file for every place it runs; the environment (or `.env`) makes the difference.

Refuses to start on a database of your own without a secret key. `.env.example` lists every variable.
"""

import logging
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.postgresql.roles import APPLICATION, DATABASE, OWNER
from config.secret_key import kept_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

DEBUG = env.bool("DEBUG", default=False)

# What this installation keeps when it has no database server: the database and the secret key.
DATA_FOLDER = Path(env.str("DATA_FOLDER", default=str(BASE_DIR / ".data"))).absolute()

# The address people use. https here switches on everything that needs it.
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")
HAS_HTTPS = urlsplit(SITE_URL).scheme == "https"
ALLOWED_HOSTS = [
    *{urlsplit(SITE_URL).hostname or "127.0.0.1", "localhost", "127.0.0.1", "[::1]"},
    *env.list("ALLOWED_HOSTS", default=[]),
]

# --- Database -------------------------------------------------------------------------------------

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://. Stepwise runs on PostgreSQL only.")
    DATABASES["default"]["ENGINE"] = "config.postgresql"
    HAS_OWN_DATABASE_SERVER = True
    # Who owns the tables, for the commands that make, change or copy them; without it, the application's role is that.
    if env.str("DATABASE_OWNER_URL", default=""):
        owner = env.db_url("DATABASE_OWNER_URL")
        if owner["NAME"] != DATABASES["default"]["NAME"]:
            raise ImproperlyConfigured("DATABASE_OWNER_URL must name the database that DATABASE_URL names.")
        names = ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")
        DATABASES["default"]["OWNER"] = {name: owner[name] for name in names if name in owner}
else:
    # Starts by itself at the first query, so commands that need no database start none.
    DATABASES = {
        "default": {"ENGINE": "config.postgresql", "NAME": DATABASE, "USER": APPLICATION, "OWNER": {"USER": OWNER}}
    }
    HAS_OWN_DATABASE_SERVER = False
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# How often a statement of `config.written_once` is planned before the server keeps its plan. Nothing else is kept.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, so that every worker and machine counts the same failed sign-ins.
# Large enough that pages and results that are kept push no failed sign-in out.
CACHES = {
    "default": {
        "BACKEND": "config.shared_cache.SharedCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# --- Secret ---------------------------------------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if HAS_OWN_DATABASE_SERVER and not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Put at least 50 random characters into the environment or into .env:"
            " it signs sessions, and whoever knows it can sign in as anyone."
        )
    SECRET_KEY = kept_secret_key(DATA_FOLDER)

# --- Parts ----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "patients", "guidelines",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.humanize", "django.contrib.messages",
    "django.contrib.postgres", "django.contrib.sessions", "django.contrib.staticfiles", "django.forms",
    "allauth", "allauth.account", "allauth.mfa", "allauth.usersessions",
    "csp", "django_htmx", "pghistory", "pgtrigger", "procrastinate.contrib.django",
]  # fmt: skip

MIDDLEWARE = [
    "config.request_ids.with_a_number",
    # Headers first: a refusal by any of those below carries them too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.no_store",
    "config.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.probes.answer_probes",
    "config.uploads.refuse_too_much",
    "config.middleware.refuse_signs",
    # Nobody's before anything of the database is asked, and until it is known who sends it.
    "config.middleware.nobody_yet",
    "config.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.middleware.PersonMiddleware",
    "config.admission.AdmissionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.htmx.redirect_the_page",
    # Who made a change, and on which page, for the history rows the database writes.
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "patients.context.demonstration",
                "patients.context.roles",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Looking changes nothing that has a history.
PGHISTORY_MIDDLEWARE_METHODS = ("POST",)

# --- Work that outlives a request -----------------------------------------------------------------

# PostgreSQL is the queue. `manage.py procrastinate worker` does the work; any number of them may.
PROCRASTINATE_IMPORT_PATHS = [
    "patients.daily_tasks",
    "patients.impact.tasks",
    "patients.letter_tasks",
    "patients.results.tasks",
]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None
# A worker that is asked to end has so many seconds for the chunk it is at; what is done is not kept in the queue.
PROCRASTINATE_WORKER_DEFAULTS = {"shutdown_graceful_timeout": 10, "delete_jobs": "successful"}

# --- Language, numbers, time ----------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = True
USE_THOUSAND_SEPARATOR = False  # a dose is never "1,000"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static_files.HashedStaticFiles"
    },
}

# --- What a request may carry ---------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # of a form; what a page takes of a file, its view says (config/uploads.py)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# --- Security headers and cookies -----------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

SESSION_ENGINE = "config.sessions"
# What is said of a patient stays on the server and goes with the session; a cookie would outlast the sign-out.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HAS_HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day, however busy
SESSION_IDLE_SECONDS = 15 * 60  # without a request of the person's
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # clinics share computers
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HAS_HTTPS

SECURE_SSL_REDIRECT = HAS_HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # asked from inside, past the proxy that ends TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HAS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HAS_HTTPS and env.bool("HSTS_SUBDOMAINS", default=True)
SILENCED_SYSTEM_CHECKS = [
    "security.W001",  # misses Django's SecurityMiddleware, of which config.middleware.SecurityHeaders is a kind
    "security.W021",  # to be on the browsers' own lists binds a hospital's whole domain, for years: not ours to ask for
]
# How many proxies in front are ours: their headers about the visitor's address and https are believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
if HAS_HTTPS and ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Sign-in --------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["config.accounts.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "config.accounts.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# Of strangers: questions that a guideline did not answer, sent to its editors; and links of invitations that are opened.
ACCOUNT_RATE_LIMITS = {"send_question": "5/h/ip", "open_invitation": "120/h/ip"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60  # a signature asks for the password again, if it was last given before that
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HAS_HTTPS else "http"
# Of whoever signs, approves or gives roles; which pages those are, config/access.yaml says.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=True)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    f"{name.lower()}_webauthn": f"config.passkey_forms.{name}Form"
    for name in ["Add", "Authenticate", "Login", "Reauthenticate"]
}
MFA_TOTP_ISSUER = "Stepwise"
MFA_RECOVERY_CODES_SHOW_ONCE = True  # whoever finds a screen open later does not find them
# Browsers make passkeys for http on this machine itself; allauth is told so only where there is no https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HAS_HTTPS
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
# Without a server that takes mail, links are handed over: nothing secret is written to the console.
HAS_MAIL = bool(env.str("EMAIL_URL", default=""))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default="stepwise@localhost")

# --- Logs: to the console, without patients' data --------------------------------------------------

# One JSON object a line for whatever collects them; text for whoever reads along.
LOG_FORMAT = env.str("LOG_FORMAT", default="text" if DEBUG else "json")
if LOG_FORMAT not in ("json", "text"):
    raise ImproperlyConfigured('LOG_FORMAT must be "json" or "text".')
# A line that cannot be written is lost; Python would write out what was to be said, values and all.
logging.raiseExceptions = DEBUG
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"of_requests_only_errors": {"()": "config.logs.OfRequestsOnlyErrors"}},
    "formatters": {"json": {"()": "config.logs.JsonLines"}, "text": {"()": "config.logs.TextLines"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["of_requests_only_errors"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "config": {"level": "INFO"},
        "patients.audit": {"level": "INFO"},
        # Its own handlers would mail the request, with everything a person typed.
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # runserver would name every address.
        "django.server": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # Statements contain patients' data.
        "django.db.backends": {"level": "ERROR"},
    },
}
DEFAULT_EXCEPTION_REPORTER = "config.logs.ReportWithoutValues"
