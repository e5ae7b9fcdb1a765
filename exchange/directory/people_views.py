"""Pages of the people of a network: roles, ties to confirm, invitations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange.core import outbox
from exchange.core.permission import require
from exchange.directory import actions, rules
from exchange.directory.actions import invitations as letters_out
from exchange.directory.models import Affiliation, Membership, RoleAssignment
from exchange.directory.network_shape import people_by_role
from exchange.directory.network_views import visible
from exchange.directory.outcomes import form_page, page_of, pressed, tried
from exchange.directory.people_forms import AppointForm, InviteForm
from exchange.directory.requests import SignedIn


@login_required
@require_GET
def network_people(request: SignedIn, pk: int) -> HttpResponse:
    """Roles, the people of the member schools, and ties that wait for a word."""
    network = visible(request, pk)
    members = Membership.objects.current().filter(network=network).values("school")
    ties = Affiliation.objects.current().filter(school__in=members)
    ties = ties.select_related("person", "school", "confirmed_by")
    confirmable = Affiliation.objects.confirmable_by(request.user).filter(school__in=members)
    leads = rules.is_co_leader(request.user, network)
    context = {
        "network": network,
        "people": people_by_role(network),
        "page_obj": page_of(
            request, ties.confirmed().order_by("school__name", "person__name", "pk")
        ),
        "waiting": confirmable.select_related("person", "school").order_by("asked_at", "pk")[:50],
        "leads": leads,
        "spoken": request.user.spoken_school_ids(),
        "letters": network.invitations.pending().count() if leads else 0,
    }
    return render(request, "directory/people.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def invitations(request: SignedIn, pk: int) -> HttpResponse:
    """The letters of a network, and the form that writes one. Only its co-leaders see them."""
    network = visible(request, pk)
    require(
        rules.may_invite(request.user, network),
        _("Only its co-leaders invite people to a network."),
    )
    form = InviteForm(request.POST if request.method == "POST" else None, network=network)
    if form.is_bound and tried(
        form, lambda: actions.invite(network, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The invitation is on its way."))
        return redirect("invitations", pk)
    letters = network.invitations.pending().select_related("school", "invited_by")
    page = page_of(request, letters)
    posts = outbox.states(letters_out.POST, [letter.pk for letter in page])
    context = {"network": network, "page_obj": page, "posts": posts}
    return form_page(request, "directory/invitations.html", form, context)


@login_required
@require_POST
def invitation_letter(request: SignedIn, pk: int, letter: int) -> HttpResponse:
    """Send a letter again, with a new link."""
    network = visible(request, pk)
    found = get_object_or_404(network.invitations, pk=letter)
    return pressed(
        request,
        lambda: actions.resend_invitation(found, by=request.user),
        said=_("On its way again. The old link no longer works."),
        to=resolve_url("invitations", pk),
    )


@login_required
@require_POST
def invitation_cancellation(request: SignedIn, pk: int, letter: int) -> HttpResponse:
    network = visible(request, pk)
    found = get_object_or_404(network.invitations, pk=letter)
    return pressed(
        request,
        lambda: actions.cancel_invitation(found, by=request.user),
        said=_("The invitation is cancelled."),
        to=resolve_url("invitations", pk),
    )


@login_required
@require_http_methods(["GET", "POST"])
def roles(request: SignedIn, pk: int) -> HttpResponse:
    """Give somebody of the network a role."""
    network = visible(request, pk)
    require(rules.may_appoint(request.user, network), _("Only its co-leaders appoint people."))
    form = AppointForm(request.POST if request.method == "POST" else None, network=network)
    if form.is_bound and tried(
        form, lambda: actions.appoint(network=network, by=request.user, **form.cleaned_data)
    ):
        return redirect("network_people", pk)
    return form_page(request, "directory/roles.html", form, {"network": network})


@login_required
@require_POST
def role_end(request: SignedIn, pk: int, role: int) -> HttpResponse:
    network = visible(request, pk)
    held = RoleAssignment.objects.current().filter(network=network).select_related("person")
    found = get_object_or_404(held, pk=role)
    own = found.person_id == request.user.pk
    return pressed(
        request,
        lambda: actions.end_role(found, by=request.user),
        said=_("The role has ended."),
        to=resolve_url("networks") if own else resolve_url("network_people", pk),
    )


def back(request: SignedIn) -> str:
    """Where a decision about a tie was taken: the network's people, or one's account."""
    network = request.POST.get("network", "")
    if network.isdecimal() and len(network) < 18 and int(network) in request.user.network_ids:
        return resolve_url("network_people", int(network))
    return resolve_url("account")


@login_required
@require_POST
def tie_confirmation(request: SignedIn, pk: int) -> HttpResponse:
    tie = get_object_or_404(Affiliation.objects.visible_to(request.user), pk=pk)
    return pressed(
        request,
        lambda: actions.confirm_tie(tie, by=request.user),
        said=_("Confirmed."),
        to=back(request),
    )


@login_required
@require_POST
def tie_end(request: SignedIn, pk: int) -> HttpResponse:
    """End a tie, or refuse one that waits."""
    tie = get_object_or_404(Affiliation.objects.visible_to(request.user), pk=pk)
    return pressed(
        request,
        lambda: actions.end_tie(tie, by=request.user),
        said=_("The tie to the school has ended."),
        to=back(request),
    )


@login_required
@require_POST
def tie_link(request: SignedIn, pk: int) -> HttpResponse:
    """Name the link person of a school (`is_link=yes`), or no longer."""
    tie = get_object_or_404(Affiliation.objects.visible_to(request.user), pk=pk)
    is_link = request.POST.get("is_link") == "yes"
    return pressed(
        request,
        lambda: actions.set_link(tie, by=request.user, is_link=is_link),
        said=_("Saved."),
        to=back(request),
    )
