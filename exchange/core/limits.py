"""Limits on failed tries. Success never counts: a whole hall joins from one address."""

from django.core.cache import cache
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The client's address as the server saw it (uvicorn reads the proxy's header if told to)."""
    return str(request.META.get("REMOTE_ADDR", ""))


def too_many(name: str, who: str, most: int) -> bool:
    """Whether `who` has failed `most` times or more at `name` within the window."""
    return int(cache.get(f"failed:{name}:{who}", 0)) >= most


def failed(name: str, who: str, seconds: int) -> None:
    """Count one failed try; the count lapses `seconds` after the first."""
    key = f"failed:{name}:{who}"
    if not cache.add(key, 1, seconds):
        try:
            cache.incr(key)
        except ValueError:  # it lapsed in between
            cache.add(key, 1, seconds)
