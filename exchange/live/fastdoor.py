"""The fast door: moves, view and stream of guests' phones, as a small ASGI app in front of Django.

It answers only what is plainly an ordinary request of a guest's phone. All else (another address or
method, somebody signed in, a wrong host, a form without script, whatever is refused) goes on to
Django's own views, which stand behind every one of these addresses and say the same. What was
tried and measured: docs/decisions/0053.
"""

import asyncio
import io
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.template.loader import render_to_string
from django.utils import translation

from exchange.core.logs import new_number, present
from exchange.core.middleware import PERMISSIONS
from exchange.live import engine
from exchange.live.actions import Posted, Reply
from exchange.live.hall import hall
from exchange.live.listening import Listener
from exchange.live.looking import signature
from exchange.live.seat_views import HTTP, seen_from
from exchange.live.seating import cookie_name
from exchange.live.streaming import LOOK, Place, from_elsewhere

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

ADDRESS = re.compile(r"/runs/([0-9]{1,18})/board/(moves|view|stream)/")
METHODS = {"moves": "POST", "view": "GET", "stream": "GET"}
LONGEST = 60_000
#: Phones whose heads are remembered, and bytes of a head that is.
PHONES, LONGEST_HEAD = 4000, 4000
#: Requests that Django works on at once.
AT_ONCE = 8
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", PERMISSIONS.encode()),
    (b"referrer-policy", settings.SECURE_REFERRER_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
if settings.HTTPS:
    HEADERS.append(
        (b"strict-transport-security", f"max-age={settings.SECURE_HSTS_SECONDS}".encode())
    )
log = logging.getLogger(__name__)
forged = CsrfViewMiddleware(lambda request: HttpResponse())


@dataclass(frozen=True)
class Head:
    """What the head of a phone's posts says, which is the same for all of them."""

    token: str
    language: str


@dataclass
class Asked:
    """A request of a guest's phone; `number` as it stands in the log."""

    request: ASGIRequest
    run_id: int
    token: str
    number: str


class FastDoor:
    """`app(scope, receive, send)`; `django` is what stands behind."""

    def __init__(self, django: App) -> None:
        self.django, self.places = django, asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.django(scope, receive, send)
            return
        body = b""
        if scope["method"] not in ("GET", "HEAD"):
            body, is_whole, receive = await _read(receive)
            if not is_whole:  # cut off on the way, or too long: nothing of it is played here
                await self.behind(scope, receive, send)
                return
        found = ADDRESS.fullmatch(scope["path"])
        if found and scope["method"] == METHODS[found[2]]:
            hall.open()
            run_id = int(found[1])
            try:
                if found[2] == "moves":
                    is_answered = await self.moves(scope, run_id, body, send)
                else:
                    asked = _asked(scope, run_id)
                    is_answered = asked is not None and await getattr(self, found[2])(
                        asked, receive, send
                    )
                if is_answered:
                    return
            except DatabaseError:  # nothing was answered yet: how it is said is Django's
                pass
            except Exception:
                if found[2] == "stream":
                    raise
                log.exception("the fast door stumbled over %s", found[2])
        await self.behind(scope, receive, send)

    async def behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Django answers: so many requests at once, until each answer begins. More would only get
        in each other's way, and each holds a thread and a connection to the database."""
        await self.places.acquire()
        waits = True

        async def begun(message: MutableMapping[str, Any]) -> None:
            nonlocal waits
            if waits:
                waits = False
                self.places.release()
            await send(message)

        try:
            await self.django(scope, receive, begun)
        finally:
            if waits:
                self.places.release()

    async def moves(self, scope: Scope, run_id: int, body: bytes, send: Send) -> bool:
        """Play a move; False where Django should answer."""
        headers = _of_each_post(scope)
        size = sum([len(name) + len(value) for name, value in headers])
        judge = _head if size <= LONGEST_HEAD else _head.__wrapped__
        data, head = _fields(body), judge(run_id, scope["scheme"], headers)
        if data is None or head is None:
            return False
        posted = Posted(
            run_id, data.get("move_id", "")[:65], "seat", data.get("kind", "")[:40], data,
            token=head.token,
        )  # fmt: skip
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        hall.play(posted, head.language, reply)
        became = await reply
        if became.status == "nobody":
            return False
        status = HTTP.get(became.status, 200)
        await _give(send, new_number(), status, b"application/json", orjson.dumps(became))
        return True

    async def view(self, asked: Asked, receive: Receive, send: Send) -> bool:
        """The phone's fragment, or 304; False where Django should answer."""
        fragment = await asyncio.wrap_future(hall.ask(partial(_fragment, asked)))
        if fragment is None:
            return False
        status = 200 if fragment else 304
        await _give(send, asked.number, status, b"text/html; charset=utf-8", fragment.encode())
        return True

    async def stream(self, asked: Asked, receive: Receive, send: Send) -> bool:
        """Events that say "look again"; False where Django should answer."""
        if from_elsewhere(asked.request):
            return False
        language = translation.get_language_from_request(asked.request)
        loop = asyncio.get_running_loop()
        listener = Listener(asked.run_id, asked.token, language, loop)
        try:
            if not await asyncio.wrap_future(hall.ask(partial(hall.listening.hear, listener))):
                return False
            place = Place((asked.run_id, listener.seat))
            if not place.taken:
                return False
            try:
                await _events(asked, listener, receive, send)
            finally:
                place.give_back()
        finally:
            hall.ask(partial(hall.listening.deaf, listener))
        return True


def _asked(scope: Scope, run_id: int) -> Asked | None:
    """The request without its body, or None where it is not plainly a guest's."""
    number = new_number()
    try:
        request = ASGIRequest(dict(scope), io.BytesIO())
        request.get_host()
        cookies = request.COOKIES
    except (SuspiciousOperation, BadRequest, ValueError):
        return None
    token = cookies.get(cookie_name(run_id), "")
    if not token or settings.SESSION_COOKIE_NAME in cookies:
        return None
    request.number, request.user = number, AnonymousUser()  # type: ignore[attr-defined]
    forged.process_request(request)
    return Asked(request, run_id, token, number)


def _of_each_post(scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
    """The headers without the one that is another for each move."""
    return tuple([one for one in scope["headers"] if one[0] != b"content-length"])


@lru_cache(maxsize=PHONES)
def _head(run_id: int, scheme: str, headers: tuple[tuple[bytes, bytes], ...]) -> Head | None:
    """Who posts moves with such headers, judged as Django's middlewares judge them: host, origin,
    token against forgery, language. None where it is not plainly a guest's live.js."""
    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"", "scheme": scheme,
        "headers": headers,
    }  # fmt: skip
    asked = _asked(scope, run_id)
    if asked is None:
        return None
    request = asked.request
    is_form = request.content_type == "application/x-www-form-urlencoded"
    is_ours = is_form and (request.content_params or {}).get("charset", "utf-8").lower() == "utf-8"
    if not is_ours or not request.headers.get("Accept", "").startswith("application/json"):
        return None
    if forged.process_view(request, HttpResponse, (), {}) is not None:
        return None
    return Head(asked.token, translation.get_language_from_request(request))


def _fields(body: bytes) -> dict[str, str] | None:
    """What was posted; None where it is not plainly a move of live.js, which has its token against
    forgery in the head."""
    if len(body) > LONGEST:
        return None
    try:
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        data = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most))
    except ValueError:
        return None
    return None if "csrfmiddlewaretoken" in data else data


