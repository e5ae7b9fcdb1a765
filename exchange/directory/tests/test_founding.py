"""Founding in three steps, without script; the draft waits in the session."""

import re
import threading

import pytest
from django.db import connection
from django.urls import reverse

from exchange.directory.models import Invitation, Membership, Network
from tests import make

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "Ferry network",
    "purpose": "How do pupils learn to read aloud?",
    "learning_focus": "Fluency in year 3.",
    "kind": "learning_network",
}
NEW, SCHOOLS, CHECK = (
    reverse(name) for name in ("network_new", "network_new_schools", "network_new_check")
)

SECOND = "Find a second co-leader, best from another school: two carry it further."
ADVICE = "This is advice: you can found the network all the same."


def advised(page):
    """What the card of advice on a page says, piece by piece."""
    card = re.search(
        r'<section class="card" aria-labelledby="advice">(.*?)</section>',
        page.content.decode(),
        re.DOTALL,
    )
    return [piece.strip() for piece in re.findall(r">([^<]+)<", card[1]) if piece.strip()]


@pytest.fixture
def founder(db):
    """Fay teaches at Ferry Road, which lies at a known place."""
    fay = make.person("Fay")
    make.tie(fay, make.school("Ferry Road Primary", easting=400_000, northing=300_000))
    return fay


def test_from_the_first_step_to_the_network(founder, client_of):
    far = make.school("Far Hill School", easting=420_000, northing=300_000)
    near = make.school("Near Bank School", easting=401_500, northing=300_000)
    client = client_of(founder)
    assert client.post(NEW, WORDS).url == SCHOOLS
    page = client.get(SCHOOLS)
    assert [school.name for school in page.context["chosen"]] == ["Ferry Road Primary"]
    assert [(s.name, s.km) for s in page.context["near"]] == [
        ("Near Bank School", 1.5),
        ("Far Hill School", 20.0),
    ]
    assert client.post(SCHOOLS, {"school": [near.pk], "q": "far hil"}).url == f"{SCHOOLS}?q=far+hil"
    page = client.get(SCHOOLS, {"q": "far hil"})
    assert page.context["found"] == [far]
    assert client.post(SCHOOLS, {"school": [far.pk], "onwards": "yes"}).url == CHECK
    assert client.get(CHECK).context["advice"] == [SECOND]
    done = client.post(CHECK, {"second_co_leader": "sam@example.org"})
    network = Network.objects.get()
    assert done.url == reverse("network", args=[network.pk])
    assert (network.name, network.founded_by, network.memberships.count()) == (
        "Ferry network",
        founder,
        3,
    )
    assert Invitation.objects.get().email == "sam@example.org"
    assert client.get(CHECK).url == NEW  # the draft is used up
    assert client.get(done.url).status_code == 200


def test_few_schools_and_no_second_co_leader_are_advice(founder, client_of):
    client = client_of(founder)
    client.post(NEW, WORDS)
    page = client.get(CHECK)
    assert page.context["advice"] == [SECOND, "A network learns best with three schools or more."]
    assert advised(page) == ["To make it strong", *page.context["advice"], ADVICE]
    assert client.post(CHECK, {"second_co_leader": ""}).status_code == 302
    assert Network.objects.count() == 1


def test_a_named_second_co_leader_is_not_asked_for_again(founder, client_of):
    client = client_of(founder)
    client.post(NEW, WORDS)
    client.post(SCHOOLS, {"remove": founder.schools[0].school_id})
    page = client.post(CHECK, {"second_co_leader": "sam@example.org"})
    assert page.status_code == 422
    assert page.context["advice"] == ["A network learns best with three schools or more."]


def test_going_back_keeps_what_was_said(founder, client_of):
    client = client_of(founder)
    client.post(NEW, WORDS)
    client.post(SCHOOLS, {"school": [make.school().pk]})
    assert client.get(NEW).context["form"]["purpose"].value() == WORDS["purpose"]
    client.post(NEW, {**WORDS, "name": "Another name"})
    assert [
        len(client.get(CHECK).context["chosen"]),
        client.get(CHECK).context["draft"]["name"],
    ] == [
        2,
        "Another name",
    ]


