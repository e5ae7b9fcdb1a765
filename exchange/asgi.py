"""The server's way in: the fast door, and Django behind it."""

import gc
import os
import signal
from contextlib import ExitStack
from multiprocessing import parent_process
from threading import Thread

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
django = get_asgi_application()

from django.conf import settings  # noqa: E402  (once Django is ready)

from exchange.core.metrics import Counted  # noqa: E402
from exchange.core.serving import together  # noqa: E402
from exchange.live import nudges  # noqa: E402
from exchange.live.fastdoor import FastDoor  # noqa: E402

nudges.listen()
# What is here now stays, and what a hall keeps at hand stays long: the garbage collector need not go
# through all of it again and again, which held up everybody for a tenth of a second each time.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 500)
application = Counted(FastDoor(django)) if settings.METRICS_TOKEN else FastDoor(django)
#: Until the process ends.
held = ExitStack()


def one_of_several() -> Counted | FastDoor:
    """The same in one of several processes, which ends with the one that started it, however that
    ended, and until then keeps a restore out by itself."""
    held.enter_context(together())
    Thread(target=_end_with_it, name="parent", daemon=True).start()
    return application


def _end_with_it() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
