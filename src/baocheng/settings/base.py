"""Everything the product is set to; the other modules here are short overrides."""

from base64 import b64decode
from pathlib import Path

from baocheng.settings import env as environment
from baocheng.settings import keys as key_file

PACKAGE = Path(__file__).resolve().parent.parent
ENV = environment.read()
KEYS = key_file.load(ENV.data)

# --- identity -----------------------------------------------------------------------------------
IS_DEMO = ENV.is_demo
COMPANY_NAME = ENV.company_name
COMPANY_PHONE = ENV.company_phone
HANDBOOK = PACKAGE / "handbook"

# --- secrets ------------------------------------------------------------------------------------
SECRET_KEY = KEYS["secret_key"]
FIELD_KEYS = {name: b64decode(key) for name, key in KEYS["field_keys"].items()}
INDEX_KEY = b64decode(KEYS["index_key"])

# --- rooms --------------------------------------------------------------------------------------
ROOMS = [
    "engine.journal",
    "engine.publishing",
    "engine.decisions",
    "engine.documents",
    "engine.messaging",
    "engine.work",
    "engine.clocks",
    "engine.processes",
    "areas.organisation",
    "areas.customers",
    "areas.products",
    "areas.policies",
    "areas.billing",
    "areas.claims",
    "ui",
    "desk",
    "rest",
    *(["demo"] if IS_DEMO else []),
]
INSTALLED_APPS = [
    *(f"baocheng.{room}" for room in ROOMS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "lucide",
    "axes",
    "procrastinate.contrib.django",
]

# --- web ----------------------------------------------------------------------------------------
ALLOWED_HOSTS = ENV.allowed_hosts
ROOT_URLCONF = "baocheng.settings.urls"
WSGI_APPLICATION = "baocheng.settings.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "baocheng.settings.security.content_security_policy",
    *(["baocheng.demo.clock.middleware"] if IS_DEMO else []),
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "baocheng.settings.language.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Behind a proxy that ends TLS: BAOCHENG_ORIGINS=https://service.example.com
CSRF_TRUSTED_ORIGINS = ENV.origins
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.origins else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(ENV.origins)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"

# --- accounts -----------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "baocheng.desk.views.signing.locked_out"
AXES_DISABLE_ACCESS_LOG = True

# --- storage ------------------------------------------------------------------------------------
DATABASES = {
    "default": environment.database(ENV.database_url or "postgresql:///postgres"),
}
DOCUMENT_ROOT = ENV.data / "documents"
DOCUMENT_SIZE_MAX = 20 * 1024 * 1024  # bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["baocheng.engine.documents.uploads.BoundedUpload"]

# --- messages -----------------------------------------------------------------------------------
_CONSOLE: tuple[str, dict[str, str]] = ("baocheng.adapters.sms_console.ConsoleSms", {})
MESSAGING_CHANNELS = {
    "sms": _CONSOLE,
    "email": (
        "baocheng.adapters.email_smtp.SmtpEmail",
        {"sender": ENV.smtp_sender, "url": ENV.smtp_url},
    )
    if ENV.smtp_url
    else _CONSOLE,
}

# --- jobs ---------------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["baocheng.settings.schedule"]

# --- language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- logs ---------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS = ["axes.W001", "axes.W002", "axes.W003"]
