"""What schools are asked to let others see, and their answers."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exchange.directory import actions, rules
from exchange.directory.models import Network, Release
from exchange.directory.outcomes import page_of, pressed
from exchange.directory.people_forms import RefusalForm
from exchange.directory.requests import SignedIn
from exchange.directory.slots import subjects_of


def asking(request: SignedIn, pk: int) -> Network:
    """The network, for its people and for whoever speaks for a school it asked; else 404."""
    asked = Release.objects.visible_to(request.user).values("network")
    mine = Network.objects.visible_to(request.user).values("pk")
    return get_object_or_404(Network.objects.filter(Q(pk__in=mine) | Q(pk__in=asked)), pk=pk)


@login_required
@require_GET
def releases(request: SignedIn, pk: int) -> HttpResponse:
    """What waits for one's school, and what became of the rest; co-leaders see every school's."""
    network = asking(request, pk)
    spoken = request.user.spoken_school_ids()
    rows = network.releases.with_speaker().select_related(
        "school", "asked_by", "agreed_by", "declined_by", "withdrawn_by"
    )
    if not rules.is_co_leader(request.user, network):
        rows = rows.filter(Q(school__in=spoken) | Q(asked_by=request.user))
    page = page_of(request, rows.order_by("-asked_at", "-pk"))
    shown = subjects_of(request.user, [(row.subject_kind, row.subject_id) for row in page])
    for row in page:
        row.shown = shown.get((row.subject_kind, row.subject_id))
        row.mine = row.school_id in spoken
    inside = network if rules.is_member(request.user, network) else None
    context = {"network": network, "inside": inside, "page_obj": page}
    return render(request, "directory/releases.html", context)


def visible_release(request: SignedIn, pk: int) -> Release:
    """The question, or 404 for whoever is not in its network."""
    found = Release.objects.visible_to(request.user).select_related("school", "network")
    return get_object_or_404(found, pk=pk)


@login_required
@require_POST
def release_agreement(request: SignedIn, pk: int) -> HttpResponse:
    release = visible_release(request, pk)
    return pressed(
        request,
        lambda: actions.agree_release(release, by=request.user),
        said=_("Agreed for %(school)s.") % {"school": release.school},
        to=resolve_url("releases", release.network_id),
    )


@login_required
@require_POST
def release_refusal(request: SignedIn, pk: int) -> HttpResponse:
    release = visible_release(request, pk)
    form = RefusalForm(request.POST)
    to = resolve_url("releases", release.network_id)
    if not form.is_valid():
        words = {"sentence": " ".join(map(str, form.errors["reason"])), "back": to}
        return render(request, "directory/refused.html", words, status=422)
    reason = form.cleaned_data["reason"]
    return pressed(
        request,
        lambda: actions.decline_release(release, by=request.user, reason=reason),
        said=_("Declined for %(school)s.") % {"school": release.school},
        to=to,
    )


@login_required
@require_POST
def release_withdrawal(request: SignedIn, pk: int) -> HttpResponse:
    release = visible_release(request, pk)
    return pressed(
        request,
        lambda: actions.withdraw_release(release, by=request.user),
        said=_("Withdrawn for %(school)s.") % {"school": release.school},
        to=resolve_url("releases", release.network_id),
    )
