"""The server's way in. The fast door (moves, view, stream as a lean app beside Django) has its
place here, in front of Django's application, when the hall needs it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
application = get_asgi_application()
