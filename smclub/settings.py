"""One settings file: every difference between deployments is read from the environment (see .env.example)."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from smclub import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

SPELLINGS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


def read(kind: str, name: str, default, *, within: range | None = None):
    """The environment variable `name` as `kind` (bool, int, str, list); one clear sentence when it is none, or not `within`."""
    written = env.ENVIRON.get(name)
    if written is None or (written == "" and kind != "str"):
        return default
    try:
        value = SPELLINGS[written.strip().lower()] if kind == "bool" else getattr(env, kind)(name)
    except (KeyError, ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} is not readable as {kind}: {written!r}.") from None
    if within is not None and value not in within:
        raise ImproperlyConfigured(f"{name} must be between {within[0]} and {within[-1]}, not {value}.")
    return value


VERSION = "0.1.0"
DEBUG = read("bool", "DEBUG", False)
DEMO = read("bool", "DEMO", False)
VAR_DIR = Path(read("str", "VAR_DIR", str(BASE_DIR / "var"))).absolute()
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"VAR_DIR is no folder that we may use: {error}.") from None

# --- Address -----------------------------------------------------------------
SITE_URL = read("str", "SITE_URL", "http://localhost:8000").rstrip("/")
try:
    _address = urlsplit(SITE_URL)
    _is_address = _address.scheme in ("http", "https") and _address.hostname and not _address.path and _address.port != 0
except ValueError:  # a port that is no number
    _is_address = False
if not _is_address:
    raise ImproperlyConfigured(f"SITE_URL must look like https://club.example, not {SITE_URL!r}.")
HTTPS = _address.scheme == "https"
LOOPBACK = _address.hostname in ("localhost", "127.0.0.1", "::1")
ALLOWED_HOSTS = read("list", "ALLOWED_HOSTS", [_address.hostname])
if LOOPBACK:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]


# --- Secret key --------------------------------------------------------------
def _secret_key() -> str:
    """SECRET_KEY, or a key made once and kept in an ignored file."""
    if key := read("str", "SECRET_KEY", ""):
        return key
    kept = VAR_DIR / "secret_key"
    try:
        with kept.open("x") as file:
            kept.chmod(0o600)
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return kept.read_text()


try:
    SECRET_KEY = _secret_key()
except OSError as error:  # made by somebody else: root, once
    raise ImproperlyConfigured(f"VAR_DIR is no folder that we may use: {error}.") from None
SECRET_KEY_FALLBACKS = read("list", "SECRET_KEY_FALLBACKS", [])

# --- Applications ------------------------------------------------------------
INSTALLED_APPS = [
    "smclub.apps.SiteConfig",
    "smclub.apps.ClubAdminConfig",
    "members",
    "partners",
    "events",
    "posts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "taggit",
    "modelsearch",
    "django_tasks_db",
    "django_htmx",
]
MIDDLEWARE = [
    "smclub.middleware.AccessLogMiddleware",
    "members.pace.PaceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "smclub.middleware.SecurityHeadersMiddleware",
    "smclub.page_cache.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "smclub.middleware.PathLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "smclub.middleware.OneSpellingMiddleware",
    "smclub.middleware.VisitorMiddleware",
    "members.presence.LastSeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "posts.old_addresses.OldAddressMiddleware",
    "smclub.middleware.NotAllowedMiddleware",
]
ROOT_URLCONF = "smclub.urls"
WSGI_APPLICATION = "smclub.wsgi.application"
TEMPLATES = [
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
                "smclub.context.site",
            ]
        },
    }
]
if DEBUG and read("bool", "DEBUG_TOOLBAR", False):
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(2, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS = ["127.0.0.1", "::1"]

# --- Databases and cache -----------------------------------------------------
_SQLITE = {"transaction_mode": "IMMEDIATE", "timeout": 10}


def _pragmas(synchronous: str) -> str:
    return f"PRAGMA journal_mode=WAL;PRAGMA synchronous={synchronous};PRAGMA busy_timeout=10000;PRAGMA cache_size=-4000;"


def _database() -> dict:
    url = read("str", "DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "CONN_MAX_AGE": None,  # opening one for each request took a tenth of a page
            "NAME": VAR_DIR / "club.sqlite3",
            "OPTIONS": _SQLITE | {"init_command": _pragmas("FULL")},
            "TEST": {"NAME": VAR_DIR / "test.sqlite3"},
        }
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL must start with postgres://; leave it out for SQLite.")
    pool = {"min_size": 1, "max_size": read("int", "DATABASE_POOL", 8, within=range(1, 1001)), "timeout": 3}
    try:
        where = env.db_url("DATABASE_URL")
    except ValueError:
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://name:password@host:5432/database.") from None
    return where | {
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": pool, "options": "-c lock_timeout=5000 -c statement_timeout=30000"},
    }


DATABASES = {"default": _database()}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("django.contrib.postgres")

CACHE_URL = read("str", "CACHE_URL", "")
if CACHE_URL.startswith(("redis://", "rediss://")):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": CACHE_URL,
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        }
    }
    CACHES["pages"] = CACHES["default"] | {"KEY_PREFIX": "pages"}
elif CACHE_URL == "locmem://":
    CACHES = {
        name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name} for name in ("default", "pages")
    }
elif CACHE_URL:
    raise ImproperlyConfigured("CACHE_URL must start with redis://; leave it out for the embedded cache.")
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        },
        # Pages have a table of their own: culling them must never cull a count of wrong passwords.
        "pages": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "pages",
            "OPTIONS": {"MAX_ENTRIES": 5_000},
        },
    }
    DATABASES["cache"] = {
        "ENGINE": "django.db.backends.sqlite3",
        "CONN_MAX_AGE": None,
        "NAME": VAR_DIR / "cache.sqlite3",
        "OPTIONS": _SQLITE | {"init_command": _pragmas("OFF")},
        "TEST": {"NAME": VAR_DIR / "test-cache.sqlite3"},
    }
    DATABASE_ROUTERS = ["smclub.databases.CacheRouter"]
PAGE_CACHE = read("bool", "PAGE_CACHE", not DEBUG)
KEEP_FACTS = PAGE_CACHE or not DEBUG  # what pages made anew share: smclub/keeping.py

# --- Signing in --------------------------------------------------------------
AUTH_USER_MODEL = "members.Member"
# One backend: with Django's own beside it each wrong password would be hashed twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "smclub.hashers.ClubArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "members:me"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "members.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "members.door.NewAddressForm",
    "change_password": "members.door.ChangePasswordForm",
    "confirm_email_verification_code": "members.door.AddressCodeForm",
    "confirm_login_code": "members.door.LoginCodeForm",
    "confirm_password_reset_code": "members.door.ResetCodeForm",
    "login": "members.door.LoginForm",
    "reauthenticate": "members.door.AgainByPasswordForm",
    "request_login_code": "members.door.RequestLoginCodeForm",
    "reset_password": "members.door.ResetForm",
    "reset_password_from_key": "members.door.ChosenPasswordForm",
    "set_password": "members.door.FirstPasswordForm",
    "signup": "members.door.SignupForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# Besides the library's defaults, a day's limit: forty newcomers behind one address is a full meeting.
ACCOUNT_RATE_LIMITS = {"signup": "20/m/ip,60/d/ip"}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
DOOR_PACE = 0.25  # seconds: several times what the slowest answer about an address takes
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_CHANGE_EMAIL = True  # one address an account; the new one takes over once verified
ACCOUNT_SESSION_REMEMBER = True
USERSESSIONS_TRACK_ACTIVITY = False
MFA_ADAPTER = "members.adapter.SecondStepAdapter"
MFA_FORMS = {
    "activate_totp": "members.door.AppForm",
    "add_webauthn": "members.door.AddKeyForm",
    "authenticate": "members.door.SecondStepForm",
    "edit_webauthn": "members.door.RenameKeyForm",
    "reauthenticate": "members.door.AgainByCodeForm",
    "signup_webauthn": "members.door.FirstKeyForm",
}
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOOPBACK
MFA_TOTP_ISSUER = "Social Media Club"
# Behind nginx this is 1; without it every visitor would share one rate-limit key.
ALLAUTH_TRUSTED_PROXY_COUNT = read("int", "TRUSTED_PROXIES", 0, within=range(10))

# --- Cookies and headers: everything follows from SITE_URL being https --------
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "smclub.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "frame-src": [f"https://{host}" for host in ("www.youtube-nocookie.com", "player.vimeo.com", "geo.dailymotion.com")],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# --- Languages and time ------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
FORMAT_MODULE_PATH = "smclub.formats"
LOCALE_PATHS = [BASE_DIR / "smclub" / "locale"]
TIME_ZONE = "Europe/Paris"
URLIZE_ASSUME_HTTPS = True
TAGGIT_CASE_INSENSITIVE = True
TAGGIT_TAGS_FROM_STRING = "members.models.topic.topics_from_string"
TAGGIT_STRING_FROM_TAGS = "members.models.topic.topics_to_string"

# --- Files -------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
_media: dict = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
if _bucket := read("str", "S3_BUCKET", ""):
    _media = {
        "BACKEND": "smclub.storage.Bucket",
        "OPTIONS": {
            "bucket_name": _bucket,
            "endpoint_url": read("str", "S3_ENDPOINT", "") or None,
            "region_name": read("str", "S3_REGION", "") or None,
            "access_key": read("str", "S3_ACCESS_KEY", ""),
            "secret_key": read("str", "S3_SECRET_KEY", ""),
        },
    }
_static = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": _media,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else _static},
}

# --- Mail and tasks ----------------------------------------------------------
DEFAULT_FROM_EMAIL = read("str", "FROM_EMAIL", "Social Media Club <club@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ADMINS = read("list", "ADMINS", [])
EMAIL_HOST_NAME = read("str", "SMTP_HOST", "")
if EMAIL_HOST_NAME:
    _ssl = read("bool", "SMTP_SSL", False)
    _starttls = read("bool", "SMTP_STARTTLS", not _ssl)
    if _ssl and _starttls:
        raise ImproperlyConfigured("SMTP_SSL encrypts from the start and SMTP_STARTTLS later: set one of them.")
    _mailer = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": EMAIL_HOST_NAME,
            "port": read("int", "SMTP_PORT", 587, within=range(1, 65536)),
            "username": read("str", "SMTP_USER", ""),
            "password": read("str", "SMTP_PASSWORD", ""),
            "use_tls": _starttls,
            "use_ssl": _ssl,
            "timeout": 10,
        },
    }
else:
    # Without a mail server letters stay in the outbox, where the admin (and the demo's letter box) shows them.
    _mailer = {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
MAILERS = {"default": _mailer}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]}}

QUIET_HOURS = (21, 8)  # from the evening to the morning nothing leaves that nobody asked for: members/quiet.py

# --- Search ------------------------------------------------------------------
MODELSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database", "SEARCH_CONFIG": "simple"}}

# --- Logging -----------------------------------------------------------------
LOGGING = logs.configuration(debug=DEBUG)
