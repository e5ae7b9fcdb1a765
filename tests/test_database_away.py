"""A database that is away, or cannot be written to: nobody is told "kept", nothing is doubled, and it
goes on when it is back."""

import uuid

import pytest
from django.db import connection

from exchange.live.actions import play_moves
from exchange.live.hall import Hall
from exchange.live.models import Move, Run
from exchange.live.seating import cookie_name
from exchange.live.tests.holding import SAMPLE, advance, hold, move_of, replayed, sit

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


def three(run):
    return [
        move_of(run, seat, "word", uuid.uuid4().hex, word=f"w{seat.key}")
        for seat in run.seats.order_by("pk")
    ]


def test_moves_are_for_later_and_then_kept_once(run):
    moves = three(run)
    kept = {run.pk: Run.objects.get(pk=run.pk)}
    with Away():
        replies = play_moves(moves, kept)
    assert [reply.status for reply in replies] == ["later"] * 3
    assert kept == {}
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
