"""What the log may hold: never an address, because an address may carry a key that opens something
(a letter, a join code, a new password). The page's pattern stands in its place.

Every request has a number to quote. It stands in the lines that are written during it, in the
answer's X-Request-ID, and on the page if it is one of an error.
"""

import json
import logging
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime

NOWHERE = "(no such page)"
LETTERS = "BCDFGHJKMNPQRTVWXYZ2346789"  # nothing that is misheard or misread on the telephone
#: The number of the request that is being answered, "" outside of any.
present: ContextVar[str] = ContextVar("number of the request", default="")


def new_number() -> str:
    """A new number to quote, such as "K7P-2WD"; 26^6 of them."""
    number, drawn = secrets.randbelow(len(LETTERS) ** 6), ""
    for _ in range(6):
        number, at = divmod(number, len(LETTERS))
        drawn += LETTERS[at]
    return f"{drawn[:3]}-{drawn[3:]}"


def without_address(record: logging.LogRecord) -> bool:
    """A filter that lets every record through, with the pattern of the page for its address.

    Django's records on requests carry the request; "/invitations/k7Jx.../" becomes
    "/invitations/<slug:token>/".
    """
    path = getattr(getattr(record, "request", None), "path", "")
    if path and isinstance(record.args, tuple):
        match = record.request.resolver_match  # type: ignore[attr-defined]
        shown = f"/{match.route}" if match else NOWHERE
        record.args = tuple(shown if arg == path else arg for arg in record.args)
    return True


def numbered(record: logging.LogRecord) -> bool:
    """A filter that lets every record through, with `number`: that of its request, or "-"."""
    if not hasattr(record, "number"):
        own = getattr(getattr(record, "request", None), "number", "")
        record.number = own or present.get() or "-"
    return True


class AsJson(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, request (left out outside of any),
    message, and for a fault its trace."""

    def format(self, record: logging.LogRecord) -> str:
        number = getattr(record, "number", "-")
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": number,
            "message": record.getMessage(),
        }
        if number == "-":
            del told["request"]
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told)
