"""The front page, and the few addresses that machines ask for."""

from dataclasses import asdict
from datetime import timedelta
from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from exchange.core import metrics as figures
from exchange.core.readiness import WRONG, look
from exchange.directory.models import Network, Person
from exchange.directory.slots import fill, home_cards
from exchange.directory.steps import first_step
from exchange.live.forms import CodeForm
from exchange.live.models import Run
from exchange.site import demo as demonstration
from exchange.site.components import FOLDER, FRAMES, content, parts
from exchange.site.context import house
from exchange.site.pages import blocks_of, pages

FEW = 8
ROBOTS = "User-agent: *\nAllow: /$\nDisallow: /\n"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs the person who signed in; for everybody else what this is and a way in."""
    if not isinstance(request.user, Person):
        demo = demonstration.welcome() if settings.DEMO else None
        return render(request, "site/welcome.html", {"form": CodeForm(), "demo": demo})
    person = request.user
    runs = Run.objects.taken_part_in(person)
    networks = list(Network.objects.visible_to(person)[: FEW + 1])
    sessions = list(runs.filter(cancelled_at=None).select_related("network")[: FEW + 1])
    context = {
        "cards": fill(home_cards, request),
        "step": first_step(person),
        "networks": networks[:FEW],
        "more_networks": len(networks) > FEW,
        "runs": sessions[:FEW],
        "more_runs": len(sessions) > FEW,
        "form": CodeForm(),
    }
    return render(request, "site/home.html", context)


@require_safe
def about(request: HttpRequest, key: str) -> HttpResponse:
    """A page that an installer may write anew: privacy, accessibility, others."""
    page = pages().get(key)
    if page is None:
        raise Http404
    return render(request, "site/page.html", {"page": page, "blocks": blocks_of(page)})


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every part of a page as it looks, with its markup."""
    return render(
        request, "site/components.html", {**content(), "parts": parts(), "frames": FRAMES}
    )


@require_safe
def component(request: HttpRequest, name: str) -> HttpResponse:
    """A whole page with invented content, which says so."""
    if name not in FRAMES:
        raise Http404
    frame = {"house": {**house(request)["house"], "demo": True}}
    return render(request, f"{FOLDER}/frames/{name}.html", {**content(name), **frame})


@require_safe
def help_list(request: HttpRequest) -> HttpResponse:
    """All help texts with the questions they answer, so that the browser finds words in one page."""
    texts = [(text, blocks_of(text)) for text in pages("help").values()]
    return render(request, "site/help.html", {"texts": texts})


@require_safe
def help_page(request: HttpRequest, key: str) -> HttpResponse:
    """One help text."""
    text = pages("help").get(key)
    if text is None:
        raise Http404
    return render(request, "site/help_page.html", {"page": text, "blocks": blocks_of(text)})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may list the front page, nothing else."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a weakness, as RFC 9116 lays it out."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    address = settings.DEFAULT_FROM_EMAIL.rstrip("> ").rpartition("<")[2]
    lines = [
        f"Contact: mailto:{address}",
        f"Expires: {(today + timedelta(days=180)).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: en, cy",
        f"Canonical: {settings.BASE_URL}{reverse('security')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks neither database nor disk."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether the site can serve: 200 or 503. What is amiss is told to the holder of the token."""
    lines = look()
    fine = all(line.state != WRONG for line in lines)
    told: dict[str, object] = {"ready": fine}
    if _bears(request, settings.READY_TOKEN):
        told["lines"] = [asdict(line) for line in lines]
    return JsonResponse(told, status=200 if fine else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for the holder of the token; for everybody else there is no page."""
    if not _bears(request, settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(figures.text(), content_type=figures.KIND)


def _bears(request: HttpRequest, token: str) -> bool:
    """Whether this token is set and was sent along."""
    sent = request.headers.get("Authorization", "").encode()
    return bool(token) and compare_digest(sent, f"Bearer {token}".encode())
