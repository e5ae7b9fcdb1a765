"""Limits on failed tries. Success never counts: a whole hall joins from one address.

Why each limit is what it is: docs/decisions/0013.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from ipaddress import IPv6Network, ip_address
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

#: How often one person may ask for what costs the server much, such as a PDF, within the seconds.
MOST_COSTLY, COSTLY_WINDOW = 60, 600
#: How often one person may search in that time. Typing asks at each pause of a third of a second:
#: a question a second for ten minutes on end is more than anybody types.
MOST_SEARCHES = 600


def address_of(request: HttpRequest) -> str:
    """The client's address as the server saw it (uvicorn reads the proxy's header if told to).

    Of IPv6 only the network: one household or phone is given 2^64 addresses.
    """
    seen = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(seen)
    except ValueError:
        return seen
    if address.version == 4:
        return seen
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address.packed, 64), strict=False))


def _key(name: str, who: str) -> str:
    """What people type may be long or strange, and a cache need not know their addresses."""
    return f"tries:{sha256(f'{name}:{who}'.encode()).hexdigest()}"


def too_many(name: str, who: str, most: int) -> bool:
    """Whether `who` has failed `most` times or more at `name` within the window."""
    return int(cache.get(_key(name, who), 0)) >= most


def failed(name: str, who: str, seconds: int) -> int:
    """Count one failed try and return the count, which lapses `seconds` after its first."""
    key = _key(name, who)
    if not cache.add(key, 1, seconds):
        try:
            return int(cache.incr(key))
        except ValueError:  # it lapsed in between
            cache.add(key, 1, seconds)
    return 1


def take(name: str, who: str, most: int, seconds: int) -> bool:
    """Take one of `most` places before a try is judged; False when none is left.

    Stricter than counting afterwards: of a thousand tries at once `most` are judged. Only for what
    one person tries alone, such as an account's password. A right try gives its place back.
    """
    if failed(name, who, seconds) <= most:
        return True
    give_back(name, who)
    return False


def give_back(name: str, who: str) -> None:
    """Give a place back: the try was right, or was not judged."""
    with suppress(ValueError):  # it lapsed in between
        cache.decr(_key(name, who))


def vouch(name: str, who: str, seconds: int) -> None:
    """Remember for a while that `who` may go on at `name` whatever others have failed."""
    cache.set(_key(name, who), True, seconds)


def vouched(name: str, who: str) -> bool:
    """Whether somebody has vouched for `who` at `name`."""
    return bool(cache.get(_key(name, who), False))


def _paced(name: str, request: HttpRequest, most: int) -> bool:
    """Whether this person may do this once more within ten minutes; counted by account, since a
    whole hall has one address."""
    return failed(name, str(request.user.pk), COSTLY_WINDOW) <= most


def _come_again(request: HttpRequest, sentence: str) -> HttpResponse:
    response = render(request, "429.html", {"sentence": sentence}, status=429)
    response["Retry-After"] = str(COSTLY_WINDOW)
    return response


def costly(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a page that costs the server much: so many for one person in ten minutes, then 429.

    Below `login_required`.
    """

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _paced("costly", request, MOST_COSTLY):
            return view(request, *args, **kwargs)
        return _come_again(request, _("You have asked for many papers or files in a short time."))

    return limited


def searching(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a page that searches when its address asks `q`: so many questions for one person in
    ten minutes, then 429. Below `login_required`."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.GET.get("q", "").strip() or _paced("search", request, MOST_SEARCHES):
            return view(request, *args, **kwargs)
        return _come_again(request, _("You have searched very often in a short time."))

    return limited
