"""`exchange network from-trust` and `exchange user add`."""

from datetime import date

import pytest
from django.urls import reverse

from exchange.directory.models import Affiliation, Event, GroupLink, Invitation, Network, Person
from exchange.directory.network_commands import network_from_trust, user_add
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def trusts(db):
    """Two trusts whose names are alike, and a federation."""
    schools = tuple(make.school(f"School {letter}") for letter in "ABC")
    closed = make.school("Old School", closed_on=make.yesterday())
    bright = make.group("BRIGHT HARBOUR LEARNING TRUST LIMITED", schools=(*schools, closed))
    GroupLink.objects.filter(school=schools[0]).update(joined_on=date(2019, 4, 1))
    GroupLink.objects.filter(school=schools[2]).update(left_on=make.yesterday())
    make.group("Bright Harbour Sixth Form Trust", schools=(make.school(),))
    make.group("The Ferry Federation", kind="Federation", schools=(make.school(),))
    make.group("Bright Harbour Learning Trust", kind="School sponsor", schools=schools)
    make.group("Gone Trust", closed_on=make.yesterday(), schools=(make.school(),))
    return bright


def test_the_open_schools_of_a_trust_become_members(trusts, capsys):
    assert network_from_trust("bright harbour learning trust") == 0
    network = Network.objects.get()
    members = network.memberships.current().order_by("school__name")
    assert (network.group, network.kind) == (trusts, "trust")
    assert [(m.school.name, m.status) for m in members] == [
        ("School A", "joined"),
        ("School B", "joined"),
    ]
    assert members[0].joined_on == date(2019, 4, 1)
    assert "School A" in capsys.readouterr().out


@pytest.mark.parametrize(
    "asked",
    [
        "Bright Harbor Learning",
        "bright-harbour learning",
        "LEARNING Bright",
        "Brihgt Harbour Learning",
    ],
)
def test_a_name_that_is_nearly_right(trusts, asked):
    assert network_from_trust(asked) == 0
    assert Network.objects.get().group == trusts


def test_the_number_of_the_group(trusts):
    assert network_from_trust(trusts.number) == 0
    assert Network.objects.get().group == trusts


def test_several_that_fit_are_listed_and_nothing_is_made(trusts, capsys):
    assert network_from_trust("Bright Harbour") == 2
    said = capsys.readouterr()
    assert said.out.count("Bright Harbour") + said.out.count("BRIGHT HARBOUR") == 3
    assert Network.objects.count() == 0


@pytest.mark.parametrize("asked", ["", "!!!", "Gone Trust", "Unheard of", "trust limited"])
def test_nothing_that_fits(trusts, asked):
    assert network_from_trust(asked) == 2
    assert Network.objects.count() == 0


def test_not_twice_and_not_with_a_bad_address(trusts):
    assert network_from_trust("ferry federation", co_leader_email="nonsense") == 2
    assert Network.objects.count() == 0
    assert network_from_trust("ferry federation") == 0
    assert network_from_trust("ferry federation") == 2
    assert [network.kind for network in Network.objects.all()] == ["federation"]


def test_the_first_co_leader_comes_by_the_printed_link(trusts, capsys, client_of):
    assert network_from_trust("ferry federation", co_leader_email="Fay@Example.org") == 0
    token = capsys.readouterr().out.split("/invitations/")[1].split("/")[0]
    answer = client_of(None).post(
        reverse("invitation", args=[token]), {"name": "Fay", "password": "four plain words here"}
    )
    assert answer.url == reverse("network", args=[Network.objects.get().pk])
    assert [role.role for role in Person.objects.get(email="fay@example.org").roles] == [
        "co_leader"
    ]


def test_user_add_prints_a_link_that_works_once(capsys, client_of, monkeypatch):
    monkeypatch.delenv("EXCHANGE_PASSWORD", raising=False)
    assert user_add("Max@Example.org", "Max", role="operations", site_admin=True) == 0
    assert Person.objects.count() == 0
    token = capsys.readouterr().out.split("/invitations/")[1].split("/")[0]
    url = reverse("invitation", args=[token])
    words = {"name": "Max", "password": "four plain words here"}
    assert client_of(None).post(url, words).url == reverse("account")
    added = Person.objects.get()
    assert (added.email, added.is_site_admin, [role.role for role in added.roles]) == (
        "max@example.org",
        True,
        ["operations"],
    )
    assert client_of(None).post(url, words).status_code == 410