def test_removing_and_refusing_schools(founder, client_of):
    client = client_of(founder)
    own = founder.schools[0].school_id
    closed = make.school(closed_on=make.yesterday())
    client.post(NEW, WORDS)
    client.post(
        SCHOOLS,
        {"school": [closed.pk, "x", "9" * 50, "9" * 5000, "0", "-1", own, own], "remove": "z"},
    )
    assert client.session["founding"]["schools"] == [own]
    client.post(SCHOOLS, {"remove": own})
    page = client.post(CHECK, {})
    assert (page.status_code, "Choose at least one school." in page.content.decode()) == (422, True)
    assert (Network.objects.count(), Membership.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("words", "faulty"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "n" * 121}, ["name"]),
        ({"name": "\u202e\u200b"}, ["name"]),
        ({"purpose": " \n "}, ["purpose"]),
        ({"purpose": "p" * 10_000}, ["purpose"]),
        ({"learning_focus": "l" * 1001}, ["learning_focus"]),
        ({"kind": "club"}, ["kind"]),
    ],
)
def test_bad_words_stop_at_the_first_step(founder, client_of, words, faulty):
    page = client_of(founder).post(NEW, {**WORDS, **words})
    assert (page.status_code, list(page.context["form"].errors)) == (422, faulty)


def test_a_second_co_leader_needs_an_address(founder, client_of):
    client = client_of(founder)
    client.post(NEW, WORDS)
    for address in ("nobody", founder.email, "a@b@c"):
        assert client.post(CHECK, {"second_co_leader": address}).status_code == 422
    assert (Network.objects.count(), Invitation.objects.count()) == (0, 0)


def test_later_steps_lead_back_to_the_first(founder, client_of):
    for url in (SCHOOLS, CHECK):
        assert client_of(founder).get(url).url == NEW


def test_who_may_not_found(cast, client_of):
    for url in (NEW, SCHOOLS, CHECK):
        assert client_of(cast.eve).get(url).status_code == 403
        assert client_of(cast.max).post(url, WORDS).status_code == 403
        assert client_of(None).get(url).status_code == 302


def test_script_in_every_field(founder, client_of):
    script = "<script>alert(1)</script>"
    client = client_of(founder)
    client.post(NEW, {**WORDS, "name": script, "purpose": script, "learning_focus": script})
    shown = [client.get(url).content.decode() for url in (NEW, SCHOOLS, CHECK)]
    client.get(SCHOOLS, {"q": script})
    client.post(CHECK, {"second_co_leader": "x@example.org"})
    network = Network.objects.get()
    for name in ("network", "network_change", "network_people", "network_schools", "invitations"):
        shown.append(client.get(reverse(name, args=[network.pk])).content.decode())
    shown += [client.get(reverse(name)).content.decode() for name in ("networks", "account")]
    assert [script in words for words in shown] == [False] * len(shown)
    assert [script.replace("<", "&lt;").replace(">", "&gt;") in words for words in shown] == [
        True
    ] * len(shown)


# Pressing more than once


def test_a_second_press_leads_to_the_same_network(founder, client_of):
    client = client_of(founder)
    client.post(NEW, WORDS)
    key = client.get(CHECK).context["form"]["draft"].value()
    press = {"second_co_leader": "sam@example.org", "draft": key}
    first, second = client.post(CHECK, press), client.post(CHECK, press)
    network = Network.objects.get()
    assert (first.url, second.url) == (reverse("network", args=[network.pk]),) * 2
    assert Invitation.objects.count() == 1
    client.post(NEW, WORDS)  # another draft of the same words is another network
    again = client.get(CHECK).context["form"]["draft"].value()
    assert client.post(CHECK, press).url == first.url
    client.post(CHECK, {"draft": again})
    assert Network.objects.count() == 2


def test_the_draft_of_another_leads_nowhere(founder, client_of):
    client, other = client_of(founder), make.person("Oli")
    make.tie(other, make.school())
    client.post(NEW, WORDS)
    press = {"draft": client.get(CHECK).context["form"]["draft"].value()}
    client.post(CHECK, press)
    assert client_of(other).post(CHECK, press).url == NEW
    for key in ("", "\x00", "x" * 5000, "\u00bd"):
        assert client.post(CHECK, {"draft": key}).url == NEW
    assert Network.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_three_presses_at_the_very_same_time(founder, client_of):
    client = client_of(founder)
    client.post(NEW, WORDS)
    press = {"draft": client.get(CHECK).context["form"]["draft"].value()}
    gate, answers = threading.Barrier(3), []

    def found():
        browser = client_of(None)
        browser.cookies = client.cookies
        gate.wait()
        answers.append(browser.post(CHECK, press))
        connection.close()

    threads = [threading.Thread(target=found) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    network = Network.objects.get()
    assert [answer.url for answer in answers] == [reverse("network", args=[network.pk])] * 3
