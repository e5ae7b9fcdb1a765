"""Errors in plain words: what happened, what to do next, and a number to quote.

The number stands in the log beside the name of the page, never beside its address, because an
address may carry a key that opens something.
"""

import logging
import sys
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.decorators import sync_and_async_middleware

from exchange.core.logs import new_number
from exchange.core.writing import is_away

log = logging.getLogger("exchange.errors")


def noted(request: HttpRequest, status: int) -> str:
    """Writes one line to the log and returns the number it bears: that of the request."""
    number = str(getattr(request, "number", "")) or new_number()
    match = getattr(request, "resolver_match", None)
    page = match.view_name if match else "no such page"
    level = logging.ERROR if status >= 500 else logging.WARNING
    log.log(level, "%s %s %s %s", number, status, request.method, page)
    return number


def page(request: HttpRequest, status: int, sentence: str = "", template: str = "") -> HttpResponse:
    """The page of an error, `sentence` (escaped) in place of its usual words."""
    context = {"reference": noted(request, status), "sentence": sentence}
    return render(request, template or f"{status}.html", context, status=status)


def sentence_of(exception: Exception | None) -> str:
    """What our own code said when it raised `exception`, or ""."""
    said = exception.args[0] if exception is not None and exception.args else ""
    return str(said) if said else ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. Only a BadRequest is quoted: a SuspiciousOperation speaks to the log, not to people."""
    quoted = sentence_of(exception) if isinstance(exception, BadRequest) else ""
    return page(request, 400, quoted)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the sentence of the rule that refused, where it has one."""
    return page(request, 403, sentence_of(exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404. Says nothing of why: a stranger must not learn that a thing exists."""
    return page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that came without its key; `reason` is Django's and for developers."""
    return page(request, 403, template="403_csrf.html")


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429, for allauth's limits on failed tries."""
    response = page(request, 429)
    response.headers["Retry-After"] = "300"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is away: then a phone keeps what it sent and asks again. Uses
    neither database nor session nor context processors: any of them may be broken."""
    away = is_away(sys.exc_info()[1])  # Django and asgiref call this while they handle the fault
    status = 503 if away else 500
    context = {"reference": noted(request, status), "away": away}
    return HttpResponse(loader.get_template("500.html").render(context), status=status)


def wordless(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a person would see an empty page: 405 or 410 without a body, asked for as HTML."""
    return (
        response.status_code in (405, 410)
        and not response.streaming
        and not response.content
        and request.accepts("text/html")
    )


def worded(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The page for a wordless answer, with the answer's own headers (405 must keep Allow)."""
    spoken = page(request, response.status_code)
    if "Allow" in response.headers:
        spoken.headers["Allow"] = response.headers["Allow"]
    return spoken


@sync_and_async_middleware
def in_words(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    """Middleware: an empty 405 or 410 becomes a page. Last in MIDDLEWARE, so all context is there.

    Works in both kinds of server so that event streams stay asynchronous.
    """

    async def later(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = await get_response(request)  # type: ignore[misc]
        if wordless(request, response):
            return await sync_to_async(worded)(request, response)
        return response

    def now(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        return worded(request, response) if wordless(request, response) else response

    return later if iscoroutinefunction(get_response) else now
