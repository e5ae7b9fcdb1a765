"""The server's way in: the fast door, and Django behind it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
django = get_asgi_application()

from exchange.live.fastdoor import FastDoor  # noqa: E402  (once Django is ready)

application = FastDoor(django)
