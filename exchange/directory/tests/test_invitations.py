"""Letters: one address, one use, fourteen days; only a hash of the token is kept."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from exchange.directory import actions
from exchange.directory.actions.invitations import hashed
from exchange.directory.models import Affiliation, Invitation, Person, Role
from tests import make

NEW = {"name": "Nia New", "password": "four plain words here"}


def again(person):
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def post(django_capture_on_commit_callbacks):
    """Run something that writes letters, and give back the token of the last one."""

    def post(write):
        with django_capture_on_commit_callbacks(execute=True):
            letter = write()
        found = re.search(r"/invitations/([\w-]+)/", mail.outbox[-1].body)
        return letter, found[1]

    return post


@pytest.fixture
def letter(cast, post):
    """A letter from Ada to nia@example.org as Harbour's facilitator and Eastway's teacher."""
    return post(
        lambda: actions.invite(
            cast.harbour,
            by=cast.ada,
            email=" Nia@Example.org ",
            name="Nia",
            role=Role.FACILITATOR,
            school=cast.eastway,
            job="leader",
        )
    )


@pytest.mark.parametrize(
    "who", ["ben", "cy", "hana", "dot", "eve", "lou", "rae", "pam", "max", "ivy"]
)
def test_only_co_leaders_invite(cast, who):
    with pytest.raises(PermissionDenied):
        actions.invite(
            cast.harbour, by=getattr(cast, who), email="x@example.org", role="facilitator"
        )
    assert Invitation.objects.count() == 0


def test_the_letter_has_both_parts_and_a_link_that_is_nowhere_else(letter, cast):
    invitation, token = letter
    sent = mail.outbox[0]
    html = sent.alternatives[0]
    assert (sent.to, sent.subject) == (["nia@example.org"], "Invitation to Harbour network")
    assert (token in sent.body, token in html[0], html[1]) == (True, True, "text/html")
    assert "http://localhost:8000/invitations/" in sent.body
    invitation.refresh_from_db()
    assert (invitation.token_hash, invitation.email) == (hashed(token), "nia@example.org")
    assert len(token) >= 43
    days = invitation.expires_at - invitation.sent_at
    assert round(days.total_seconds() / 86_400) == 14


def test_names_with_script_and_line_ends_do_no_harm_in_the_letter(cast, post):
    cast.harbour.name = "<script>x</script>\nBcc: all@example.org"
    cast.harbour.save()
    post(
        lambda: actions.invite(cast.harbour, by=cast.ada, email="x@example.org", role="facilitator")
    )
    sent = mail.outbox[0]
    assert sent.subject == "Invitation to <script>x</script> Bcc: all@example.org"
    assert (sent.recipients(), "<script>" in sent.alternatives[0][0]) == (["x@example.org"], False)


@pytest.mark.parametrize(
    "words",
    [
        {"role": ""},
        {"role": "operations"},
        {"role": "king"},
        {"role": "", "school": "hillcrest"},
    ],
)
def test_what_cannot_be_offered(cast, words):
    words = {**words, "school": getattr(cast, words.get("school", ""), None)}
    with pytest.raises(ValidationError):
        actions.invite(cast.harbour, by=cast.ada, email="x@example.org", **words)
    assert Invitation.objects.count() == 0


def test_a_newcomer_accepts_and_gets_just_what_was_promised(letter, cast, client_of):
    client, url = client_of(None), reverse("invitation", args=[letter[1]])
    page = client.get(url)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "strict-origin")
    answer = client.post(url, NEW)
    assert (answer.status_code, answer.url) == (302, reverse("network", args=[cast.harbour.pk]))
    nia = Person.objects.get(email="nia@example.org")
    assert (nia.name, nia.check_password(NEW["password"])) == ("Nia New", True)
    assert [(r.role, r.network, r.appointed_by) for r in nia.roles] == [
        ("facilitator", cast.harbour, cast.ada)
    ]
    assert [(t.school, t.job, t.confirmed_by, t.is_link) for t in nia.schools] == [
        (cast.eastway, "leader", cast.ada, False)
    ]
    assert client.get(answer.url).status_code == 200
    assert client_of(None).get(url).status_code == 410
    assert client_of(None).post(url, NEW).status_code == 410


def test_looking_changes_nothing(letter, client_of):
    url = reverse("invitation", args=[letter[1]])
    client_of(None).get(url)
    client_of(None).head(url)
    letter[0].refresh_from_db()
    assert (letter[0].accepted_at, Person.objects.filter(email="nia@example.org").exists()) == (
        None,
        False,
    )


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ({"name": "", "password": ""}, ["name", "password"]),
        ({"name": "Nia", "password": "short"}, ["password"]),
        ({"name": "Nia", "password": "password1234"}, ["password"]),
        ({"name": "Nia", "password": "p" * 129}, ["password"]),
        ({"name": "n" * 121, "password": NEW["password"]}, ["name"]),
        ({"name": "\u200b\u200d", "password": NEW["password"]}, ["name"]),
    ],
)
def test_bad_names_and_passwords(letter, client_of, words, fields):
    page = client_of(None).post(reverse("invitation", args=[letter[1]]), words)
    assert (page.status_code, sorted(page.context["form"].errors)) == (422, fields)
    assert Person.objects.filter(email="nia@example.org").count() == 0


def test_somebody_with_an_account_signs_in_first(letter, cast, client_of):
    nia = make.person("Nia", email="nia@example.org")
    url = reverse("invitation", args=[letter[1]])
    page = client_of(None).get(url)
    assert f"{reverse('account_login')}?next={url}" in page.content.decode()
    assert client_of(None).post(url, NEW).status_code == 422
    assert Person.objects.filter(email="nia@example.org").count() == 1
    assert client_of(nia).post(url).status_code == 302
    assert [role.role for role in again(nia).roles] == ["facilitator"]


def test_another_address_is_turned_away_without_learning_whose_it_is(letter, cast, client_of):
    url = reverse("invitation", args=[letter[1]])
    for answer in (client_of(cast.cy).get(url), client_of(cast.cy).post(url)):
        words = answer.content.decode()
        assert (answer.status_code, "nia@" in words, "Nia" in words) == (403, False, False)
    with pytest.raises(PermissionDenied):
        actions.accept_invitation(letter[0], by=cast.cy)
    assert again(cast.cy).roles == []


def test_an_address_in_capitals_is_the_same_address(letter, client_of):
    nia = make.person("Nia", email="nia@example.org")
    Invitation.objects.update(email="NIA@example.ORG")
    assert client_of(nia).post(reverse("invitation", args=[letter[1]])).status_code == 302


def test_it_runs_out_after_fourteen_days(letter, client_of):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    url = reverse("invitation", args=[letter[1]])
    assert client_of(None).get(url).status_code == 410
    assert client_of(None).post(url, NEW).status_code == 410
    with pytest.raises(ValidationError):
        actions.accept_invitation(letter[0], by=None, **NEW)
    assert Person.objects.filter(email="nia@example.org").count() == 0


def test_cancelled(letter, cast, client_of):
    url = reverse("invitation_cancellation", args=[cast.harbour.pk, letter[0].pk])
    assert client_of(cast.dot).post(url).status_code == 404
    assert client_of(cast.hana).post(url).status_code == 403
    assert client_of(cast.ned).post(url).status_code == 302
    assert client_of(cast.ned).post(url).status_code == 409
    assert client_of(None).post(reverse("invitation", args=[letter[1]]), NEW).status_code == 410


@pytest.mark.parametrize("token", ["x", "a" * 300, "nul"])
def test_unknown_links(db, client_of, token):
    page = client_of(None).get(reverse("invitation", args=[token]))
    assert (page.status_code, page.headers["Referrer-Policy"]) == (404, "strict-origin")
    assert "We do not know this link." in page.content.decode()


def test_sending_again_replaces_the_link(letter, cast, client_of, post):
    old, old_token = letter
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    renewed, token = post(lambda: actions.resend_invitation(old, by=cast.ned))
    assert (renewed.pk, token == old_token, renewed.invited_by) == (old.pk, False, cast.ned)
    assert client_of(None).get(reverse("invitation", args=[old_token])).status_code == 404
    assert client_of(None).get(reverse("invitation", args=[token])).status_code == 200


def test_inviting_an_address_twice_renews_its_one_letter(letter, cast, post):
    again_, _token = post(
        lambda: actions.invite(cast.harbour, by=cast.ada, email="NIA@example.org", role="co_leader")
    )
    assert (again_.pk, again_.role, Invitation.objects.count()) == (letter[0].pk, "co_leader", 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.invitation(cast.harbour, email="nia@EXAMPLE.org")


def test_a_letter_whose_writer_no_longer_leads_opens_nothing(letter, cast, client_of):
    actions.end_role(cast.ada.roles[0], by=cast.ned)
    url = reverse("invitation", args=[letter[1]])
    for page in (client_of(None).get(url), client_of(None).post(url, NEW)):
        assert (page.status_code, page.context["sentence"]) == (
            410,
            "Who invited you no longer leads this network. Ask its co-leaders for a new letter.",
        )
    with pytest.raises(ValidationError) as refused:
        actions.accept_invitation(letter[0], by=None, **NEW)
    assert refused.value.code == "gone"
    assert Person.objects.filter(email="nia@example.org").count() == 0


def test_a_school_that_left_meanwhile_gives_no_confirmed_tie(letter, cast, client_of):
    cast.harbour.memberships.filter(school=cast.eastway).update(
        status="left", left_on=timezone.localdate()
    )
    client_of(None).post(reverse("invitation", args=[letter[1]]), NEW)
    tie = Affiliation.objects.get(person__email="nia@example.org")
    assert (tie.confirmed_at, tie.confirmed_by) == (None, None)


def test_twenty_letters_an_hour(cast, client_of):
    url = reverse("invitations", args=[cast.harbour.pk])
    client = client_of(cast.ada)
    answers = [
        client.post(url, {"email": f"p{number}@example.org", "role": "facilitator"})
        for number in range(21)
    ]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert Invitation.objects.count() == 20
    letter = Invitation.objects.first()
    resent = client.post(reverse("invitation_letter", args=[cast.harbour.pk, letter.pk]))
    assert resent.status_code == 429
    # another co-leader is not held up
    assert (
        client_of(cast.ned).post(url, {"email": "q@example.org", "role": "facilitator"}).url == url
    )


def test_the_answer_does_not_tell_whether_the_address_has_an_account(cast, client_of):
    url, client = reverse("invitations", args=[cast.harbour.pk]), client_of(cast.ada)
    known = client.post(url, {"email": cast.dot.email, "role": "critical_friend"})
    unknown = client.post(url, {"email": "nobody@example.org", "role": "critical_friend"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    words = client.get(url).content.decode()
    assert "Dot" not in words


def test_only_co_leaders_see_the_letters(letter, cast, client_of):
    url = reverse("invitations", args=[cast.harbour.pk])
    seen = {name: client_of(person).get(url).status_code for name, person in cast.people().items()}
    assert seen == {
        **dict.fromkeys(["ada", "ned"], 200),
        **dict.fromkeys(["ben", "cy", "hana", "eve", "lou", "uma"], 403),
        **dict.fromkeys(["dot", "rae", "pam", "max", "ivy"], 404),
    }
    for name in ("network", "network_people"):
        page = client_of(cast.cy).get(reverse(name, args=[cast.harbour.pk]))
        assert "nia@example.org" not in page.content.decode()


def test_a_letter_of_another_network_cannot_be_reached_through_ones_own(letter, cast, client_of):
    for name in ("invitation_letter", "invitation_cancellation"):
        url = reverse(name, args=[cast.fellside.pk, letter[0].pk])
        assert client_of(cast.dot).post(url).status_code == 404


def test_what_is_shown_is_what_is_accepted_once(letter, cast):
    """Two browsers opened the same letter; the second finds it used."""
    first = Invitation.objects.get(pk=letter[0].pk)
    second = Invitation.objects.get(pk=letter[0].pk)
    actions.accept_invitation(first, by=None, **NEW)
    with pytest.raises(ValidationError) as refused:
        actions.accept_invitation(second, by=None, **NEW)
    assert refused.value.code == "gone"
    assert Person.objects.filter(email="nia@example.org").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_very_same_time():
    network = make.network()
    ada = make.co_leader(network, "Ada")
    letter = make.invitation(network, role="facilitator", invited_by=ada)
    gate, outcomes = threading.Barrier(4), []

    def accept():
        gate.wait()
        try:
            actions.accept_invitation(letter, by=None, **NEW)
            outcomes.append("accepted")
        except (ValidationError, OperationalError, IntegrityError) as refused:
            outcomes.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ValidationError"] * 3 + ["accepted"]
    assert Person.objects.filter(email=letter.email).count() == 1
