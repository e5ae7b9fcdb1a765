"""A session in memory: the engine alone, without a database."""

from copy import deepcopy

import pytest

from exchange.live import engine
from exchange.live.plugin import Moment, Refused
from exchange.live.tests.sample.pebbles.activity import ACTIVITY

EVERYONE = frozenset({"room", "desk", "screen"})
READERS = frozenset({"wordings", "desk", "screen"})


class Session:
    """A run in memory: plays moves through the engine and keeps its log, as the actions do."""

    def __init__(self, minutes=None):
        self.seed, self.now = "seed", 1_000_000
        self.minutes = minutes or {}
        self.room = engine.new_room(ACTIVITY, self.minutes, self.now)
        self.state = self.first_state()
        self.log = []

    def first_state(self):
        return ACTIVITY.start({"topic": "t"}, engine.chance_for(self.seed, 0))

    def play(self, by, kind, seat="", /, **data):
        """Plays a move and returns who must look again; a refused one must change nothing."""
        before = deepcopy((self.room, self.state))
        seq = len(self.log) + 1
        try:
            outcome = engine.apply(
                ACTIVITY, self.room, self.state, by=by, seat=seat, kind=kind, data=data,
                moment=Moment(self.now, engine.chance_for(self.seed, seq)),
            )  # fmt: skip
        except Refused:
            assert (self.room, self.state) == before
            raise
        self.log.append(
            {"seq": seq, "by": by, "seat": seat, "kind": kind, "data": outcome.data, "at": self.now}
        )
        return outcome.audiences

    def refused(self, *args, **data):
        with pytest.raises(Refused) as caught:
            self.play(*args, **data)
        return caught.value.sentence

    def join(self, *keys, **more):
        for key in keys:
            told = self.play(
                "house", "join",
                **{"seat": key, "school": key[-1], "role": "teacher", "people": 1, **more},
            )  # fmt: skip
        return told

    def advance(self, to=""):
        return self.play("desk", "advance", saw=self.room["phase"], to=to)

    def clock(self):
        return engine.clock_of(ACTIVITY, self.room, self.now)
