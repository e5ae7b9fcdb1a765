"""A hall without internet: a laptop answers phones on the local wifi, over plain http.

Anybody on that wifi could read along, so under the hall's addresses there is only what needs no
account; passwords and accounts are for the laptop itself, at localhost (decision 0052).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.decorators import sync_only_middleware
from django.views.decorators.http import require_safe

from exchange.core.pictures import qr_data
from exchange.site.errors import page

#: What is answered under the hall's addresses. All else takes an account, or shows how to get one.
FOR_GUESTS = frozenset(
    [
        *("home", "hall", "about", "help", "help_page", "alive", "ready", "robots", "security"),
        *("check", "check_stream"),
        *("join", "join_token", "join_code", "rejoin", "meeting_door"),
        *("board", "board_view", "board_moves", "board_stream", "board_ballot", "board_codes"),
    ]
)
LAPTOP = frozenset(["localhost", "127.0.0.1", "::1", "[::1]"])


@dataclass(frozen=True)
class Way:
    """One address of the hall, as it is typed and as a picture."""

    url: str
    picture: str  # a data: address


def urls() -> list[str]:
    """Where phones join, one for each address of the hall; the first stands on screens."""
    port = settings.BASE_URL.rpartition(":")[2]
    return [f"http://{address}:{port}{reverse('join')}" for address in settings.HALL]


def on_the_laptop(request: HttpRequest) -> bool:
    """Whether the laptop asks itself: its own name, on a socket that only it can reach."""
    host, _ = split_domain_port(request.get_host())
    return host in LAPTOP and request.META.get("SERVER_NAME") in LAPTOP


@sync_only_middleware
def guests_only(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: under the hall's addresses what is not for guests answers 403 and says why."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not settings.HALL or on_the_laptop(request):
            return get_response(request)
        try:
            name = resolve(request.path_info).url_name
        except Resolver404:
            return get_response(request)
        if name in FOR_GUESTS:
            return get_response(request)
        return page(request, 403, template="403_hall.html")

    return answer


@require_safe
def hall(request: HttpRequest) -> HttpResponse:
    """For the projector: where phones join. 404 where no hall is served."""
    if not settings.HALL:
        raise Http404
    ways = [Way(url, qr_data(url)) for url in urls()]
    return render(request, "site/hall.html", {"ways": ways})
