"""Ties of people to schools: asked, confirmed by somebody else, ended; and one's own account."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange.directory import actions, rules
from exchange.directory.models import Affiliation, Network, Person
from tests import make

pytestmark = pytest.mark.django_db


def again(person):
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def asked(cast):
    """Pam of the programme office says that she teaches at Marsh Lane."""
    return actions.ask_tie(cast.marsh_lane, by=cast.pam, job="teacher")


def test_an_unconfirmed_tie_gives_nothing(cast, asked):
    assert (asked.confirmed_at, again(cast.pam).schools) == (None, [])
    assert list(Network.objects.visible_to(again(cast.pam))) == []


def test_who_may_confirm(cast, asked):
    may = {name for name, one in cast.people().items() if rules.may_confirm_tie(one, asked)}
    assert may == {"ada", "ned", "hana"}


@pytest.mark.parametrize("who", ["cy", "ben", "dot", "eve", "lou", "rae", "max", "ivy", "pam"])
def test_nobody_else_confirms(cast, asked, who):
    with pytest.raises(PermissionDenied):
        actions.confirm_tie(asked, by=getattr(cast, who))
    assert again(cast.pam).schools == []


def test_confirming_notes_who_and_when(cast, asked):
    tie = actions.confirm_tie(asked, by=cast.hana)
    assert (tie.confirmed_by, tie.confirmed_at is not None) == (cast.hana, True)
    assert [n.name for n in Network.objects.visible_to(again(cast.pam))] == ["Harbour network"]
    with pytest.raises(ValidationError):
        actions.confirm_tie(asked, by=cast.ada)


def test_a_link_person_confirms_for_their_own_school_alone(cast, asked):
    """Cy is no head: it is being the link person that counts, and only while he is it."""
    actions.set_link(cast.cy.schools[0], by=cast.ada, is_link=True)
    elsewhere = actions.ask_tie(cast.quayside, by=cast.pam, job="teacher")
    with pytest.raises(PermissionDenied):
        actions.confirm_tie(elsewhere, by=again(cast.cy))
    tie = actions.confirm_tie(asked, by=again(cast.cy))
    assert (tie.confirmed_by, [t.school for t in again(cast.pam).schools]) == (
        cast.cy,
        [cast.marsh_lane],
    )
    late = actions.ask_tie(cast.marsh_lane, by=cast.rae, job="teacher")
    actions.set_link(again(cast.cy).schools[0], by=again(cast.cy), is_link=False)
    with pytest.raises(PermissionDenied):
        actions.confirm_tie(late, by=again(cast.cy))


def test_nobody_confirms_themselves(cast):
    """A co-leader who could would agree releases for any member school."""
    tie = actions.ask_tie(cast.marsh_lane, by=cast.ada, job="headteacher")
    with pytest.raises(PermissionDenied):
        actions.confirm_tie(tie, by=cast.ada)


def test_a_paused_or_past_membership(cast, asked):
    cast.harbour.memberships.filter(school=cast.marsh_lane).update(
        status="left", left_on=timezone.localdate()
    )
    with pytest.raises(PermissionDenied):
        actions.confirm_tie(asked, by=again(cast.ada))
    actions.confirm_tie(asked, by=cast.hana)


def test_asking_twice_or_for_a_closed_school(cast, asked):
    with pytest.raises(ValidationError):
        actions.ask_tie(cast.marsh_lane, by=cast.pam, job="headteacher")
    with pytest.raises(ValidationError):
        actions.ask_tie(make.school(closed_on=make.yesterday()), by=cast.pam, job="teacher")
    assert cast.pam.affiliations.count() == 1


def test_ending_a_tie_ends_access_at_once(cast):
    tie = cast.cy.schools[0]
    for who in (cast.ben, cast.dot, cast.max):
        with pytest.raises(PermissionDenied):
            actions.end_tie(tie, by=who)
    ended = actions.end_tie(tie, by=cast.cy)
    assert (ended.ended_on, ended.ended_by) == (timezone.localdate(), cast.cy)
    assert list(Network.objects.visible_to(again(cast.cy))) == []
    with pytest.raises(ValidationError):
        actions.end_tie(tie, by=cast.hana)


def test_an_ended_tie_cannot_be_confirmed(cast, asked):
    actions.end_tie(asked, by=cast.hana)
    with pytest.raises(ValidationError):
        actions.confirm_tie(asked, by=cast.hana)
    assert actions.ask_tie(cast.marsh_lane, by=cast.pam, job="teacher").confirmed_at is None


def test_the_link_person_is_named_by_somebody_else(cast, asked):
    tie = cast.cy.schools[0]
    with pytest.raises(PermissionDenied):
        actions.set_link(tie, by=cast.cy, is_link=True)
    with pytest.raises(PermissionDenied):
        actions.set_link(cast.ada.schools[0], by=cast.ada, is_link=True)
    with pytest.raises(ValidationError):
        actions.set_link(asked, by=cast.ada, is_link=True)
    actions.set_link(tie, by=cast.ada, is_link=True)
    assert rules.speaks_for(again(cast.cy), cast.marsh_lane)
    actions.set_link(tie, by=again(cast.cy), is_link=False)
    assert not rules.speaks_for(again(cast.cy), cast.marsh_lane)


# Pages


def test_asking_on_the_page(cast, client_of):
    client, url = client_of(cast.pam), reverse("account_schools")
    found = client.get(url, {"q": "marsh lane"})
    assert found.context["found"] == [cast.marsh_lane]
    assert client.post(url, {"school": cast.marsh_lane.pk, "job": "teacher"}).status_code == 302
    tie = cast.pam.affiliations.get()
    assert (tie.school, tie.job, tie.confirmed_at) == (cast.marsh_lane, "teacher", None)
    assert "Waits for confirmation" in client.get(reverse("account")).content.decode()


@pytest.mark.parametrize("key", ["", "0", "x", "-3", "9" * 30, "²"])
def test_schools_that_do_not_exist(cast, client_of, key):
    page = client_of(cast.pam).post(reverse("account_schools"), {"school": key, "job": "teacher"})
    assert (page.status_code, cast.pam.affiliations.count()) == (422, 0)


def test_confirming_on_the_page(cast, asked, client_of):
    url = reverse("tie_confirmation", args=[asked.pk])
    answers = {
        name: client_of(one).post(url).status_code
        for name, one in cast.people().items()
        if name not in ("ada", "ned", "hana")
    }
    assert answers == {
        **dict.fromkeys(["cy", "pam"], 403),
        **dict.fromkeys(["ben", "dot", "eve", "lou", "uma", "rae", "max", "ivy"], 404),
    }
    assert "Pam" in client_of(cast.hana).get(reverse("account")).content.decode()
    done = client_of(cast.ada).post(url, {"network": cast.harbour.pk})
    assert (done.status_code, done.url) == (302, reverse("network_people", args=[cast.harbour.pk]))
    assert client_of(cast.hana).post(url).status_code == 409


def test_the_way_back_is_never_a_foreign_network(cast, asked, client_of):
    for key in (cast.fellside.pk, "x", "9" * 40, "https://example.com"):
        tie = make.tie(make.person(), cast.marsh_lane, confirmed=False)
        done = client_of(cast.ada).post(
            reverse("tie_confirmation", args=[tie.pk]), {"network": key}
        )
        assert done.url == reverse("account")


def test_a_link_person_confirms_on_the_page(cast, client_of, asked):
    url, page = reverse("tie_confirmation", args=[asked.pk]), reverse("account")
    assert url not in client_of(cast.cy).get(page).content.decode()
    assert client_of(cast.cy).post(url).status_code == 403
    actions.set_link(cast.cy.schools[0], by=cast.hana, is_link=True)
    assert url in client_of(cast.cy).get(page).content.decode()
    assert client_of(cast.cy).post(url)["Location"] == page
    asked.refresh_from_db()
    assert (asked.confirmed_by, asked.confirmed_at is not None) == (cast.cy, True)
    assert url not in client_of(cast.cy).get(page).content.decode()


def test_ending_and_linking_on_the_page(cast, client_of):
    tie = cast.cy.schools[0]
    link, end = (reverse(name, args=[tie.pk]) for name in ("tie_link", "tie_end"))
    assert [
        client_of(one).post(link, {"is_link": "yes"}).status_code for one in (cast.dot, cast.cy)
    ] == [404, 403]
    assert client_of(cast.hana).post(link, {"is_link": "yes"}).status_code == 302
    assert Affiliation.objects.get(pk=tie.pk).is_link
    assert [client_of(one).post(end).status_code for one in (cast.dot, cast.ada)] == [404, 302]


def test_the_account_shows_what_is_mine(cast, client_of):
    words = client_of(cast.ada).get(reverse("account")).content.decode()
    assert [cast.ada.email in words, "Co-leader" in words, "Quayside Primary" in words] == [
        True
    ] * 3


def test_changing_ones_name(cast, client_of):
    client, url = client_of(cast.cy), reverse("account")
    assert client.post(url, {"name": " Cy \x00\u202e Ferris\n"}).status_code == 302
    assert again(cast.cy).name == "Cy Ferris"
    assert client.post(url, {"name": "   "}).status_code == 422
    with pytest.raises(PermissionDenied):
        actions.change_name(cast.cy, by=cast.max, name="X")


def test_other_fields_of_the_account_cannot_be_posted(cast, client_of):
    client_of(cast.cy).post(
        reverse("account"),
        {"name": "Cy", "email": "x@example.org", "is_site_admin": "1", "is_active": "0"},
    )
    cy = again(cast.cy)
    assert (cy.email, cy.is_site_admin, cy.is_active) == (cast.cy.email, False, True)


def test_addresses_are_shown_to_nobody_else(cast, client_of):
    for name in ("network", "network_people", "network_schools"):
        words = client_of(cast.ada).get(reverse(name, args=[cast.harbour.pk])).content.decode()
        assert [one.email for one in cast.people().values() if one.email in words] == []


def test_home_says_what_waits(cast, asked, client_of):
    words = client_of(cast.hana).get(reverse("home")).content.decode()
    assert "1 person to confirm" in words
