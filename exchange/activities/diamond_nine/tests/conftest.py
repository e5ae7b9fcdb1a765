"""A hall for the tests: the real engine on plain values, with people who play by what they see."""

import json
from copy import deepcopy
from dataclasses import dataclass, field

import pytest

from exchange.activities.diamond_nine.activity import ACTIVITY
from exchange.activities.diamond_nine.diamond import SLOTS
from exchange.live import engine
from exchange.live.plugin import Moment, Refused, Who

SIXTEEN = [{"code": f"k{n}", "text": f"Card number {n}"} for n in range(1, 17)]
PACKS = {"packs": {"card_set": [{"key": "first", "title": "First", "about": "", "cards": SIXTEEN}]}}
VALUES = {
    "criterion": "most important", "cards": "first", "lines": [], "blank": False,
    "privacy": "private", "afterwards": "seats",
}  # fmt: skip


@dataclass
class Hall:
    """One run in memory. `play` goes through the engine like a posted form does."""

    setup: dict
    room: dict = field(default_factory=dict)
    state: dict = field(default_factory=dict)
    log: list = field(default_factory=list)
    now: int = 1_000

    def __post_init__(self) -> None:
        self.room = engine.new_room(ACTIVITY, {}, self.now)
        self.state = ACTIVITY.start(self.setup, engine.chance_for("seed", 0))

    def post(self, by: str, seat: str, kind: str, data: dict) -> frozenset:
        self.now += 7
        moment = Moment(self.now, engine.chance_for("seed", len(self.log) + 1))
        before = json.dumps([self.room, self.state], sort_keys=True)
        try:
            done = engine.apply(
                ACTIVITY, self.room, self.state, by=by, seat=seat, kind=kind, data=data,
                moment=moment,
            )  # fmt: skip
        except Refused:
            assert json.dumps([self.room, self.state], sort_keys=True) == before
            raise
        # The database may hand the keys back in another order.
        self.room = json.loads(json.dumps(self.room, sort_keys=True))
        self.state = json.loads(json.dumps(self.state, sort_keys=True))
        self.log.append(
            {"seq": len(self.log) + 1, "by": by, "seat": seat, "kind": kind, "data": done.data,
             "at": self.now}
        )  # fmt: skip
        return done.audiences

    def play(self, seat: str, kind: str, **data: object) -> frozenset:
        return self.post("seat", seat, kind, data)

    def desk(self, kind: str, **data: object) -> frozenset:
        return self.post("desk", "", kind, data)

    def house(self, kind: str, **data: object) -> frozenset:
        return self.post("house", "", kind, data)

    def seat(self, number: int, people: int = 1, school: str = "", role: str = "teacher") -> str:
        key = f"s{number}"
        school = school or str(number % 4)
        self.house("join", seat=key, school=school, role=role, people=people)
        return key

    def people(self, count: int) -> list[str]:
        return [self.seat(number) for number in range(1, count + 1)]

    def to(self, phase: str) -> None:
        self.desk("advance", saw=self.room["phase"], to=phase)

    def see(self, kind: str, seat: str = "") -> dict:
        return self.see_as(engine.who_of(self.room, kind, seat))

    def see_as(self, who: Who) -> dict:
        seen = ACTIVITY.see(deepcopy(self.state), engine.room_of(deepcopy(self.room)), who)
        assert json.loads(json.dumps(seen)) == seen
        return seen

    def record(self) -> dict:
        return ACTIVITY.see(self.state, engine.room_of(self.room), Who("record"))

    def sort(self, seat: str, cards: list[str], *, lock: bool = True) -> None:
        """Choose and place the cards in the order of the slots; in phase sort."""
        for code in self.see("seat", seat)["cards"]:
            if code["chosen"] and code["code"] not in cards:
                self.play(seat, "unchoose", card=code["code"])
        for code, slot in zip(cards, SLOTS, strict=True):
            self.play(seat, "choose", card=code)
            self.play(seat, "place", card=code, slot=slot)
        if lock:
            self.play(seat, "lock")

    def board(self, letter: str, cards: list[str]) -> None:
        """The group lays these cards and locks; in phase groups."""
        seats = self.room["groups"][letter]
        for number, (code, slot) in enumerate(zip(cards, SLOTS, strict=True)):
            self.play(seats[number % len(seats)], "group_place", card=code, slot=slot)
        self.play(seats[0], "group_lock")

    def engine_room(self):
        """The room as the activity knows it."""
        return engine.room_of(self.room)

    def tables(self) -> dict:
        room = self.engine_room()
        return {table.key: table for table in ACTIVITY.tables(self.state, room)}

    def replayed(self) -> tuple[dict, dict]:
        room = engine.new_room(ACTIVITY, {}, 1_000)
        state = ACTIVITY.start(self.setup, engine.chance_for("seed", 0))
        engine.replay(ACTIVITY, room, state, self.log, "seed")
        return room, state


@pytest.fixture
def hall():
    """hall(blank=True, ...) -> a fresh Hall with that set-up."""

    def make(**values: object) -> Hall:
        return Hall(ACTIVITY.setup({**VALUES, **values}, PACKS))

    return make


@pytest.fixture
def in_sort(hall):
    """in_sort(6, ...) -> a hall in which everyone may sort, and its seats."""

    def make(people: int = 6, **values: object) -> tuple[Hall, list[str]]:
        made = hall(**values)
        seats = made.people(people)
        made.to("sort")
        return made, seats

    return make


@pytest.fixture
def in_groups(in_sort):
    """in_groups(6, ...) -> a hall in which everyone locked another order of k1 to k9."""

    def make(people: int = 6, **values: object) -> tuple[Hall, list[str]]:
        made, seats = in_sort(people, **values)
        nine = [f"k{number}" for number in range(1, 10)]
        for number, seat in enumerate(seats):
            made.sort(seat, [*nine[number % 9 :], *nine[: number % 9]])
        made.to("groups")
        return made, seats

    return make
