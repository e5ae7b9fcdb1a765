"""Networks and their schools: who sees them, who changes them, which school is asked first."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange.directory import actions, rules
from exchange.directory.advice import Shape, advice
from exchange.directory.models import Affiliation, Event, Membership, Network, Person, School
from tests import make

pytestmark = pytest.mark.django_db
Status = Membership.Status


def again(person):
    """The person as the next request would load them."""
    return Person.objects.get(pk=person.pk)


def test_only_people_of_a_network_see_it(cast):
    seen = {
        name: [network.name for network in Network.objects.visible_to(person)]
        for name, person in cast.people().items()
    }
    inside = ["ada", "ned", "ben", "cy", "hana", "eve", "lou", "uma"]
    assert seen == {
        **{key: ["Harbour network"] for key in inside},
        "dot": ["Fellside network"],
        **{key: [] for key in ["rae", "pam", "ivy", "max"]},
    }


def test_a_closed_account_sees_nothing(cast):
    Person.objects.filter(pk=cast.ada.pk).update(is_active=False)
    assert list(Network.objects.visible_to(again(cast.ada))) == []


def test_whoever_has_a_confirmed_tie_may_found(cast, settings):
    may = {name for name, person in cast.people().items() if rules.may_found_network(person)}
    assert may == {"ada", "ned", "cy", "hana", "dot", "pam"}
    settings.FOUNDERS = "office"
    may = {name for name, person in cast.people().items() if rules.may_found_network(person)}
    assert may == {"pam"}


def test_founding_makes_the_founder_co_leader_and_invites_the_second(
    cast, mailoutbox, django_capture_on_commit_callbacks
):
    free = make.school("Ferry Road")
    with django_capture_on_commit_callbacks(execute=True):
        network = actions.found_network(
            by=cast.cy,
            name="Ferry network",
            purpose="Reading aloud.",
            schools=[free],
            second_co_leader="Second@Example.org",
        )
    assert rules.is_co_leader(again(cast.cy), network)
    assert [(m.school, m.status) for m in network.memberships.all()] == [(free, Status.JOINED)]
    assert [mail.to for mail in mailoutbox] == [["second@example.org"]]
    verbs = Event.objects.filter(network=network).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["found_network", "invite"]


@pytest.mark.parametrize("fault", ["no school", "closed school", "own address"])
def test_a_refused_founding_leaves_nothing(cast, fault):
    closed = make.school("Old School", closed_on=make.yesterday())
    schools = {"no school": [], "closed school": [closed]}.get(fault, [cast.eastway])
    before = Network.objects.count()
    with pytest.raises(ValidationError):
        actions.found_network(
            by=cast.ada,
            name="X",
            purpose="Y",
            schools=schools,
            second_co_leader=cast.ada.email.upper() if fault == "own address" else "",
        )
    assert Network.objects.count() == before


def test_nobody_gets_into_a_school_by_founding_a_network_around_it(cast):
    """Dot founds a network with Harbour's Marsh Lane and would confirm an accomplice as head."""
    network = actions.found_network(
        by=cast.dot, name="Trap", purpose="X", schools=[cast.marsh_lane, cast.quayside]
    )
    assert {(m.school, m.status) for m in network.memberships.all()} == {
        (cast.marsh_lane, Status.INVITED),
        (cast.quayside, Status.INVITED),
    }
    accomplice = make.person("Accomplice")
    tie = make.tie(accomplice, cast.marsh_lane, confirmed=False, job=Affiliation.Job.HEAD)
    with pytest.raises(PermissionDenied):
        actions.confirm_tie(tie, by=again(cast.dot))
    with pytest.raises(ValidationError):
        actions.invite(
            network,
            by=again(cast.dot),
            email="a@example.org",
            school=cast.marsh_lane,
            job="headteacher",
        )
    assert list(Network.objects.visible_to(accomplice)) == []


def test_a_school_that_is_asked_answers_by_its_head(cast):
    network = actions.found_network(
        by=cast.dot, name="Wider", purpose="X", schools=[cast.marsh_lane]
    )
    question = network.memberships.get()
    assert not rules.is_member(again(cast.cy), network)
    with pytest.raises(PermissionDenied):
        actions.agree_membership(question, by=cast.cy)
    actions.agree_membership(question, by=cast.hana)
    question.refresh_from_db()
    assert (question.status, question.agreed_by) == (Status.JOINED, cast.hana)
    assert rules.is_member(again(cast.cy), network)
    with pytest.raises(ValidationError):
        actions.decline_membership(question, by=cast.hana)


def test_a_school_that_declines_may_be_asked_again(cast):
    network = actions.found_network(by=cast.dot, name="W", purpose="X", schools=[cast.marsh_lane])
    question = network.memberships.get()
    actions.decline_membership(question, by=cast.hana)
    question.refresh_from_db()
    assert (question.status, question.left_on) == (Status.DECLINED, timezone.localdate())
    actions.add_schools(network, by=again(cast.dot), schools=[cast.marsh_lane])
    assert network.memberships.asked().count() == 1


