"""Many at once for one seat, against a real server: a code is used once, a seat has one owner, and
whoever waits at the door is decided upon once."""

import asyncio

import pytest
from django.db import connection

from exchange.live import actions
from exchange.live.models import Run, Seat
from exchange.live.tests.holding import SAMPLE, hold, replayed, sit
from tests import make

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


def statuses(*posts):
    """Send all posts at the same moment; their statuses."""

    async def together():
        return await asyncio.gather(*(client.post(path, data=data) for client, path, data in posts))

    connection.close()
    return sorted(answer.status_code for answer in asyncio.run(together()))


def test_one_code_moves_a_seat_to_one_of_many_devices(server, cast):
    run = hold(cast.ben)
    (seat,) = sit(run)
    letters = {"code": actions.make_seat_code(seat=seat)}
    met = statuses(*((server.client(), "/rejoin/", letters) for _ in range(20)))
    assert (met.count(302), {*met} <= {302, 404, 409}) == (1, True)
    assert (run.seats.count(), Run.objects.get(pk=run.pk).revision) == (1, 1)


def test_one_code_of_the_desk_makes_one_fresh_seat(server, cast):
    run = hold(cast.ben)
    (seat,) = sit(run)
    letters = {"code": actions.make_place_code(run=run, seat=seat, by=cast.ben)}
    met = statuses(*((server.client(), "/rejoin/", letters) for _ in range(20)))
    run = Run.objects.get(pk=run.pk)
    assert (met.count(302), sorted(run.room["seats"])) == (1, ["s2"])
    assert replayed(run) == (run.room, run.state)


def test_one_seat_is_claimed_by_one_of_many(server, cast):
    run = hold(cast.ben)
    (seat,) = sit(run)
    people = [make.person() for _ in range(8)]
    cookie = {f"seat-{run.pk}": seat.token}
    path = f"/runs/{run.pk}/board/claim/"
    met = statuses(*((server.client(person, **cookie), path, {}) for person in people))
    assert (met.count(302), Seat.objects.get(pk=seat.pk).person in people) == (1, True)


def test_whoever_waits_is_let_in_or_turned_away_once(server, cast):
    run = hold(cast.ben)
    actions.watch_door(run=run, by=cast.ben)
    (seat,) = sit(run)
    desk = server.client(cast.ben)
    paths = [f"/runs/{run.pk}/seats/{seat.key}/{word}/" for word in ("admission", "refusal")]
    met = statuses(*((desk, path, {}) for path in paths * 6))
    assert (met.count(302), met.count(409)) == (1, 11)
    run, seat = Run.objects.get(pk=run.pk), Seat.objects.get(pk=seat.pk)
    assert (seat.key in run.room["seats"]) == (seat.removed_at is None)
    assert replayed(run) == (run.room, run.state)


def test_one_code_gives_the_desk_to_one_of_many(server, cast):
    run = hold(cast.ben, cast.harbour)
    letters = {"code": actions.make_desk_code(run=run, by=cast.ben)}
    people = [cast.ada, cast.ned, cast.eve, cast.lou, cast.uma]
    met = statuses(*((server.client(person), "/desks/", letters) for person in people))
    assert (met.count(302), len(Run.objects.get(pk=run.pk).held_by)) == (1, 2)
