"""Roles: start, end and appointer; a network is never left without a co-leader."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from exchange.directory import actions, rules
from exchange.directory.models import Network, Person, Role, RoleAssignment
from tests import make

pytestmark = pytest.mark.django_db


def again(person):
    return Person.objects.get(pk=person.pk)


def test_a_role_has_start_and_appointer(cast):
    held = actions.appoint(cast.cy, network=cast.harbour, role=Role.ACTIVIST, by=cast.ada)
    assert (held.started_on, held.ended_on, held.appointed_by) == (
        timezone.localdate(),
        None,
        cast.ada,
    )
    assert again(cast.cy).has_role(Role.ACTIVIST, network=cast.harbour)
    assert not again(cast.cy).has_role(Role.ACTIVIST, network=cast.fellside)


@pytest.mark.parametrize(
    "who", ["ben", "cy", "hana", "dot", "eve", "lou", "uma", "rae", "pam", "ivy", "max"]
)
def test_only_co_leaders_appoint_and_end(cast, who):
    person = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        actions.appoint(person, network=cast.harbour, role=Role.CO_LEADER, by=person)
    with pytest.raises(PermissionDenied):
        actions.end_role(cast.ada.roles[0], by=person)


@pytest.mark.parametrize(
    ("role", "who", "days"),
    [
        ("operations", "cy", None),
        ("emperor", "cy", None),
        ("facilitator", "dot", None),
        ("facilitator", "ivy", None),
        ("facilitator", "ben", None),
        ("facilitator", "cy", 0),
    ],
    ids=["platform role", "no role", "other network", "removed", "holds it", "past end"],
)
def test_what_cannot_be_appointed(cast, role, who, days):
    until = None if days is None else timezone.localdate() + timedelta(days=days)
    before = RoleAssignment.objects.count()
    with pytest.raises(ValidationError):
        actions.appoint(
            getattr(cast, who), network=cast.harbour, role=role, by=cast.ada, until=until
        )
    assert RoleAssignment.objects.count() == before


def test_a_role_with_an_agreed_end_ends_by_itself(cast):
    until = timezone.localdate() + timedelta(days=3)
    actions.appoint(cast.cy, network=cast.harbour, role="facilitator", by=cast.ada, until=until)
    assert [
        r.role
        for r in RoleAssignment.objects.current(until - timedelta(days=1)).filter(person=cast.cy)
    ] == ["facilitator"]
    assert list(RoleAssignment.objects.current(until).filter(person=cast.cy)) == []


def test_ending_takes_effect_at_once(cast):
    actions.end_role(cast.eve.roles[0], by=cast.ned)
    assert list(Network.objects.visible_to(again(cast.eve))) == []
    with pytest.raises(ValidationError):
        actions.end_role(cast.eve.roles[0], by=cast.ned)


def test_everybody_may_lay_down_their_own_role(cast):
    ended = actions.end_role(cast.uma.roles[0], by=cast.uma)
    assert (ended.ended_on, ended.ended_by) == (timezone.localdate(), cast.uma)


def test_the_last_co_leader_stays_until_there_is_a_successor(cast):
    actions.end_role(cast.ada.roles[0], by=cast.ada)
    with pytest.raises(ValidationError, match="Appoint or invite a successor first"):
        actions.end_role(cast.ned.roles[0], by=again(cast.ned))
    until = timezone.localdate() + timedelta(days=30)
    actions.appoint(
        cast.cy, network=cast.harbour, role="co_leader", by=again(cast.ned), until=until
    )
    with pytest.raises(ValidationError):  # a successor who goes in a month is none
        actions.end_role(cast.ned.roles[0], by=again(cast.ned))
    actions.appoint(cast.hana, network=cast.harbour, role="co_leader", by=again(cast.ned))
    actions.end_role(cast.ned.roles[0], by=again(cast.ned))
    assert rules.is_co_leader(again(cast.hana), cast.harbour)


def test_two_co_leaders_cannot_end_each_other(cast):
    """Both looked at the page when there were still two."""
    of_ada, of_ned = cast.ada.roles[0], cast.ned.roles[0]
    actions.end_role(of_ned, by=cast.ada)
    with pytest.raises(ValidationError):
        actions.end_role(of_ada, by=cast.ned)
    assert rules.is_co_leader(again(cast.ada), cast.harbour)


def test_a_closed_account_is_no_successor(cast):
    Person.objects.filter(pk=cast.ned.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        actions.end_role(cast.ada.roles[0], by=cast.ada)


def test_a_role_is_held_once(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.role(cast.ben, Role.FACILITATOR, cast.harbour)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.role(cast.pam, Role.PROGRAMME_OFFICE)


def test_the_pages(cast, client_of):
    url = reverse("roles", args=[cast.harbour.pk])
    words = {"person": cast.cy.pk, "role": "network_activist"}
    assert [client_of(one).post(url, words).status_code for one in (cast.dot, cast.hana)] == [
        404,
        403,
    ]
    client = client_of(cast.ada)
    assert client.post(url, {**words, "person": cast.dot.pk}).status_code == 422
    assert client.post(url, words).status_code == 302
    held = RoleAssignment.objects.get(person=cast.cy)
    twice = client.post(url, words)
    assert (twice.status_code, "already has this role" in twice.content.decode()) == (422, True)
    end = reverse("role_end", args=[cast.harbour.pk, held.pk])
    assert [client_of(one).post(end).status_code for one in (cast.dot, cast.hana)] == [404, 403]
    assert client.post(end).status_code == 302
    assert client.post(end).status_code == 404


def test_the_last_co_leader_reads_why_on_the_page(cast, client_of):
    held = cast.dot.roles[0]
    page = client_of(cast.dot).post(reverse("role_end", args=[cast.fellside.pk, held.pk]))
    assert (page.status_code, "successor" in page.content.decode()) == (409, True)


def test_a_role_of_another_network_cannot_be_reached_through_ones_own(cast, client_of):
    held = cast.ben.roles[0]
    url = reverse("role_end", args=[cast.fellside.pk, held.pk])
    assert client_of(cast.dot).post(url).status_code == 404