def test_user_add_with_a_password_of_the_environment(monkeypatch):
    monkeypatch.setenv("EXCHANGE_PASSWORD", "short")
    assert user_add("max@example.org", "Max") == 2
    monkeypatch.setenv("EXCHANGE_PASSWORD", "four plain words here")
    assert user_add("max@example.org", "Max") == 0
    assert Person.objects.get().check_password("four plain words here")


def test_user_add_gives_an_account_only_what_it_lacks(monkeypatch):
    monkeypatch.setenv("EXCHANGE_PASSWORD", "another password here")
    max_ = make.person("Max", email="max@example.org", password="four plain words here")
    for _ in range(2):
        assert (
            user_add("MAX@example.org", "Other", role="programme_researcher", site_admin=True) == 0
        )
    max_ = Person.objects.get(pk=max_.pk)
    assert (max_.name, max_.is_site_admin, [role.role for role in max_.roles]) == (
        "Max",
        True,
        ["programme_researcher"],
    )
    assert max_.check_password("four plain words here")


@pytest.fixture
def ferry(db):
    return make.school("Ferry Road Primary", number="123456")


def test_the_sites_word_confirms_a_tie_when_the_letter_is_taken_up(
    ferry, capsys, client_of, monkeypatch
):
    monkeypatch.delenv("EXCHANGE_PASSWORD", raising=False)
    assert user_add("fay@example.org", "Fay", school=" 123456 ", job="headteacher") == 0
    assert Affiliation.objects.count() == 0
    token = capsys.readouterr().out.split("/invitations/")[1].split("/")[0]
    words = {"name": "Fay", "password": "four plain words here"}
    client_of(None).post(reverse("invitation", args=[token]), words)
    fay = Person.objects.get()
    assert [(tie.school, tie.job, tie.confirmed_by, tie.is_link) for tie in fay.schools] == [
        (ferry, "headteacher", None, False)
    ]
    events = Event.objects.order_by("pk").values_list("verb", "actor", "subject_id", "data")
    assert list(events) == [
        ("invite", None, Invitation.objects.get().pk, {"role": ""}),
        ("confirm_tie", None, fay.schools[0].pk, {"school": ferry.pk}),
        ("accept_invitation", fay.pk, Invitation.objects.get().pk, {}),
    ]


def test_an_account_gets_its_tie_or_has_it_confirmed_once(ferry, capsys):
    fay, gus = make.person("Fay", email="fay@example.org"), make.person(email="gus@example.org")
    asked = make.tie(gus, ferry, confirmed=False, job="support")
    for _ in range(2):
        assert user_add("fay@example.org", "Fay", school="123456") == 0
        assert user_add("gus@example.org", "Gus", school="123456", job="governor") == 0
    ties = Affiliation.objects.confirmed().order_by("pk")
    assert [(tie.pk, tie.person, tie.job) for tie in ties] == [
        (asked.pk, gus, "governor"),
        (asked.pk + 1, fay, "teacher"),
    ]
    assert list(Event.objects.values_list("verb", "actor")) == [("confirm_tie", None)] * 2
    assert capsys.readouterr().out.splitlines() == [
        "fay@example.org works at Ferry Road Primary: confirmed.",
        "gus@example.org works at Ferry Road Primary: confirmed.",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            {"school": "999999"},
            "The register has no school of the number 999999. Read it first, with `exchange "
            "register import`, or look the number up on the page of the school.",
        ),
        ({"school": "111111"}, "Old School has closed."),
        (
            {"school": "123456", "job": "king"},
            "'king' is not a job at a school. There are: headteacher, leader, teacher, support, "
            "governor, other.",
        ),
        ({"job": "teacher"}, "Say at which school, with --school and its number."),
    ],
)
def test_a_tie_that_cannot_be(ferry, capsys, words, said):
    make.school("Old School", number="111111", closed_on=make.yesterday())
    assert user_add("fay@example.org", "Fay", **words) == 2
    assert capsys.readouterr() == ("", f"{said}\n")
    assert (Invitation.objects.count(), Affiliation.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("email", "role"),
    [("max", None), ("", None), ("m@example.org", "co_leader"), ("m@example.org", "x")],
)
def test_user_add_refuses(email, role):
    assert user_add(email, "Max", role=role) == 2
    assert (Person.objects.count(), Invitation.objects.count()) == (0, 0)
