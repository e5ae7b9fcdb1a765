"""Where one is signed in, and signing out there."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exchange.directory import actions
from exchange.directory.models import Visit
from exchange.directory.outcomes import page_of, pressed
from exchange.directory.requests import SignedIn
from exchange.directory.visits import hashed


def own_key(request: SignedIn) -> str:
    """The hash of the key of this very session."""
    return hashed(request.session.session_key or "")


@login_required
@require_safe
def devices(request: SignedIn) -> HttpResponse:
    """Every device on which this person is signed in, the one used last first."""
    page = page_of(request, Visit.objects.visible_to(request.user).current())
    return render(request, "directory/devices.html", {"page_obj": page, "this": own_key(request)})


@login_required
@require_POST
def device_end(request: SignedIn, pk: int) -> HttpResponse:
    """Sign out on one of them."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), pk=pk)
    return pressed(
        request,
        lambda: actions.end_visit(visit, by=request.user),
        said=_("Signed out there."),
        to=reverse("devices"),
    )


@login_required
@require_POST
def devices_end(request: SignedIn) -> HttpResponse:
    """Sign out on all the others."""
    return pressed(
        request,
        lambda: actions.end_other_visits(request.user, by=request.user, but=own_key(request)),
        said=_("Signed out everywhere else."),
        to=reverse("devices"),
    )
