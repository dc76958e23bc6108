"""All settings, in one file.

Every difference between machines is an environment variable with a safe local default; the list with one line for each is
`.env.example`. Nothing here looks at the network or the disk beyond the folders it names.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from coopstrategy.logs import configure_logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")


def database_from(url: str) -> dict:
    """Django's description of one Postgres database from `postgres://user:password@host:port/name?host=/socket/folder`.

    A `host` in the query wins, because a socket folder cannot stand before the path. Other query keys go to libpq as they are.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL must begin with postgres://, not {parts.scheme or 'nothing'}://")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "coopstrategy",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }


# --- Who and where -------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HTTPS = env.bool("HTTPS", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="insecure-local-only" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `python3 run.py` makes one for you; in production set it yourself."
    )
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Keys the hashes of the census access codes. Changing it makes every printed code worthless, so it is apart from SECRET_KEY.
CENSUS_CODE_KEY = env.str("CENSUS_CODE_KEY", default="") or SECRET_KEY
SITE_ADDRESS = env.str("SITE_ADDRESS", default="http://localhost:8000").rstrip("/")
SITE_NAME = env.str("SITE_NAME", default="Co-op Strategy")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS]
HELP_PHONE = env.str("HELP_PHONE", default="0800 000 0000")
HELP_EMAIL = env.str("HELP_EMAIL", default="census@example.coop")
HELP_ADDRESS = env.str("HELP_ADDRESS", default="Census team, Freepost CO-OP STRATEGY")

STATE_DIR = Path(env.str("STATE_DIR", default=str(BASE_DIR / ".run")))
PRIVATE_DIR = Path(env.str("PRIVATE_DIR", default=str(STATE_DIR / "private")))

# --- The parts -----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "coopstrategy.demo",
    "panel",
    "census",
    "consultation",
    "blog",
    "commons.contributions",
    "commons.moderation",
    "commons.exports",
    "commons.digests",
    "commons.themes",
    "commons.people",
    "commons.audit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "rules.apps.AutodiscoverRulesConfig",
    "django_structlog",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coopstrategy.middleware.LogMiddleware",
    "coopstrategy.middleware.MethodsMiddleware",
    "coopstrategy.middleware.LimitsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coopstrategy.middleware.PrivacyHeadersMiddleware",
    "coopstrategy.middleware.SessionLengthMiddleware",
    "coopstrategy.middleware.DoorMiddleware",
    "coopstrategy.middleware.StaffMfaMiddleware",
]

ROOT_URLCONF = "coopstrategy.urls"
WSGI_APPLICATION = "coopstrategy.wsgi.application"

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
                "coopstrategy.context_processors.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["coop"]
CRISPY_TEMPLATE_PACK = "coop"
CRISPY_FAIL_SILENTLY = False

# --- Postgres, cache, Celery ---------------------------------------------------------------------------------------------

DATABASES = {"default": database_from(env.str("DATABASE_URL", default="postgres://localhost/coopstrategy"))}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if env.bool("DATABASE_POOL", default=False):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", default=8),
        "timeout": 10,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
