"""The server's way in: the fast door, and Django behind it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
django = get_asgi_application()

from django.conf import settings  # noqa: E402  (once Django is ready)

from exchange.core.metrics import Counted  # noqa: E402
from exchange.live.fastdoor import FastDoor  # noqa: E402

application = Counted(FastDoor(django)) if settings.METRICS_TOKEN else FastDoor(django)
