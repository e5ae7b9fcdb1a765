"""Figures for whoever watches the server, in the form that Prometheus asks for at `/metrics`.

Each floor counts what is its own and registers it here; labels are few and fixed: never a person, a
school, a session or an address. A figure that is worked out when it is asked for may ask the
database: `asked` makes it "not a number" where that does not answer, and the others are still told.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from math import nan
from typing import Any

from django.db import DatabaseError
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as KIND

from exchange.core import outbox

__all__ = ["KIND", "Counted", "asked", "registry", "text"]

disable_created_metrics()  # type: ignore[no-untyped-call]
registry = CollectorRegistry()
ProcessCollector(registry=registry)
answers = Counter(
    "exchange_answers",
    "Answers begun, by the class of their status.",
    ["status"],
    registry=registry,
)
for status in ("1xx", "2xx", "3xx", "4xx", "5xx"):
    answers.labels(status)


def asked(name: str, says: str, figure: Callable[[], float]) -> None:
    """Register a figure that is worked out whenever it is asked for."""

    def told() -> float:
        try:
            return figure()
        except DatabaseError:
            return nan

    Gauge(name, says, registry=registry).set_function(told)


asked(
    "exchange_outbox_lag_seconds",
    "How long the oldest letter that is due has waited.",
    lambda: outbox.lag().total_seconds(),
)


def text() -> bytes:
    """All figures as they are now."""
    return generate_latest(registry)


class Counted:
    """An ASGI app in front of another, which counts its answers."""

    def __init__(self, app: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answers.labels(f"{message['status'] // 100}xx").inc()
            await send(message)

        await self.app(scope, receive, sent)
