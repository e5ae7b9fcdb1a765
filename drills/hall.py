"""The house of a drill: a database, a server on it, sessions with their people, and in the end what is
stored. Django has to be set up before this is imported (drills/run.py)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from drills.history import Line, Stored, Violation, check
from drills.phones import PAIRS, Crowd
from exchange.directory.models import Person
from exchange.live.models import Run, Seat
from exchange.live.tests.holding import advance, hold, replayed, sit
from tests import make
from tests.server import Server

NINE = [f"Card number {n}" for n in range(1, 10)]


@dataclass
class Session:
    """One run in which groups sort, with its seats (each with its `token`) and its facilitator."""

    run: Run
    seats: list[Seat]
    ben: Person
    before: int


def begun(people: int) -> Session:
    """A session of so many people, in groups that sort one diamond each."""
    ben = make.person("Ben")
    run = hold(ben, None, "diamond_nine", lines=NINE, blank=False, minutes={"groups": 60})
    seats = sit(run, people)
    run = advance(run, "groups")
    return Session(run, seats, ben, run.revision)


@dataclass
class House:
    """All that a drill has. `server` is not started."""

    server: Server
    sessions: list[Session]
    crowd: Crowd
    faults: int = 0
    backs: list[float] = field(default_factory=list)  # until one phone went on, for each and fault
    lines: list[str] = field(default_factory=list)  # what the drill has to say besides

    def note(self, backs: list[float]) -> None:
        self.faults += 1
        self.backs += backs


def built(
    place: Path, people: int, sessions: int, every: float, desks: bool, **environment: str
) -> House:
    """Make tables and sessions, and phones that know the server; `desks`: facilitators who stop
    the clock and let it go on."""
    call_command("migrate", verbosity=0)
    server = Server(place, **environment)
    made = [begun(people // sessions) for _ in range(sessions)]
    crowd = Crowd(server.url, every)
    for session in made:
        group_of = {
            key: (letter, at)
            for letter, keys in session.run.room["groups"].items()
            for at, key in enumerate(keys)
        }
        for seat in session.seats:
            letter, at = group_of[seat.key]
            crowd.add(
                run=session.run.pk, name=seat.key, place=at % len(PAIRS),
                cookies={f"seat-{session.run.pk}": seat.token},
                card=session.run.state["groups"][letter]["tray"][at],
            )  # fmt: skip
        if desks:
            held = signed_in(session.ben)
            crowd.add(run=session.run.pk, name="desk", page="desk", cookies=held)
    connection.close()
    return House(server, made, crowd)


def signed_in(person: Person) -> dict[str, str]:
    """The cookies of a browser in which this person is signed in."""
    browser = Client()
    browser.force_login(person)
    return {settings.SESSION_COOKIE_NAME: browser.cookies[settings.SESSION_COOKIE_NAME].value}


def stored(house: House) -> Iterator[Stored]:
    """Each run as the database has it, its log played again."""
    connection.close()
    for session in house.sessions:
        run = Run.objects.get(pk=session.run.pk)
        log = [
            Line(m.seq, m.move_id, {**m.data, "kind": m.kind, "by": m.seat or m.by})
            for m in run.moves.order_by("seq")
        ]
        yield Stored(
            run.pk, run.revision, log, (run.room, run.state), replayed(run), session.before
        )
    connection.close()


def judged(house: House) -> list[Violation]:
    """What the checker finds in the end, the database's own look at its file included."""
    found = check(house.crowd.posts, house.crowd.looks, stored(house))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            said: list[Any] = cursor.fetchall()
        found += [Violation("file", str(line)) for line in said if line != ("ok",)]
        connection.close()
    return found
