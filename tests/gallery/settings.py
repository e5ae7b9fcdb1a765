"""The house's settings with the gallery's addresses."""

from exchange.settings import *  # noqa: F403

ROOT_URLCONF = "tests.gallery.urls"
DEMO = True
WHITENOISE_AUTOREFRESH = True
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
