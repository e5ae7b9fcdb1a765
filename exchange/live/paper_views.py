"""Papers as PDF: the pack of an activity, of a session, and the report of its result."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from exchange.core.limits import costly
from exchange.core.printing import NotPrinted
from exchange.directory.requests import SignedIn
from exchange.live import paper
from exchange.live.plugin import Activity, Paper, Refused
from exchange.live.run_views import declared_or_404, readable
from exchange.live.samples import sample_setup
from exchange.live.seating import facilitated_or_404


@login_required
@require_GET
@costly
def activity_paper(request: SignedIn, key: str, paper_key: str) -> HttpResponse:
    """A paper of an activity's pack without a session, with the card set or the like asked for."""
    activity = declared_or_404(key)
    asked = _asked(activity, paper_key, after=False)
    try:
        setup = sample_setup(activity, request.GET.dict())
    except Refused as refused:
        return _told(request, refused.sentence, 422)
    groups = _groups(request)
    return sent(request, f"{key}-{asked.key}",
                 lambda: paper.sample(activity, setup, asked, groups))  # fmt: skip


@login_required
@require_GET
@costly
def run_paper(request: SignedIn, run_id: int, paper_key: str) -> HttpResponse:
    """A paper of a session's pack, for its facilitator: it shows what was set up."""
    run = facilitated_or_404(request, run_id)
    asked = _asked(declared_or_404(run.activity), paper_key, after=False)
    if run.cancelled_at:
        raise Http404
    groups = _groups(request)
    return sent(request, f"run-{run.pk}-{asked.key}", lambda: paper.pack(run, asked, groups))


@login_required
@require_GET
@costly
def run_report(request: SignedIn, run_id: int, paper_key: str) -> HttpResponse:
    """A report of a closed session's result, for whoever may read it."""
    run = readable(request, run_id)
    asked = _asked(declared_or_404(run.activity), paper_key, after=True)
    return sent(request, f"run-{run.pk}-{asked.key}", lambda: paper.report(run, asked))


def _asked(activity: Activity, key: str, *, after: bool) -> Paper:
    found = activity.printed(key)
    if found is None or found.after != after:
        raise Http404
    return found


def _groups(request: SignedIn) -> int:
    """For how many groups; a number that makes no sense is the usual one."""
    given = request.GET.get("groups", "")
    return int(given) if given.isdecimal() and len(given) < 4 else paper.USUAL_GROUPS


def sent(request: SignedIn, name: str, make: Callable[[], bytes]) -> HttpResponse:
    """The PDF, shown in the browser under a plain name; or a page that says why there is none."""
    try:
        made = make()
    except NotPrinted as fault:
        return _told(request, fault.sentence, 503 if fault.busy else 500)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _told(request: SignedIn, sentence: str, status: int) -> HttpResponse:
    response = render(request, "live/no_paper.html", {"sentence": sentence}, status=status)
    if status == 503:
        response["Retry-After"] = "60"
    return response