def test_who_looks_after_a_school_adds_it_at_once(cast):
    made = actions.add_schools(cast.fellside, by=cast.dot, schools=[make.school()])
    assert [m.status for m in made] == [Status.JOINED]
    make.role(cast.hana, "co_leader", cast.fellside)
    made = actions.add_schools(cast.fellside, by=again(cast.hana), schools=[cast.marsh_lane])
    assert [m.status for m in made] == [Status.JOINED]


@pytest.mark.parametrize("who", ["ben", "cy", "hana", "eve", "pam", "max", "dot"])
def test_only_co_leaders_add_schools(cast, who):
    with pytest.raises(PermissionDenied):
        actions.add_schools(cast.harbour, by=getattr(cast, who), schools=[make.school()])
    assert cast.harbour.memberships.count() == 3


def test_what_cannot_be_added(cast):
    ahead = timezone.localdate() + timedelta(days=1)
    closed = make.school(closed_on=make.yesterday())
    for words in (
        {"schools": []},
        {"schools": [cast.quayside]},
        {"schools": [make.school(), closed]},
        {"schools": [make.school()], "joined_on": ahead},
    ):
        with pytest.raises(ValidationError):
            actions.add_schools(cast.harbour, by=cast.ada, **words)
    assert cast.harbour.memberships.count() == 3


def test_a_school_that_leaves_loses_the_network_at_once_and_may_come_back(cast):
    member = cast.harbour.memberships.get(school=cast.marsh_lane)
    letter = make.invitation(cast.harbour, school=cast.marsh_lane, job="teacher")
    actions.end_membership(member, by=cast.hana)
    assert list(Network.objects.visible_to(again(cast.cy))) == []
    letter.refresh_from_db()
    assert letter.cancelled_by == cast.hana
    with pytest.raises(ValidationError):
        actions.end_membership(member, by=cast.ada)
    # Hana still answers for Marsh Lane, so it is asked
    actions.add_schools(cast.harbour, by=again(cast.ada), schools=[cast.marsh_lane])
    statuses = cast.harbour.memberships.filter(school=cast.marsh_lane).order_by("pk")
    assert [m.status for m in statuses] == [Status.LEFT, Status.INVITED]


def test_the_heads_commitment_has_who_and_when(cast):
    member = cast.harbour.memberships.get(school=cast.marsh_lane)
    with pytest.raises(PermissionDenied):
        actions.record_commitment(member, by=cast.cy, commitment="Time")
    actions.record_commitment(member, by=cast.hana, commitment="One afternoon a month.")
    member.refresh_from_db()
    assert (member.head_commitment, member.committed_by, member.committed_on) == (
        "One afternoon a month.",
        cast.hana,
        timezone.localdate(),
    )


def test_a_school_may_be_in_several_networks(cast):
    actions.add_schools(cast.fellside, by=cast.dot, schools=[cast.marsh_lane])
    actions.agree_membership(cast.fellside.memberships.asked().get(), by=cast.hana)
    assert [n.name for n in Network.objects.visible_to(again(cast.cy))] == [
        "Fellside network",
        "Harbour network",
    ]


def test_advice():
    assert advice(Shape(schools=3, co_leaders=2)) == []
    assert len(advice(Shape(schools=2, co_leaders=1, without_link=["A"]))) == 3
    assert advice(Shape(schools=5, co_leaders=1, invited_co_leaders=1)) == [
        "The second co-leader has been invited and has not answered yet."
    ]
    assert advice(Shape(schools=5, co_leaders=2, without_link=list("ABCDE"))) == [
        "Nobody speaks yet for 5 schools: invite their heads or link people."
    ]


# Pages


def test_the_network_page_says_what_it_is_for_and_who_is_in_it(cast, client_of):
    page = client_of(cast.cy).get(reverse("network", args=[cast.harbour.pk]))
    words = page.content.decode()
    assert page.status_code == 200
    assert [word in words for word in ("explain their thinking", "Marsh Lane School", "Ada")] == [
        True
    ] * 3
    assert "To make it strong" not in words


def test_co_leaders_get_advice_and_it_blocks_nothing(cast, client_of):
    page = client_of(cast.dot).get(reverse("network", args=[cast.fellside.pk]))
    assert page.context["advice"] == [
        "Find a second co-leader, best from another school: two carry it further.",
        "A network learns best with three schools or more.",
    ]


def test_changing_a_network(cast, client_of):
    url = reverse("network_change", args=[cast.harbour.pk])
    words = {"name": "  Harbour \n two ", "purpose": "P", "learning_focus": "", "kind": "hub"}
    assert client_of(cast.cy).post(url, words).status_code == 403
    assert client_of(cast.dot).post(url, words).status_code == 404
    refused = client_of(cast.ada).post(url, {**words, "name": "", "purpose": "p" * 2001})
    assert (refused.status_code, sorted(refused.context["form"].errors)) == (
        422,
        ["name", "purpose"],
    )
    assert client_of(cast.ada).post(url, words).status_code == 302
    cast.harbour.refresh_from_db()
    assert (cast.harbour.name, cast.harbour.kind) == ("Harbour two", "hub")


