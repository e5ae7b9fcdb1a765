"""Pages of networks and of their schools."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange.core.limits import searching
from exchange.core.permission import require
from exchange.directory import actions, rules
from exchange.directory.advice import advice
from exchange.directory.models import Membership, Network, School
from exchange.directory.network_forms import (
    CommitmentForm,
    MembershipForm,
    NetworkForm,
    SchoolsForm,
)
from exchange.directory.network_shape import people_by_role, shape_of, speaking_ties, waiting_in
from exchange.directory.outcomes import form_page, page_of, pressed, tried
from exchange.directory.requests import SignedIn
from exchange.directory.schoolsearch import search_schools
from exchange.directory.slots import fill, network_panels

FEW = 12


def visible(request: SignedIn, pk: int) -> Network:
    """The network, or 404 for whoever does not belong to it."""
    return get_object_or_404(Network.objects.visible_to(request.user), pk=pk)


def may_change(request: SignedIn, network: Network) -> None:
    """403 for members who are not co-leaders."""
    require(
        rules.may_change_network(request.user, network), _("Only its co-leaders change a network.")
    )


@login_required
@require_GET
def networks(request: SignedIn) -> HttpResponse:
    """The networks one belongs to, and the schools that are asked to join one."""
    mine = Network.objects.visible_to(request.user).with_counts()
    context = {
        "page_obj": page_of(request, mine),
        "may_found": rules.may_found_network(request.user),
        "asked": Membership.objects.answerable_by(request.user).select_related("network", "school"),
    }
    return render(request, "directory/networks.html", context)


@login_required
@require_GET
def network(request: SignedIn, pk: int) -> HttpResponse:
    """What the network is for, who is in it, and what its people do."""
    found = visible(request, pk)
    members = Membership.objects.listed().filter(network=found).select_related("school")
    speaking = speaking_ties(found)
    shape = shape_of(found, speaking)
    context = {
        "network": found,
        "members": members[:FEW],
        "member_count": shape.schools,
        "more": max(0, members.count() - FEW),
        "people": people_by_role(found),
        "speaking": speaking[:FEW],
        "leads": rules.is_co_leader(request.user, found),
        "advice": advice(shape) if rules.is_co_leader(request.user, found) else [],
        "waiting": waiting_in(found, request.user),
        "panels": fill(network_panels, request, found),
    }
    return render(request, "directory/network.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def network_change(request: SignedIn, pk: int) -> HttpResponse:
    found = visible(request, pk)
    may_change(request, found)
    fields = ("name", "purpose", "learning_focus", "kind")
    form = NetworkForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in fields},
    )
    if form.is_bound and tried(
        form, lambda: actions.change_network(found, by=request.user, **form.cleaned_data)
    ):
        return redirect("network", pk)
    # fetched anew: the refused words must not show as if they were the network's
    return form_page(
        request, "directory/network_change.html", form, {"network": visible(request, pk)}
    )


@login_required
@require_http_methods(["GET", "POST"])
@searching
def network_schools(request: SignedIn, pk: int) -> HttpResponse:
    """The schools of a network with dates and commitment; co-leaders search and add some."""
    found = visible(request, pk)
    leads = rules.may_change_network(request.user, found)
    question = request.GET.get("q", "")[:200]
    form = SchoolsForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        may_change(request, found)
        schools = ticked(request)
    else:
        schools = to_offer(found, question) if leads else []
    form.offer(schools)
    if form.is_bound and tried(form, lambda: add(request, found, form)):
        return redirect("network_schools", pk)
    context = {
        "network": found,
        "page_obj": page_of(request, found.memberships.listed().select_related("school")),
        "past": found.memberships.past().select_related("school")[:FEW],
        "leads": leads,
        "question": question,
    }
    return form_page(request, "directory/network_schools.html", form, context)


def ticked(request: SignedIn) -> list[School]:
    """The schools that a form names, as far as they exist."""
    keys = [key for key in request.POST.getlist("schools")[:500] if key.isdecimal()]
    return list(School.objects.filter(pk__in=[key for key in keys if len(key) < 18]))


def to_offer(network: Network, question: str) -> list[School]:
    """Open schools that the question may mean and that are not on the network's list."""
    there = network.memberships.listed_school_ids()
    found = search_schools(question, limit=20)
    return [school for school in found if school.is_open and school.pk not in there]


