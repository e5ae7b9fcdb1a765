"""My data: what is stored of me, a copy of it, the log of what I did, and erasing it."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.core.limits import costly
from exchange.directory import actions, subjects
from exchange.directory.deeds import in_words
from exchange.directory.models import Event
from exchange.directory.outcomes import form_page, page_of, tried
from exchange.directory.people_forms import ErasureForm
from exchange.directory.requests import SignedIn


@login_required
@require_safe
def my_data(request: SignedIn) -> HttpResponse:
    """What is stored of me, in words and numbers, and what becomes of it."""
    found = [(holding, len(rows)) for holding, rows in subjects.held(request.user)]
    return render(request, "directory/my_data.html", {"found": found})


@login_required
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
@costly
def my_data_copy(request: SignedIn) -> HttpResponse:
    """A copy of all of it as a file. It is made while one waits and kept nowhere."""
    file = actions.export_person(request.user, by=request.user)
    response = HttpResponse(file, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def my_events(request: SignedIn) -> HttpResponse:
    """What I did, the newest first."""
    mine = Event.objects.filter(actor=request.user).select_related("network")
    page = page_of(request, mine)
    for event in page.object_list:
        event.did = in_words(event.verb)
    return render(request, "directory/my_events.html", {"page_obj": page})


@login_required
@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def my_erasure(request: SignedIn) -> HttpResponse:
    """What erasing means, and doing it once the word was typed."""
    person = request.user
    alone = actions.left_without_co_leader(person)
    form = ErasureForm(request.POST if request.method == "POST" else None, alone=bool(alone))
    if form.is_bound and tried(
        form,
        lambda: actions.erase_person(
            person, by=person, leaving=form.cleaned_data.get("leaving", False)
        ),
    ):
        request.session.flush()
        messages.success(request, _("What was yours is erased. Goodbye, and thank you."))
        return redirect("home")
    context = {"holdings": subjects.holdings, "alone": alone}
    return form_page(request, "directory/my_erasure.html", form, context)
