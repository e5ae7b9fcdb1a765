"""Letters: written with what they tell of, tried until the mail server takes them, sent once."""

import logging
import socket
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from exchange.core import outbox, retention
from exchange.core.models import Letter
from exchange.core.tests.mail_server import mail_server

pytestmark = pytest.mark.django_db
TOKEN = "a-token-that-opens-something"


@pytest.fixture(autouse=True)
def waits(settings):
    """Letters wait for a worker, as they do outside the tests; a port nobody listens on."""
    settings.POST_AT_ONCE = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]


def write(to="nia@example.org", **more) -> Letter:
    message = EmailMultiAlternatives("Come\nin", f"Open {TOKEN}", "us@example.org", [to])
    message.attach_alternative(f"<p>{TOKEN}</p>", "text/html")
    return outbox.post(message, **{"kind": "note", "about": 7} | more)


def later(hours: float) -> None:
    """All that happened is so many hours ago."""
    for letter in Letter.objects.waiting():
        letter.queued_at -= timedelta(hours=hours)
        letter.due_at -= timedelta(hours=hours)
        letter.save()


def test_a_letter_goes_out_whole_and_leaves_no_words(settings):
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        write()
        assert outbox.states("note", [7, 8]) == {7: "waiting"}
        assert (outbox.deliver(), outbox.deliver()) == (1, 0)
    letter, (sent,) = Letter.objects.get(), server.letters
    assert (letter.state, bytes(letter.sealed), letter.tries) == ("sent", b"", 1)
    assert (sent["Subject"], sent["To"], sent["From"]) == (
        "Come in", "nia@example.org", "us@example.org",
    )  # fmt: skip
    assert [part.get_payload(decode=True).decode().strip() for part in sent.get_payload()] == [
        f"Open {TOKEN}", f"<p>{TOKEN}</p>",
    ]  # fmt: skip


def test_what_waits_is_sealed():
    sealed = bytes(write().sealed)
    assert [word in sealed for word in (TOKEN.encode(), b"nia", b"Come")] == [False] * 3


def test_a_letter_is_undone_with_what_it_tells_of():
    with pytest.raises(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError
    assert Letter.objects.count() == 0


def test_two_hours_without_a_mail_server_lose_nothing(settings, caplog):
    """Tried every ten minutes at the latest, under one Message-ID, and sent when it is back."""
    for number in range(3):
        write(f"p{number}@example.org", about=number)
    ids = [outbox._read(bytes(one.sealed), None).extra_headers for one in Letter.objects.all()]
    waits = []
    with caplog.at_level(logging.WARNING):
        for _round in range(15):
            assert outbox.deliver() == 0
            letter = Letter.objects.first()
            waits.append(round((letter.due_at - timezone.now()).total_seconds() / 60))
            later(waits[-1] / 60)
    assert (waits, sum(waits)) == ([1, 2, 4, 8] + [10] * 11, 125)
    assert {r.getMessage() for r in caplog.records} == {
        "Not sent yet: 3 letter(s) (ConnectionRefusedError)."
    }
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        assert outbox.deliver() == 3
    assert [(one["To"], one["Message-ID"]) for one in server.letters] == [
        (f"p{number}@example.org", kept["Message-ID"]) for number, kept in enumerate(ids)
    ]


def test_a_mail_server_that_dies_in_between_gets_the_rest_later(settings):
    for number in range(5):
        write(f"p{number}@example.org")
    with mail_server() as server:
        settings.EMAIL_PORT, server.dies_after = server.port, 2
        assert outbox.deliver() == 2
        assert [one.state for one in Letter.objects.all()] == ["sent"] * 2 + ["waiting"] * 3
        server.dies_after = 100
        later(1)
        assert outbox.deliver() == 3
    assert server.readers == [f"p{number}@example.org" for number in range(5)]


def test_one_refused_address_does_not_hold_up_the_others(settings):
    for name in ("gone", "busy", "nia"):
        write(f"{name}@example.org")
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        server.refused, server.busy = {"gone@example.org"}, {"busy@example.org"}
        assert outbox.deliver() == 1
        assert [(one.state, one.fault) for one in Letter.objects.all()] == [
            ("given up", "the mail server refused the address"),
            ("waiting", "the mail server puts the address off"),
            ("sent", ""),
        ]
        server.busy = set()
        later(1)
        assert outbox.deliver() == 1
    assert server.readers == ["nia@example.org", "busy@example.org"]


def test_after_three_days_it_is_given_up():
    write()
    later(73)
    outbox.deliver()
    letter = Letter.objects.get()
    assert (letter.state, bytes(letter.sealed)) == ("given up", b"")
    assert outbox.states("note", [7]) == {7: "given up"}


def test_an_impossible_address_is_given_up_at_once():
    assert write(f"x@{'İ' * 60}.com").state == "given up"


def test_what_nobody_wants_any_more_is_not_sent(settings, monkeypatch):
    monkeypatch.setitem(outbox.wanted, "message", lambda letter: letter.reader != 3)
    for reader in (3, 4):
        write(f"p{reader}@example.org", kind="message", reader=reader)
    write(about=1)
    assert outbox.withdraw("note", 1) == 1
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        assert outbox.deliver() == 1
    assert (server.readers, Letter.objects.count()) == (["p4@example.org"], 1)


def test_one_that_is_not_due_waits():
    write(due=timezone.now() + timedelta(hours=1))
    assert (outbox.deliver(), Letter.objects.get().tries, outbox.lag()) == (0, 0, timedelta(0))


def test_a_worker_killed_on_the_way_leaves_its_letters_to_the_next(settings):
    """It had taken them and was gone before it sent any: after five minutes another does."""
    write()
    assert [len(outbox._claimed(5)), len(outbox._claimed(5))] == [1, 0]
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        assert outbox.deliver() == 0
        later(outbox.LEASE.total_seconds() / 3600)
        assert outbox.deliver() == 1


def test_letters_sealed_with_another_key_are_given_up(settings):
    write()
    settings.SECRET_KEY = "another" * 8
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        outbox.deliver()
    assert (Letter.objects.get().state, Letter.objects.get().fault) == ("given up", "Unreadable")


def test_old_letters_are_deleted_and_waiting_ones_never():
    kept, gone = write(), write()
    Letter.objects.update(queued_at=timezone.now() - timedelta(days=31))
    Letter.objects.filter(pk=gone.pk).update(sent_at=timezone.now())
    assert (retention.due()["letters"], list(Letter.objects.values_list("pk"))) == (1, [(kept.pk,)])


def test_one_letter_that_is_refused_once_read_does_not_hold_up_the_others(settings):
    write("spam@example.org")
    write("nia@example.org")
    with mail_server() as server:
        settings.EMAIL_PORT, server.spam = server.port, {"spam@example.org"}
        assert outbox.deliver() == 1
    assert [(one.state, one.fault) for one in Letter.objects.all()] == [
        ("given up", "the mail server refused the letter"),
        ("sent", ""),
    ]


def test_one_taken_back_while_the_mail_server_was_asked_does_not_come_again():
    """The worker holds it already; nothing listens, and nothing is left to try later."""
    letter = write()
    (held,) = outbox._claimed(5)
    outbox.withdraw("note", 7)
    outbox._postpone([held], "OSError")
    assert (held.pk, Letter.objects.count()) == (letter.pk, 0)