def add(request: SignedIn, network: Network, form: SchoolsForm) -> None:
    """Add what a checked form names."""
    words = dict(form.cleaned_data)
    chosen = School.objects.filter(pk__in=words.pop("schools"))
    actions.add_schools(network, by=request.user, schools=list(chosen), **words)


@login_required
@require_http_methods(["GET", "POST"])
def membership(request: SignedIn, pk: int, member: int) -> HttpResponse:
    """How one school belongs: its commitment, its dates; co-leaders correct them."""
    network = visible(request, pk)
    found = get_object_or_404(network.memberships.select_related("school"), pk=member)
    fields = ("joined_on", "route", "brokered_by")
    initial = {name: getattr(found, name) for name in fields}
    form = MembershipForm(
        request.POST if request.method == "POST" else None,
        initial={**initial, "paused": found.status == Membership.Status.PAUSED},
    )
    if form.is_bound:
        may_change(request, network)
        if tried(
            form, lambda: actions.change_membership(found, by=request.user, **form.cleaned_data)
        ):
            return redirect("membership", pk, member)
    context = {
        "network": network,
        "membership": found,
        "leads": rules.may_change_network(request.user, network),
        "may_end": rules.may_end_membership(request.user, network, found.school),
    }
    return form_page(request, "directory/membership.html", form, context)


@login_required
@require_http_methods(["GET", "POST"])
def membership_commitment(request: SignedIn, pk: int, member: int) -> HttpResponse:
    """What the head commits the school to, written down with who and when."""
    network = visible(request, pk)
    found = get_object_or_404(network.memberships.select_related("school"), pk=member)
    require(
        rules.may_end_membership(request.user, network, found.school),
        _("Only the school's head, its link person or a co-leader records this."),
    )
    form = CommitmentForm(
        request.POST if request.method == "POST" else None,
        initial={"commitment": found.head_commitment},
    )
    if form.is_bound and tried(
        form, lambda: actions.record_commitment(found, by=request.user, **form.cleaned_data)
    ):
        return redirect("membership", pk, member)
    context = {"network": network, "membership": found}
    return form_page(request, "directory/commitment.html", form, context)


@login_required
@require_POST
def membership_departure(request: SignedIn, pk: int, member: int) -> HttpResponse:
    network = visible(request, pk)
    found = get_object_or_404(network.memberships.select_related("school"), pk=member)
    still = rules.is_co_leader(request.user, network)
    return pressed(
        request,
        lambda: actions.end_membership(found, by=request.user),
        said=_("%(school)s has left the network.") % {"school": found.school},
        to=resolve_url("network_schools", pk) if still else resolve_url("networks"),
    )


@login_required
@require_POST
def membership_agreement(request: SignedIn, pk: int) -> HttpResponse:
    """The school that was asked says yes."""
    found = get_object_or_404(Membership.objects.visible_to(request.user), pk=pk)
    return pressed(
        request,
        lambda: actions.agree_membership(found, by=request.user),
        said=_("%(school)s is now in the network.") % {"school": found.school},
        to=resolve_url("networks"),
    )


@login_required
@require_POST
def membership_refusal(request: SignedIn, pk: int) -> HttpResponse:
    """The school that was asked says no."""
    found = get_object_or_404(Membership.objects.visible_to(request.user), pk=pk)
    return pressed(
        request,
        lambda: actions.decline_membership(found, by=request.user),
        said=_("%(school)s does not join.") % {"school": found.school},
        to=resolve_url("networks"),
    )
