"""The mail server is away, or an address cannot be written to: nothing breaks, is lost or doubled."""

import logging
import re
import socket

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.directory.actions import find_invitation
from exchange.directory.models import Invitation, Network
from exchange.directory.network_commands import network_from_trust, user_add
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
SMTP = "django.core.mail.backends.smtp.EmailBackend"
MEMORY = "django.core.mail.backends.locmem.EmailBackend"
#: A name that the Internet's names cannot hold: written out it is longer than 63 letters.
TOO_LONG = f"x@{'İ' * 60}.com"


@pytest.fixture
def dead_post(settings):
    """A mail server that is not there: a port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def listed(client, network) -> list[str]:
    """What the page of invitations says of each letter that is not out."""
    page = client.get(reverse("invitations", args=[network.pk])).content.decode()
    return [words for words in ("On its way", "Not sent") for _ in range(page.count(words))]


def waited() -> int:
    """Ten minutes go by, and the worker looks again; how many letters went out."""
    Letter.objects.waiting().update(due_at=timezone.now())
    return outbox.deliver()


def test_an_invitation_waits_for_the_mail_server(cast, client_of, dead_post, settings, caplog):
    ada, url = client_of(cast.ada), reverse("invitations", args=[cast.harbour.pk])
    with caplog.at_level(logging.DEBUG):
        answer = ada.post(url, {"email": "nia@example.org", "role": "facilitator"})
    assert (answer.status_code, answer.url) == (302, url)
    assert said(answer) == ["The invitation is on its way."]
    assert listed(ada, cast.harbour) == ["On its way"]
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == [
        "Not sent yet: 1 letter(s) (ConnectionRefusedError)."
    ]
    assert [r for r in caplog.records if "nia@" in r.getMessage()] == []
    settings.EMAIL_BACKEND = MEMORY
    assert (waited(), [message.to for message in mail.outbox]) == (1, [["nia@example.org"]])
    assert listed(ada, cast.harbour) == []


def test_a_renewed_letter_takes_the_place_of_the_one_that_waits(
    cast, client_of, dead_post, settings
):
    ada, url = client_of(cast.ada), reverse("invitations", args=[cast.harbour.pk])
    ada.post(url, {"email": "nia@example.org", "role": "facilitator"})
    letter = Invitation.objects.get()
    answer = ada.post(reverse("invitation_letter", args=[cast.harbour.pk, letter.pk]))
    assert said(answer)[-1] == "On its way again. The old link no longer works."
    settings.EMAIL_BACKEND = MEMORY
    assert (waited(), len(mail.outbox), Letter.objects.count()) == (1, 1, 1)
    (link,) = re.findall(r"/invitations/([\w-]+)/", mail.outbox[0].body)
    assert find_invitation(link) == letter


@pytest.mark.parametrize("ending", ["cancelled", "inviter gone", "used"])
def test_what_opens_nothing_any_more_is_not_sent(cast, client_of, dead_post, settings, ending):
    ada, url = client_of(cast.ada), reverse("invitations", args=[cast.harbour.pk])
    ada.post(url, {"email": "nia@example.org", "role": "facilitator"})
    letter = Invitation.objects.get()
    if ending == "cancelled":
        ada.post(reverse("invitation_cancellation", args=[cast.harbour.pk, letter.pk]))
    elif ending == "used":
        Invitation.objects.update(accepted_at=timezone.now())
    else:
        cast.ada.role_assignments.update(ended_on=timezone.localdate())
    settings.EMAIL_BACKEND = MEMORY
    assert (waited(), mail.outbox, Letter.objects.count()) == (0, [], 0)


def test_a_letter_that_went_out_says_so(cast, client_of):
    ada, url = client_of(cast.ada), reverse("invitations", args=[cast.harbour.pk])
    ada.post(url, {"email": "nia@example.org", "role": "facilitator"})
    assert (len(mail.outbox), listed(ada, cast.harbour)) == (1, [])


def test_a_network_is_founded_once_without_the_post(client_of, dead_post):
    fay, school = make.person("Fay"), make.school()
    make.tie(fay, school)
    client = client_of(fay)
    words = {"name": "Ferry", "purpose": "Reading aloud.", "kind": "learning_network"}
    client.post(reverse("network_new"), words)
    answer = client.post(reverse("network_new_check"), {"second_co_leader": "sam@example.org"})
    network = Network.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("network", args=[network.pk]))
    assert said(answer) == ["The network is founded."]
    assert listed(client, network) == ["On its way"]


@pytest.mark.parametrize("address", ["ada@harbour.example", "nobody@harbour.example"])
def test_asking_for_a_new_password_says_the_same_as_ever(client_of, dead_post, caplog, address):
    make.person("Ada", email="ada@harbour.example")
    with caplog.at_level(logging.DEBUG):
        answer = client_of(None).post(reverse("account_reset_password"), {"email": address})
    assert (answer.status_code, answer.url) == (302, reverse("account_reset_password_done"))
    assert [r for r in caplog.records if address in r.getMessage()] == []


@pytest.mark.parametrize("address", [TOO_LONG, "a@" + "b" * 64 + ".org"])
def test_an_address_that_no_letter_can_carry_is_refused(cast, client_of, address):
    ada = client_of(cast.ada)
    invited = ada.post(
        reverse("invitations", args=[cast.harbour.pk]), {"email": address, "role": "facilitator"}
    )
    words = {"name": "Ferry", "purpose": "Reading aloud.", "kind": "learning_network"}
    ada.post(reverse("network_new"), words)
    founded = ada.post(reverse("network_new_check"), {"second_co_leader": address})
    asked = client_of(None).post(reverse("account_reset_password"), {"email": address})
    assert [invited.status_code, founded.status_code, asked.status_code] == [422, 422, 200]
    pages = (invited, founded, asked)
    assert [list(page.context["form"].errors) for page in pages] == [
        ["email"],
        ["second_co_leader"],
        ["email"],
    ]
    assert (Invitation.objects.count(), Network.objects.count(), mail.outbox) == (0, 2, [])


def test_the_sentence_names_what_to_check(cast, client_of):
    url = reverse("invitations", args=[cast.harbour.pk])
    page = client_of(cast.ada).post(url, {"email": TOO_LONG, "role": "facilitator"})
    assert page.context["form"].errors["email"] == [
        "No letter can be sent to this address. Check what stands after the @."
    ]


def test_the_command_line_refuses_it_too(capsys):
    assert user_add(TOO_LONG, "X") == 2
    make.group("Ferry trust", schools=(make.school(),))
    assert network_from_trust("Ferry trust", co_leader_email=TOO_LONG) == 2
    assert (Invitation.objects.count(), Network.objects.count()) == (0, 0)


def test_a_letter_to_such_an_address_that_is_already_there_is_not_sent(cast, client_of):
    letter = make.invitation(cast.harbour, email=TOO_LONG, role="facilitator")
    url = reverse("invitation_letter", args=[cast.harbour.pk, letter.pk])
    client_of(cast.ada).post(url)
    assert (listed(client_of(cast.ada), cast.harbour), mail.outbox) == (["Not sent"], [])


def test_a_network_from_a_trust_prints_the_link_all_the_same(dead_post, capsys):
    make.group("Ferry trust", schools=(make.school(),))
    assert network_from_trust("Ferry trust", co_leader_email="sam@example.org") == 0
    assert capsys.readouterr().out.count("/invitations/") == 1
