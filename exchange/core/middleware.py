"""What every request and answer gets that Django and django-csp do not give: headers, a number."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_only_middleware

from exchange.core.logs import new_number, present

PERMISSIONS = "camera=(), microphone=(), geolocation=(), interest-cohort=()"


class headers:  # noqa: N801  (named like a function in MIDDLEWARE)
    """Permissions-Policy on every answer; `no-store` on all that is not a static file.

    Works in both kinds of server so that event streams stay asynchronous.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if self.is_async:
            return self.later(request)
        return self.dress(self.get_response(request))

    async def later(self, request: HttpRequest) -> HttpResponse:
        return self.dress(await self.get_response(request))  # type: ignore[misc]

    def dress(self, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class numbered:  # noqa: N801  (named like a function in MIDDLEWARE)
    """Outermost in MIDDLEWARE: gives each request its number to quote (`logs.py`)."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        request.number = new_number()  # type: ignore[attr-defined]
        if self.is_async:
            return self.later(request)
        token = present.set(request.number)  # type: ignore[attr-defined]
        try:
            return self.dress(request, self.get_response(request))
        finally:
            present.reset(token)

    async def later(self, request: HttpRequest) -> HttpResponse:
        token = present.set(request.number)  # type: ignore[attr-defined]
        try:
            return self.dress(request, await self.get_response(request))  # type: ignore[misc]
        finally:
            present.reset(token)

    def dress(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers["X-Request-ID"] = request.number  # type: ignore[attr-defined]
        return response


@sync_only_middleware
def in_one_thread(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Innermost in MIDDLEWARE; does nothing but be synchronous, so that all others run in one
    thread instead of changing threads twice each. Measured: half the server's work for a move.
    Event streams stay asynchronous: only their first answer passes here, not their events.
    """
    return lambda request: get_response(request)
