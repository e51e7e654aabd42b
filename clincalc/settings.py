"""The settings: installations differ in values, and the values come from the environment.

Production is what runs with neither DEBUG nor DEMO. DEMO serves a demo database
over plain HTTP; the server refuses it for any other database (`clincalc/start.py`).
"""

import secrets
from pathlib import Path

from django.utils.csp import CSP

from clincalc import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env.refuse_typos()

# What this installation is

DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
PRODUCTION = not (DEBUG or DEMO)
SITE_NAME = env.text("SITE_NAME", "ClinCalc Pro")
HOME_MARKET = env.market("HOME_MARKET", "GB")
LOCAL_HELP = env.text("LOCAL_HELP", "")
SECURITY_CONTACT = env.contact("SECURITY_CONTACT")


def _make_var() -> None:
    """Make the folder of what this installation keeps; a fresh clone has none."""
    try:
        VAR_DIR.mkdir(exist_ok=True)
    except OSError as error:
        raise env.Refused(f"The folder {VAR_DIR} cannot be made ({error.strerror}).") from error


def _kept_secret_key() -> str:
    """Return the key of a demo or of a developer: made once, kept in var/secret-key."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        _make_var()
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")


SECRET_KEY = env.text("SECRET_KEY", None if PRODUCTION else "") or _kept_secret_key()
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", None if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

# How often one client may ask, counted by each process of the server (`clincalc/limits.py`)

SEARCH_RATE = env.rate("SEARCH_RATE", "")
SUGGEST_RATE = env.rate("SUGGEST_RATE", "50/200")

# The application

INSTALLED_APPS = [
    "clincalc.accounts.apps.EditorsAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "crispy_forms",
    "clincalc.accounts.apps.AccountsConfig",
    "monographs",
]
MIDDLEWARE = [
    "clincalc.middleware.Headers",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "clincalc.middleware.RequestLog",
    "clincalc.middleware.TrustedProxies",
    "clincalc.health.Probes",
    "django.middleware.security.SecurityMiddleware",
    "clincalc.middleware.ReadOnlyPages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clincalc.accounts.sessions.Hours",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clincalc.middleware.DatabaseDown",
]
ROOT_URLCONF = "clincalc.urls"
WSGI_APPLICATION = "clincalc.wsgi.application"
ASGI_APPLICATION = "clincalc.asgi.application"
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
                "monographs.presenters.site.site",
            ],
        },
    },
]
CRISPY_TEMPLATE_PACK = "clincalc"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["clincalc"]

DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'clincalc.sqlite3'}"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    _make_var()
    # A file, as in an installation: a database in memory has neither WAL nor a second connection.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
# The first hashes new passwords; a hash of the others is made anew when its person signs in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
# No kind of character is asked for: length and surprise are what makes a password hard to guess.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "clincalc.accounts.passwords.LongestValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "clincalc.accounts.passwords.GuessableValidator"},
]
# Whoever signs, releases or looks after accounts signs in with a code besides; a demonstration only offers it.
SECOND_FACTOR_REQUIRED = PRODUCTION
# Tries of passwords and codes in five minutes from one address, which may be a whole hospital's.
SIGN_IN_LIMIT = env.number("SIGN_IN_LIMIT", 100, least=10, most=100_000)
TRUSTED_NETWORKS = env.networks("TRUSTED_NETWORKS")

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.time_zone("TIME_ZONE", "Europe/London")
USE_TZ = True

# Letters to the people who work here: without EMAIL_URL they are kept, and sent when it is set

MAILERS = env.mailers("EMAIL_URL")
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", None if MAILERS else "")

# Static files: hashed names, compressed, collected by `manage.py collectstatic`

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_STATIC_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else _STATIC_STORAGE,
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Cookies: only the admin has any. A __Host- cookie needs HTTPS, which a demo does not have.

_COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
# A session ends when it was idle so long, and when it is so old (`clincalc.accounts.sessions`)
SESSION_IDLE_HOURS = env.number("SESSION_IDLE_HOURS", 4, least=1, most=168)
SESSION_HOURS = env.number("SESSION_HOURS", 12, least=1, most=168)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "clincalc.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What one request may bring: the largest form of a starter drug has 402 fields and 23 KB, and nothing takes files

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 0
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 0

# Headers: `clincalc.middleware.Headers` puts them on every response

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Browsers ignore HSTS over the plain HTTP of a demo, so it is sent in production only.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
if TRUSTED_PROXIES:
    # Believed only from these addresses: `clincalc.middleware.TrustedProxies` takes it from all others.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "mail.W001",  # no mailer: nothing but letters is ever sent, and those are kept until there is one
    "security.W002",  # X-Frame-Options: `frame-ancestors 'none'` says it to every browser in use
    "security.W021",  # HSTS preload binds the whole domain for years: its owner's choice, not the site's
]

# Logs: lines of JSON on standard output in production, plain lines elsewhere. The security log is always JSON.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "clincalc.logs.JsonFormatter"},
        "plain": {"format": "{levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json" if PRODUCTION else "plain",
        },
        "security": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"},
    },
    "root": {"handlers": ["stdout"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        # Below an error these repeat the line of the request.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "clincalc.requests": {"level": "INFO" if PRODUCTION else "ERROR"},
        "clincalc.security": {"handlers": ["security"], "level": "INFO", "propagate": False},
    },
}
