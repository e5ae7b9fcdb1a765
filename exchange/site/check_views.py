"""`/check/`: whether sessions will work from here, for whoever looks after a school's computers.

Open to everybody, so it costs little: the page asks the database nothing, and of the answers that
stay open there are so many to one address and so many in all.
"""

import asyncio
import time
import weakref
from collections.abc import AsyncIterator, Callable, Sequence

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from exchange.core.limits import address_of
from exchange.live.streaming import Place, from_elsewhere, load_person
from exchange.site.check_words import needed, parts

#: Seconds from one count to the next: soon at first, then as seldom as a session's heartbeat, so
#: that whatever ends a silent connection is met. A quick look sees only what collects or refuses.
LOOKS = {"minute": (2,) * 9 + (7,) * 6, "quick": (2,) * 5}
#: Checks that may be open at once, to one address (a school has one) and in all.
MOST_HERE, MOST = 8, 64


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The page; the form that it posts is answered by the time it came, as JSON to the script."""
    came = timezone.now() if request.method == "POST" else None
    if came and request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"at": round(came.timestamp() * 1000)})
    site = f"{request.scheme}://{request.get_host()}"
    looks = {key: {"seconds": sum(gaps), "counts": len(gaps) + 1} for key, gaps in LOOKS.items()}
    context = {"parts": parts(site), "needed": needed(site), "came": came, "looks": looks}
    return render(request, "site/check.html", context)


@require_GET
async def check_stream(request: HttpRequest) -> HttpResponseBase:
    """Counts for a minute, or for `?look=quick`; 429 where too many are open already."""
    if from_elsewhere(request):
        return HttpResponse(_("A page of another site asked for this."), status=403)
    await sync_to_async(load_person)(request)
    places = [
        Place(("check", address_of(request)), MOST_HERE),
        Place(("check", "everybody"), MOST),
    ]

    def over() -> None:
        for place in places:
            place.give_back()

    if not all(place.taken for place in places):
        over()
        return HttpResponse(_("Too many checks are running at the moment."), status=429)
    gaps = LOOKS.get(request.GET.get("look", ""), LOOKS["minute"])
    response = StreamingHttpResponse(counts(gaps, over), content_type="text/event-stream")
    # Whoever asked may be gone before the first count; then no `finally` ever runs.
    weakref.finalize(response, over).atexit = False  # type: ignore[misc]
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def counts(gaps: Sequence[float], over: Callable[[], None]) -> AsyncIterator[bytes]:
    """`data: <count> <the server's time in ms>` after each gap, then `event: end`; calls `over`
    once it has ended, however that came."""
    try:
        for number, gap in enumerate((0, *gaps), 1):
            await asyncio.sleep(gap)
            yield f"data: {number} {time.time() * 1000:.0f}\n\n".encode()
        yield b"event: end\ndata: end\n\n"
    finally:
        over()
