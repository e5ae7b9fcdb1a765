"""A database that is away, or cannot be written to: nobody is told "kept", nothing is doubled, and it
goes on when it is back."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from exchange.directory.models import Visit
from exchange.live.actions import Posted, play_moves
from exchange.live.actions.moves import AtHand
from exchange.live.hall import Hall
from exchange.live.models import Move, Run
from exchange.live.seating import cookie_name
from exchange.live.tests.holding import SAMPLE, advance, hold, move_of, replayed, sit

LATER = "Nothing can be kept at the moment. Send it again in a minute."
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.fixture
def run(cast):
    run = hold(cast.ben)
    sit(run, 3)
    return advance(run)


class Away:
    """Within it this connection can write nothing: on SQLite it may only read, on PostgreSQL the
    server has ended it."""

    def __enter__(self):
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA query_only = ON")
            return
        other = connection.copy()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (mine,) = cursor.fetchone()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [mine])
        other.close()

    def __exit__(self, *fault):
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA query_only = OFF")
        else:
            connection.close()


class Nowhere:
    """Within it there is no database to be reached, not even for reading."""

    def __enter__(self):
        connection.close()
        self.name = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = "/no/such/folder/exchange.sqlite3"

    def __exit__(self, *fault):
        connection.close()
        connection.settings_dict["NAME"] = self.name


def three(run):
    return [
        move_of(run, seat, "word", uuid.uuid4().hex, word=f"w{seat.key}")
        for seat in run.seats.order_by("pk")
    ]


def test_moves_are_for_later_and_then_kept_once(run):
    moves = three(run)
    at_hand = AtHand()
    at_hand.locked([Run.objects.get(pk=run.pk)])
    with Away():
        replies = play_moves(moves, at_hand)
    assert [reply.status for reply in replies] == ["later"] * 3
    assert at_hand.runs == {}
    assert Move.objects.filter(run=run, kind="word").count() == 0
    assert [reply.status for reply in play_moves(moves)] == ["kept"] * 3
    assert [reply.status for reply in play_moves(moves)] == ["again"] * 3
    stored = Run.objects.get(pk=run.pk)
    assert replayed(stored) == (stored.room, stored.state)


def test_the_hall_goes_on_when_it_is_back(run):
    moves, hall = three(run), Hall()
    with Away():
        first = [hall.play(move) for move in moves]
        hall._turn()
    again = [hall.play(move) for move in moves]
    hall._turn()
    assert [one.result(0).status for one in (*first, *again)] == ["later"] * 3 + ["kept"] * 3


def test_a_guest_whose_seat_cannot_be_looked_up_is_told_to_ask_again(run):
    (seat,) = sit(run)
    hall, name = Hall(), uuid.uuid4().hex
    posted = Posted(run.pk, name, "seat", "word", {"word": "x"}, token=seat.token)
    with Nowhere():
        first = hall.play(posted)
        hall._turn()
    again = hall.play(posted)
    hall._turn()
    replies = [one.result(0) for one in (first, again)]
    assert [(reply.status, reply.sentence) for reply in replies] == [
        ("later", LATER),
        ("kept", ""),
    ]


def test_behind_the_fast_door_the_answer_is_later_too(client, run):
    """500 would count as a try, and after three the phone gives the words back."""
    (seat,) = sit(run)
    client.cookies[cookie_name(run.pk)] = seat.token
    client.raise_request_exception = False
    words = {"kind": "word", "word": "x", "move_id": uuid.uuid4().hex}
    path = f"/runs/{run.pk}/board/"
    with Nowhere():
        moved, looked = client.post(f"{path}moves/", words), client.get(f"{path}view/")
    assert [(met.status_code, "X-Request-ID" in met.headers) for met in (moved, looked)] == [
        (503, True)
    ] * 2
    assert client.post(f"{path}moves/", words).status_code == 302


def test_without_script_nobody_sends_it_again_and_the_page_says_so(client, run):
    (seat,) = sit(run)
    client.cookies[cookie_name(run.pk)] = seat.token
    words = {"kind": "word", "word": "x", "move_id": uuid.uuid4().hex}
    if connection.vendor == "sqlite":
        with Away():
            met = client.post(f"/runs/{run.pk}/board/moves/", words)
        said = re.search(r"Not done:</strong> ([^<]+)", met.content.decode())[1]
        assert (met.status_code, said) == (503, LATER)
    assert client.post(f"/runs/{run.pk}/board/moves/", words).status_code == 302


def test_whoever_is_signed_in_reads_on_while_nothing_can_be_written(client_of, cast, run):
    """That they are still there is noted every five minutes, and cannot be now."""
    ben = client_of(cast.ben)
    Visit.objects.update(seen_at=timezone.now() - timedelta(minutes=10))
    if connection.vendor == "sqlite":
        with Away():
            assert ben.get(f"/runs/{run.pk}/desk/").status_code == 200
    assert ben.get(f"/runs/{run.pk}/desk/").status_code == 200
    assert timezone.now() - Visit.objects.get().seen_at < timedelta(minutes=1)


def test_a_phone_is_told_to_ask_again(client, run):
    """503 with our number and JSON, upon which exchange/static/outbox.js waits and counts no try."""
    (seat,) = sit(run)
    client.cookies[cookie_name(run.pk)] = seat.token
    words = {"kind": "word", "word": "x", "move_id": uuid.uuid4().hex}
    path, asks = f"/runs/{run.pk}/board/moves/", {"Accept": "application/json"}
    if connection.vendor == "sqlite":
        with Away():
            met = client.post(path, words, headers=asks)
        assert (met.status_code, met.json()["status"]) == (503, "later")
        assert met.headers["X-Request-ID"]
    met = client.post(path, words, headers=asks)
    assert (met.status_code, met.json()["status"]) == (200, "kept")