def _fragment(asked: Asked) -> str | None:
    """The phone's view as it is now; "" where it is what the phone has; None without a seat."""
    seat = hall.seat(asked.run_id, asked.token)
    if seat is None:
        return None
    who = engine.who_of(seat.run.room, "seat", seat.key)
    if asked.request.GET.get("have") == signature(seat.run, who):
        return ""
    told = present.set(asked.number)
    try:
        with translation.override(translation.get_language_from_request(asked.request)):
            return render_to_string("live/_board.html", seen_from(seat), asked.request)
    finally:
        present.reset(told)


async def _read(receive: Receive) -> tuple[bytes, bool, Receive]:
    """What was posted, whether that is all of it, and a `receive` that gives it again to whoever
    comes after."""
    seen: list[MutableMapping[str, Any]] = []
    body, is_whole = b"", False
    while len(body) <= LONGEST and not is_whole:
        message = await receive()
        seen.append(message)
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        is_whole = not message.get("more_body")

    async def again() -> MutableMapping[str, Any]:
        return seen.pop(0) if seen else await receive()

    return body, is_whole, again


async def _give(send: Send, number: str, status: int, kind: bytes, body: bytes) -> None:
    """A whole answer. number  of the request, as it stands in the log"""
    own = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", number.encode()),
        (b"vary", b"Cookie, Accept-Language"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": HEADERS + own})
    await send({"type": "http.response.body", "body": body})


async def _events(asked: Asked, listener: Listener, receive: Receive, send: Send) -> None:
    """What the listener is told; `still` as heartbeat; ends when it is not ours any more."""
    own = [
        (b"content-type", b"text/event-stream"),
        (b"x-accel-buffering", b"no"),
        (b"x-request-id", asked.number.encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS + own})
    leaving = asyncio.ensure_future(_left(receive, listener.woken))
    beating = asyncio.ensure_future(_beats(listener.woken))
    try:
        while not leaving.done():
            listener.woken.clear()
            is_over = listener.signature is None
            events = listener.take() or b"event: still\ndata: here\n\n"
            await send({"type": "http.response.body", "body": events, "more_body": True})
            if is_over:
                break
            await listener.woken.wait()
        await send({"type": "http.response.body", "body": b""})
    finally:
        leaving.cancel()
        beating.cancel()


async def _beats(woken: asyncio.Event) -> None:
    """The heart of a stream. A clock of its own costs less than one that is set at each event."""
    while True:
        await asyncio.sleep(LOOK)
        woken.set()


async def _left(receive: Receive, woken: asyncio.Event) -> None:
    """Ends when the phone is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    woken.set()