# A page may hold the database for ten seconds; an export or an import sets its own, longer limit in its transaction.
DATABASES["default"]["OPTIONS"]["options"] = env.str("DATABASE_OPTIONS", default="-c statement_timeout=10000")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = env.str("CACHE_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# The rows are the queue and Celery is only the doorbell: see commons/queues.py for why these values and no others.
CELERY_BROKER_URL = env.str("BROKER_URL", default="redis://localhost:6379/0")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 870
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_PUBLISH_RETRY = False
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# It would believe any X-Forwarded-For. The access log of the web server holds the address that is true.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# --- People --------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = env.list("PASSWORD_HASHERS", default=["django.contrib.auth.hashers.Argon2PasswordHasher"])
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "people:you"
LOGOUT_REDIRECT_URL = "home"
# How many proxies of ours stand in front. Sign-in limits count addresses by it: with 0, X-Forwarded-For is not believed at all.
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# Signing in: an e-mail address, and a password or a code sent there. Who has no account gets the same page as who has one.
ACCOUNT_ADAPTER = "commons.people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_SIGNUP_FORM_CLASS = "commons.people.forms.accounts.SignupFields"
ACCOUNT_FORMS = {
    "login": "commons.people.forms.sign_in.PersonLoginForm",
    "signup": "commons.people.forms.sign_in.PersonSignupForm",
    "request_login_code": "commons.people.forms.sign_in.PersonRequestLoginCodeForm",
    "confirm_login_code": "commons.people.forms.sign_in.PersonConfirmLoginCodeForm",
    "confirm_email_verification_code": "commons.people.forms.sign_in.PersonConfirmEmailForm",
    "change_email": "commons.people.forms.sign_in.PersonChangeEmailForm",
    "add_email": "commons.people.forms.sign_in.PersonAddEmailForm",
    "reset_password": "commons.people.forms.sign_in.PersonResetPasswordForm",
    "confirm_password_reset_code": "commons.people.forms.sign_in.PersonConfirmResetForm",
    "reset_password_from_key": "commons.people.forms.sign_in.PersonNewPasswordForm",
    "change_password": "commons.people.forms.sign_in.PersonChangePasswordForm",
    "set_password": "commons.people.forms.sign_in.PersonSetPasswordForm",
    "reauthenticate": "commons.people.forms.sign_in.PersonReauthenticateForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = (
    True
)
# A quarter of an hour: people fetch the code from another device, and some mail is slow.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = (
    900
)
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# Whoever sits down at somebody's open session must not take the account along by changing its address.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Nobody's mailbox is flooded with codes: five of a kind in a quarter of an hour. With three tries for each code, that also keeps
# guessing hopeless. What is not named here keeps allauth's own limits.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,5/15m/key",
    "reset_password": "20/m/ip,5/15m/key",
    "confirm_email": "5/15m/key",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
MFA_ADAPTER = "commons.people.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "commons.people.forms.sign_in.SecondStepForm",
    "reauthenticate": "commons.people.forms.sign_in.SecondStepAgainForm",
    "activate_totp": "commons.people.forms.sign_in.SecondStepActivateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
# One step of half a minute either way, for telephones whose clock is off.
MFA_TOTP_TOLERANCE = 1

# Staff are asked again after STAFF_SESSION_AGE, which coopstrategy.middleware keeps; others after SESSION_COOKIE_AGE.
STAFF_SESSION_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Safety --------------------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
# Messages name organisations, and the privacy notice counts two cookies: they wait in the session, not in a third one.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "coopstrategy.views.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
# Whoever has had this many contributions let through by moderators is public at once from then on.
TRUSTED_AFTER = env.int("TRUSTED_AFTER", default=2)
# How long the panel may take to answer a contribution.
REPLY_WEEKS = env.int("REPLY_WEEKS", default=12)
# How many members must agree to a text before any of them may publish it; with 0 only the chair publishes.
PANEL_QUORUM = env.int("PANEL_QUORUM", default=0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# The largest register file staff may upload, in bytes. The real one is about 3 MB.
REGISTER_MAX_BYTES = env.int("REGISTER_MAX_BYTES", default=50_000_000)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- Mail ----------------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Co-op Strategy <strategy@example.coop>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = "coopstrategy.demo.mail.CatchingBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
# How many digests and reminders may go out within a minute. Mails that somebody waits for do not wait in that line, but count.
MAILS_PER_MINUTE = env.int("MAILS_PER_MINUTE", default=600)
# What the mail server shows when it tells us of mail that came back (commons.digests.views.BounceView). Empty: it cannot.
BOUNCE_KEY = env.str("BOUNCE_KEY", default="")
EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "

# --- Language, time, files -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("cy", _("Welsh"))]
# In which languages people may choose to be written to. Welsh joins the list when a native reader has checked it (locale/cy).
OFFERED_LANGUAGES = env.list("OFFERED_LANGUAGES", default=["en-gb"])
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(STATE_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_DIR / "files"},
    },
    "staticfiles": {
        "BACKEND": env.str("STATIC_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
WHITENOISE_AUTOREFRESH = env.bool("WHITENOISE_AUTOREFRESH", default=DEBUG)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH

LOGGING = configure_logs(
    env.str("LOG_FORMAT", default="lines" if DEBUG else "json"), env.str("LOG_LEVEL", default="INFO")
)
