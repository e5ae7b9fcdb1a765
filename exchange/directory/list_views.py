"""The lists of a network as files: whole, and for whoever may see the page with the list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exchange.core.exports import FORMS, Sheet, table_response
from exchange.core.limits import costly
from exchange.directory.models import Affiliation, Membership, Network
from exchange.directory.network_shape import people_by_role
from exchange.directory.network_views import visible
from exchange.directory.requests import SignedIn


def _asked_for(form: str) -> str:
    """The form, or 404 for one that is not made."""
    if form not in FORMS:
        raise Http404
    return form


@login_required
@require_GET
@costly
def network_schools_file(request: SignedIn, pk: int, form: str) -> HttpResponse:
    """The schools of a network, also those that left or declined, as CSV or XLSX."""
    network = visible(request, pk)
    return table_response(f"network-{pk}-schools", schools_of(network), _asked_for(form))


@login_required
@require_GET
@costly
def network_people_file(request: SignedIn, pk: int, form: str) -> HttpResponse:
    """The roles of a network and the people of its schools, as CSV or XLSX; no addresses."""
    network = visible(request, pk)
    return table_response(f"network-{pk}-people", people_of(network), _asked_for(form))


def schools_of(network: Network) -> Sheet:
    """One row for each membership that the page of the schools lists."""
    columns = (
        _("school"), _("register number"), _("town"), _("postcode"), _("state"), _("by"),
        _("since"), _("until"), _("what the school commits to"),
    )  # fmt: skip
    listed = network.memberships.listed().select_related("school")
    past = network.memberships.past().select_related("school")
    return Sheet(_("Schools"), columns, [_school_row(one) for one in (*listed, *past)])


def _school_row(membership: Membership) -> tuple[Any, ...]:
    school = membership.school
    asked = membership.status == Membership.Status.INVITED
    return (
        school.name, school.number, school.town, school.postcode,
        str(membership.get_status_display()), str(membership.get_route_display()),
        None if asked else membership.joined_on, membership.left_on, membership.head_commitment,
    )  # fmt: skip


def people_of(network: Network) -> Sheet:
    """One row for each role held now and for each confirmed tie to a member school."""
    columns = (
        _("name"), _("as"), _("school"), _("link person"), _("since"), _("until"),
        _("confirmed by"),
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (row.person.name, held.label, row.person.where, None, row.started_on, row.ended_on, None)  # type: ignore[attr-defined]
        for held in people_by_role(network)
        for row in held.assignments
    ]
    members = Membership.objects.current().filter(network=network).values("school")
    ties = Affiliation.objects.current().confirmed().filter(school__in=members)
    ties = ties.select_related("person", "school", "confirmed_by")
    rows += [
        (
            tie.person.name, str(tie.get_job_display()), tie.school.name,
            _("yes") if tie.is_link else None, tie.started_on, tie.ended_on,
            tie.confirmed_by.name if tie.confirmed_by else None,
        )
        for tie in ties.order_by("school__name", "person__name", "pk")
    ]  # fmt: skip
    return Sheet(_("People"), columns, rows)
