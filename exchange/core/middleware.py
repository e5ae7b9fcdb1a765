"""Response headers that Django and django-csp do not set."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse


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
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        )
        response.headers.setdefault("Cache-Control", "no-store")
        return response