def test_adding_schools_on_the_page(cast, client_of):
    free = make.school("Ferry Road Primary", town="Farport")
    client, url = client_of(cast.ada), reverse("network_schools", args=[cast.harbour.pk])
    found = client.get(url, {"q": "fery road"})
    assert found.context["form"].fields["schools"].choices == [
        (free.pk, "Ferry Road Primary, Farport")
    ]
    words = {"schools": [free.pk], "route": "brokered", "joined_on": "2026-01-05"}
    refused = client.post(url, words)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["brokered_by"])
    assert client.post(url, {**words, "brokered_by": "The authority"}).status_code == 302
    member = cast.harbour.memberships.get(school=free)
    assert (member.route, member.brokered_by, str(member.joined_on), member.added_by) == (
        "brokered",
        "The authority",
        "2026-01-05",
        cast.ada,
    )


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 40, "999999", "1;drop"])
def test_schools_that_do_not_exist(cast, client_of, key):
    url = reverse("network_schools", args=[cast.harbour.pk])
    words = {"schools": [key], "route": "voluntary", "joined_on": "2026-01-05"}
    assert client_of(cast.ada).post(url, words).status_code == 422
    assert cast.harbour.memberships.count() == 3


def test_a_membership_is_reached_through_its_own_network_only(cast, client_of):
    foreign = cast.harbour.memberships.first()
    client = client_of(cast.dot)
    for name in ("membership", "membership_commitment"):
        assert client.get(reverse(name, args=[cast.fellside.pk, foreign.pk])).status_code == 404
    left = client.post(reverse("membership_departure", args=[cast.fellside.pk, foreign.pk]))
    assert left.status_code == 404


def test_correcting_pausing_and_leaving_on_the_page(cast, client_of):
    member = cast.harbour.memberships.get(school=cast.marsh_lane)
    args = [cast.harbour.pk, member.pk]
    words = {"joined_on": "2025-09-01", "route": "voluntary", "paused": "on"}
    assert client_of(cast.hana).post(reverse("membership", args=args), words).status_code == 403
    assert client_of(cast.ada).post(reverse("membership", args=args), words).status_code == 302
    member.refresh_from_db()
    assert (str(member.joined_on), member.status) == ("2025-09-01", Status.PAUSED)
    gone = client_of(cast.cy).post(reverse("membership_departure", args=args))
    assert gone.status_code == 403
    gone = client_of(cast.hana).post(reverse("membership_departure", args=args))
    assert (gone.status_code, gone.url) == (302, reverse("networks"))
    twice = client_of(cast.ada).post(reverse("membership_departure", args=args))
    assert twice.status_code == 409
    assert "already left" in twice.content.decode()


def test_answering_for_the_school_on_the_page(cast, client_of):
    actions.add_schools(cast.fellside, by=cast.dot, schools=[cast.marsh_lane])
    question = cast.fellside.memberships.asked().get()
    url = reverse("membership_agreement", args=[question.pk])
    assert client_of(cast.eve).post(url).status_code == 404
    assert client_of(cast.cy).post(url).status_code == 403
    assert "Fellside network" in client_of(cast.hana).get(reverse("networks")).content.decode()
    assert client_of(cast.hana).post(url).status_code == 302
    assert client_of(cast.hana).post(url).status_code == 409


def test_the_empty_list_says_what_to_do(cast, client_of):
    stranger = make.person()
    words = client_of(stranger).get(reverse("networks")).content.decode()
    assert reverse("account_schools") in words
    make.tie(stranger, make.school())
    words = client_of(stranger).get(reverse("networks")).content.decode()
    assert reverse("network_new") in words


def test_invented_networks_say_so(cast, client_of):
    Network.objects.update(is_invented=True)
    for url in (reverse("networks"), reverse("network", args=[cast.harbour.pk])):
        assert "Invented for demonstration" in client_of(cast.ada).get(url).content.decode()


@pytest.mark.parametrize("key", [0, 2**63, 2**70])
def test_networks_that_do_not_exist(cast, client_of, key):
    assert client_of(cast.ada).get(f"/networks/{key}/").status_code == 404


def test_nothing_of_a_school_is_invented_by_visiting(cast, client_of):
    before = (School.objects.count(), Membership.objects.count(), Event.objects.count())
    client = client_of(cast.ada)
    for name in ("network", "network_change", "network_schools", "network_people", "invitations"):
        client.get(reverse(name, args=[cast.harbour.pk]))
        client.head(reverse(name, args=[cast.harbour.pk]))
    assert (School.objects.count(), Membership.objects.count(), Event.objects.count()) == before
