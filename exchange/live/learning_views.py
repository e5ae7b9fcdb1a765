"""One's own record of learning: the page, on paper, as files; and the note on each session."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from exchange.core.exports import FORMS, table_response
from exchange.core.limits import costly
from exchange.directory.outcomes import status_of
from exchange.directory.requests import SignedIn
from exchange.live import learning as record
from exchange.live.actions import write_learning_note
from exchange.live.forms import LearningForm
from exchange.live.paper_views import sent
from exchange.live.plugin import Refused

PER_PAGE = 20


@login_required
@require_GET
def learning(request: SignedIn) -> HttpResponse:
    """The sessions one sat in or held, the newest first, with what one takes from each."""
    sessions = record.sessions_of(request.user).defer("state", "setup")
    page = Paginator(sessions, PER_PAGE).get_page(request.GET.get("page"))
    rows = record.learnt(request.user, page.object_list)
    return render(request, "live/learning.html", {"page": page, "rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def learning_note(request: SignedIn, run_id: int) -> HttpResponse:
    """What one takes from one session."""
    run = get_object_or_404(record.sessions_of(request.user), pk=run_id)
    (row,) = record.learnt(request.user, [run])
    form = LearningForm(
        request.POST if request.method == "POST" else None, initial={"text": row.note}
    )
    if form.is_bound and form.is_valid():
        try:
            write_learning_note(run=run, text=form.cleaned_data["text"], by=request.user)
        except Refused:  # cancelled meanwhile
            raise Http404 from None
        messages.success(request, _("Saved. Only you read it."))
        return redirect("learning")
    context = {"form": form, "row": row}
    return render(request, "live/learning_note.html", context, status=status_of(form))


@login_required
@require_GET
def learning_print(request: SignedIn) -> HttpResponse:
    """The whole record, to be printed by the browser."""
    rows = record.whole(request.user)
    words = {"rows": rows, "summed": record.summed(rows)}
    return render(request, "live/learning_print.html", words)


@login_required
@require_GET
@costly
def learning_paper(request: SignedIn) -> HttpResponse:
    """The whole record as PDF."""
    return sent(request, "learning", lambda: record.paper(request.user))


@login_required
@require_GET
@costly
def learning_file(request: SignedIn, form: str) -> HttpResponse:
    """The whole record as a table: csv or xlsx."""
    if form not in FORMS:
        raise Http404
    return table_response("learning", record.sheet(record.whole(request.user)), form)
