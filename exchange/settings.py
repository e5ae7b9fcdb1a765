"""Every setting, read from the environment, each with a default that runs.

The list with one line on each stands in docs/operating.md; a test compares the two.
"""

import os
import sys
from pathlib import Path
from urllib.parse import unquote

from csp.constants import NONCE, NONE, SELF

from exchange.core.environment import (
    chosen,
    database,
    flag,
    folders,
    listed,
    mail_server,
    number,
    redis_server,
    refuse,
    refuse_hall,
    secret_key,
    sign_in_elsewhere,
    time_zone,
    understood,
)
from exchange.core.logs import AsJson, numbered, without_address

PACKAGE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("EXCHANGE_HOME", PACKAGE.parent / "var")).resolve()

PRODUCTION = flag("EXCHANGE_PRODUCTION", False)
DEMO = flag("EXCHANGE_DEMO", False)
DEBUG = flag("DEBUG", False)
TESTING = "pytest" in sys.modules
SECRET_KEY = secret_key(HOME, PRODUCTION)
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
BASE_URL = os.environ.get("BASE_URL", "http://localhost:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# The addresses of a hall without internet; `exchange serve --hall` sets it, with the three above.
HALL = listed("EXCHANGE_HALL", [])
TRUSTED_PROXY = flag("TRUSTED_PROXY", False)
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
refuse(PRODUCTION, DEBUG, SECRET_KEY, ALLOWED_HOSTS)
refuse_hall(PRODUCTION, HALL, BASE_URL)

# Who may found a network: anyone with a confirmed tie to a school, or the programme office.
FOUNDERS = os.environ.get("EXCHANGE_FOUNDERS", "anyone")
# Who must have a second step at sign-in; the demonstration and tests force nobody.
SECOND_STEP = (
    "nobody"
    if DEMO or TESTING
    else chosen("EXCHANGE_SECOND_STEP", "leaders", ("leaders", "all", "nobody"))
)
# Figures from fewer people than this are never shown. It can be raised, not lowered.
FLOOR = max(5, number("EXCHANGE_FLOOR", 5))

# Names of seats are erased so many days after their session was closed.
LABEL_DAYS = min(3650, max(1, number("EXCHANGE_LABEL_DAYS", 30)))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "exchange.core",
    "exchange.directory",
    "exchange.live",
    "exchange.meetings",
    "exchange.site",
]

MIDDLEWARE = [
    "exchange.core.middleware.numbered",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "exchange.core.storage.StaticFiles",
    "exchange.core.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "exchange.site.hall_mode.guests_only",
    "exchange.directory.second_step.led_there",
    "exchange.site.errors.in_words",
    "exchange.core.middleware.in_one_thread",
]

ROOT_URLCONF = "exchange.urls"
ASGI_APPLICATION = "exchange.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "directory.Person"

ACTIVITY_DIRS = [PACKAGE / "activities", *folders("EXCHANGE_ACTIVITY_DIRS")]
CONTENT_DIRS = [PACKAGE / "content", *folders("EXCHANGE_CONTENT_DIRS")]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "exchange.site.context.house",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                        "exchange.live.discovery.ActivityTemplates",
                    ],
                ),
            ],
            "builtins": [
                "exchange.core.templatetags.house",
                "exchange.live.templatetags.live",
                "exchange.live.templatetags.pieces",
                "django.templatetags.i18n",
            ],
        },
    },
]

FORM_RENDERER = "exchange.core.rendering.HouseForms"

# One file in HOME, unless a PostgreSQL is named.
OWN_FILE = f"sqlite:///{HOME / 'exchange.sqlite3'}"
DATABASE_URL = os.environ.get("DATABASE_URL", "").strip() or OWN_FILE
# Under ASGI each request has a thread of its own: a connection kept open would never be used again.
# Measured: with 60 seconds, 200 requests left 58 connections open on PostgreSQL; with 0, one.
DATABASES = {
    "default": understood(
        "DATABASE_URL", OWN_FILE, database, "postgres://user:password@host:5432/name"
    )
}

# By which several processes tell each other that something changed; it holds nothing.
REDIS_URL = understood("REDIS_URL", "", redis_server, "redis://user:password@host:6379")

AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "exchange.core.hashing.Argon2InTurn",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "exchange.core.passwords.NotRepeated"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "exchange.directory.accounts.InvitedOnly"
ACCOUNT_FORMS = {
    "login": "exchange.directory.account_forms.SignIn",
    "reset_password": "exchange.directory.account_forms.AskForReset",
    "reset_password_from_key": "exchange.directory.account_forms.ResetPassword",
    "change_password": "exchange.directory.account_forms.ChangePassword",
    "set_password": "exchange.directory.account_forms.SetPassword",
    "reauthenticate": "exchange.directory.account_forms.ConfirmItIsYou",
}
MFA_ADAPTER = "exchange.directory.second_step.SecondStep"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}  # nothing to guess, and a hall has one address
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation proved the address
MFA_TOTP_TOLERANCE = 1  # clocks of phones are wrong by seconds, people are slow
MFA_FORMS = {
    "authenticate": "exchange.directory.second_step_forms.SecondStepForm",
    "reauthenticate": "exchange.directory.second_step_forms.ConfirmByCode",
    "authenticate_webauthn": "exchange.directory.second_step_forms.StepByKey",
    "reauthenticate_webauthn": "exchange.directory.second_step_forms.ConfirmByKey",
    "login_webauthn": "exchange.directory.second_step_forms.SignInByKey",
    "add_webauthn": "exchange.directory.second_step_forms.AddKey",
    "activate_totp": "exchange.directory.second_step_forms.SetUpApp",
}
# Who may sign in by Google Workspace or Microsoft Entra; off where nothing is set.
_apps = sign_in_elsewhere()
SINGLE_SIGN_ON = [(app["provider_id"], app["name"]) for app in _apps]
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "exchange.directory.single_sign_on.Provider",
        "OAUTH_PKCE_ENABLED": True,
        "APPS": _apps,
    }
}
SOCIALACCOUNT_ADAPTER = "exchange.directory.single_sign_on.SingleSignOn"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# Whoever proved who they are, by signing in or since, is not asked again for so long (seconds).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True  # how long: directory/visits.py
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by invitation, which proves the address
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
# Django's: allauth's asks the database once more for whoever has an account, which a clock sees.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# The letter has proved who it is, also while strangers try passwords at the account.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
# Failed tries are counted in directory/accounts.py: a hall of people shares one address. Here
# letters are counted, so that nobody's post is flooded: an hour's for one reader, and so many
# from one address that no hall meets it.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "change_password": None,
    "reauthenticate": None,
    "reset_password": "600/h/ip,5/h/key",
    "reset_password_from_key": None,
    "signup": None,
}

# Who answers questions about data: whoever signs in with this address sees them.
_sender = os.environ.get("DEFAULT_FROM_EMAIL", "exchange@localhost").rstrip("> ").rpartition("<")[2]
PRIVACY_CONTACT = os.environ.get("EXCHANGE_PRIVACY_CONTACT", "").strip() or _sender

EMAIL_URL = os.environ.get("EMAIL_URL", "").strip()
EMAIL_TIMEOUT = 10  # seconds: the letters behind it wait meanwhile
# Letters wait in the outbox for the worker; the demonstration and tests have none beside them.
POST_AT_ONCE = DEMO or TESTING
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "exchange@localhost")
if EMAIL_URL.startswith("smtp"):
    _mail = understood("EMAIL_URL", "", mail_server, "smtp+tls://user:password@host:587")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        unquote(_mail.username or ""),
        unquote(_mail.password or ""),
    )
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "mail"

SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_ENGINE = "exchange.directory.visits"
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; we do not see its port
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Subdomains and browsers' preload lists are not ours to promise for; redirecting to https is the
# proxy's, and exchange.W001 asks for it in our own terms.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        # a form that leads to a provider is followed there only if its host is named
        "form-action": [SELF, *sorted({app["settings"]["origin"] for app in _apps})],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
}
CSRF_FAILURE_VIEW = "exchange.site.errors.csrf_failure"

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = understood(
    "TIME_ZONE", "Europe/London", time_zone, "the name of a place such as Europe/London"
)

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "exchange.live.discovery.ActivityStatic",
]
# What people upload: handed out by views only, so it has no address.
MEDIA_ROOT = HOME / "media"
# What a guess at a backup's passphrase costs: 18 is what the tool `age` asks for, 256 MB of memory
# for about a second. Two for tests, which wait for nothing.
BACKUP_WORK = 2 if TESTING else 18
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "exchange.core.storage.HashedQuery"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG or DEMO  # else a changed file breaks answers until a restart
WHITENOISE_MAX_AGE = 3600

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
# Whoever sends it as a bearer token is told by /readyz what is amiss.
READY_TOKEN = os.environ.get("EXCHANGE_READY_TOKEN", "").strip()
# Whoever sends it as a bearer token is told figures by /metrics; without one there is no such page.
METRICS_TOKEN = os.environ.get("EXCHANGE_METRICS_TOKEN", "").strip()
LOG_LEVEL = chosen("LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = chosen("LOG_FORMAT", "line", ("line", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {number} {name} {message}", "style": "{"},
        "json": {"()": AsJson},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["numbered"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "filters": {
        "no_address": {"()": "django.utils.log.CallbackFilter", "callback": without_address},
        "numbered": {"()": "django.utils.log.CallbackFilter", "callback": numbered},
    },
    "loggers": {
        "django.request": {"filters": ["no_address"]},
        "django.security.csrf": {"filters": ["no_address"]},
    },
}
