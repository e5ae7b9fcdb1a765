"""What the log may hold: never an address, because an address may carry a key that opens something
(a letter, a join code, a new password). The page's pattern stands in its place."""

import logging

NOWHERE = "(no such page)"


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
