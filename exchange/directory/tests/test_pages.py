"""What holds for every page of networks and people: who gets in, how many queries, escaping."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exchange.directory import actions
from exchange.directory.models import Affiliation, Event
from tests import make

pytestmark = pytest.mark.django_db
INSIDE = ["ada", "ned", "ben", "cy", "hana", "eve", "lou", "uma"]
MEMBER_PAGES = ("network", "network_schools", "network_people", "releases")
LEADER_PAGES = ("network_change", "invitations", "roles")


@pytest.mark.parametrize("name", MEMBER_PAGES + LEADER_PAGES)
def test_who_gets_in(cast, client_of, name):
    url = reverse(name, args=[cast.harbour.pk])
    answers = {who: client_of(person).get(url).status_code for who, person in cast.people().items()}
    leaders_only = name in LEADER_PAGES
    assert answers == {
        who: 404 if who not in INSIDE else 200 if who in ("ada", "ned") or not leaders_only else 403
        for who in cast.people()
    }


def test_a_visitor_is_asked_to_sign_in(cast, client_of):
    own = [reverse(name) for name in ("networks", "network_new", "account", "account_schools")]
    of_network = [reverse(name, args=[cast.harbour.pk]) for name in MEMBER_PAGES + LEADER_PAGES]
    for url in own + of_network:
        answer = client_of(None).get(url)
        assert (answer.status_code, answer.url) == (302, f"{reverse('account_login')}?next={url}")


POSTS = {
    "membership_departure": 2,
    "membership_agreement": 1,
    "membership_refusal": 1,
    "role_end": 2,
    "invitation_letter": 2,
    "invitation_cancellation": 2,
    "release_agreement": 1,
    "release_refusal": 1,
    "release_withdrawal": 1,
    "tie_confirmation": 1,
    "tie_end": 1,
    "tie_link": 1,
}


@pytest.mark.parametrize(("name", "numbers"), POSTS.items())
def test_what_changes_something_is_posted_with_the_forms_key(cast, client_of, name, numbers):
    url = reverse(name, args=[1] * numbers)
    client = client_of(cast.ada)
    assert [client.get(url).status_code, client.head(url).status_code] == [405, 405]
    assert client_of(None).post(url).status_code == 302
    client.handler.enforce_csrf_checks = True
    assert client.post(url).status_code == 403


def fill(cast, count):
    """`count` more of everything that the pages list."""
    for _ in range(count):
        school = make.school()
        make.membership(cast.harbour, school, head_commitment="Time")
        for job in ("headteacher", "teacher"):
            make.tie(make.person(), school, job=job)
        make.tie(make.person(), cast.marsh_lane, confirmed=False)
        make.tie(cast.hana, school, job="headteacher", is_link=True)
        make.role(make.person(), "facilitator", cast.harbour)
        make.invitation(cast.harbour, school=school, job="teacher", invited_by=cast.ada)
        thing = Event.objects.create(verb="x", subject_kind="thing")
        make.release(thing, cast.marsh_lane, cast.harbour, asked_by=cast.ben)
        other = make.network(schools=(make.school(),))
        make.role(cast.hana, "facilitator", other)
        make.membership(make.network(), cast.marsh_lane, status="invited")
        make.membership(cast.harbour, make.school(), status="left", left_on=make.yesterday())


PAGES = [
    ("ada", "network"),
    ("ada", "network_schools"),
    ("ada", "network_people"),
    ("ada", "invitations"),
    ("ada", "roles"),
    ("hana", "releases"),
    ("hana", "network_people"),
    ("hana", "networks"),
    ("hana", "account"),
    ("hana", "home"),
]


@pytest.mark.parametrize(("who", "name"), PAGES)
def test_a_list_costs_the_same_for_one_row_and_for_three(cast, client_of, who, name):
    url = reverse(name, args=[] if name in ("networks", "account", "home") else [cast.harbour.pk])
    client, counts = client_of(getattr(cast, who)), []
    fill(cast, 1)
    client.get(url)  # templates and the search index are warm
    for more in (0, 2):
        fill(cast, more)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_names_with_script_come_back_escaped(cast, client_of):
    script = "<script>alert(1)</script>"
    bad = make.person(script)
    make.tie(bad, cast.marsh_lane, job=Affiliation.Job.HEAD)
    make.tie(make.person(script), cast.marsh_lane, confirmed=False)
    make.role(bad, "facilitator", cast.harbour)
    make.invitation(cast.harbour, name=script, email="x@example.org", role="facilitator")
    cast.marsh_lane.name = script
    cast.marsh_lane.save()
    member = cast.harbour.memberships.get(school=cast.marsh_lane)
    actions.record_commitment(member, by=cast.ada, commitment=script)
    cast.harbour.memberships.update(brokered_by=script, route="brokered")
    thing = Event.objects.create(verb="x", subject_kind="thing")
    make.release(thing, cast.marsh_lane, cast.harbour, asked_by=bad, removed=script, reason=script)
    make.membership(make.network(script), cast.marsh_lane, status="invited")
    args = [cast.harbour.pk]
    urls = [reverse(name, args=args) for name in MEMBER_PAGES + LEADER_PAGES]
    urls += [reverse(n, args=[*args, member.pk]) for n in ("membership", "membership_commitment")]
    seen = {url: client_of(cast.ada).get(url).content.decode() for url in urls}
    seen |= {
        url: client_of(bad).get(url).content.decode()
        for url in (reverse("account"), reverse("networks"), reverse("releases", args=args))
    }
    assert {url for url, words in seen.items() if script in words} == set()
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert {url for url, words in seen.items() if escaped not in words} == {
        reverse("network_change", args=args)
    }


def test_script_typed_into_the_forms_comes_back_escaped(cast, client_of):
    script = "<script>alert(1)</script>"
    client, args = client_of(cast.ada), [cast.harbour.pk]
    answers = [
        client.post(reverse("invitations", args=args), {"email": script, "name": script}),
        client.post(reverse("roles", args=args), {"person": script, "role": script}),
        client.post(reverse("network_change", args=args), {"name": script, "kind": script}),
        client.post(reverse("network_schools", args=args), {"schools": script, "route": script}),
        client.post(reverse("account_schools"), {"school": script, "job": script}),
        client.get(reverse("account_schools"), {"q": script}),
        client.get(reverse("network_schools", args=args), {"q": script}),
    ]
    assert [answer.status_code for answer in answers] == [422] * 5 + [200] * 2
    assert [script in answer.content.decode() for answer in answers] == [False] * 7
