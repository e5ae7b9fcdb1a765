"""One finding: what it says, who disagreed, where it came from, who may read it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exchange.directory.models import Release
from exchange.directory.requests import SignedIn
from exchange.directory.rules import is_member
from exchange.live import rules
from exchange.live.actions import ask_finding_release
from exchange.live.actions.findings import left_to_ask
from exchange.live.models import Finding, Run
from exchange.live.panels import opens_besides
from exchange.live.plugin import Refused


def _finding(request: SignedIn, finding_id: int) -> Finding:
    rows = Finding.objects.visible_to(request.user).select_related("run", "network").distinct()
    return get_object_or_404(rows, pk=finding_id)


@login_required
@require_GET
def finding(request: SignedIn, finding_id: int) -> HttpResponse:
    return _page(request, _finding(request, finding_id))


def _page(request: SignedIn, found: Finding, refused: str = "") -> HttpResponse:
    releases = Release.objects.of(found).with_speaker().select_related("school")
    context = {
        "finding": found,
        "releases": releases,
        "refused": refused,
        "may_open_network": bool(found.network and is_member(request.user, found.network)),
        "opens": opens_besides([found])[found.pk],
        "may_ask": rules.may_ask_release(request.user, found) and left_to_ask(found),
        "may_open_run": Run.objects.visible_to(request.user).filter(pk=found.run_id or 0).exists(),
        "typed_in": found.run.typed_in if found.run else "",
        "agreed": found.agreed if found.agreed >= settings.FLOOR else None,
    }
    return render(request, "live/finding.html", context, status=409 if refused else 200)


@login_required
@require_POST
def finding_releases(request: SignedIn, finding_id: int) -> HttpResponse:
    """Ask the schools involved to let the network read it."""
    found = _finding(request, finding_id)
    try:
        asked = ask_finding_release(finding=found, by=request.user)
    except Refused as refused:
        return _page(request, found, refused.sentence)
    if asked:
        messages.success(request, _("Each school that took part has been asked."))
    else:
        messages.info(request, _("Nobody was left to ask: each school has been asked already."))
    return redirect("finding", found.pk)
