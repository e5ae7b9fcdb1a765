"""Whatever happens in a session, in whichever order it is heard: a phone that follows its stream
shows what it would fetch. A mirror of static/pane.js and of the looking in static/live.js."""

import json
import re
from random import Random

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from exchange.live import engine, panes
from exchange.live.actions import label_seat, remove_seat
from exchange.live.actions.moves import tell
from exchange.live.discovery import activity_of
from exchange.live.habits import Habits
from exchange.live.hall import Hall
from exchange.live.listening import Listener
from exchange.live.looking import look
from exchange.live.models import Run
from exchange.live.plugin import FINDINGS
from exchange.live.tests.holding import advance, hold, play, sit
from exchange.live.tests.playing import Played, act
from exchange.live.tests.test_panes import Phone, changed

BEGIN, END = re.compile(r'<div id="pane" lang="([^"]*)">\n'), '\n<span id="pane-ends"'
SLOTS = ("1", "2a", "2b", "3a", "3b", "3c", "4a", "4b", "5")
OWN = re.compile(
    r'data-revision="\d+"|data-now="\d+"|data-ends-at="\d+"|role="timer"[^<]*'
    r'|name="(csrfmiddlewaretoken|move_id)" value="[^"]*"'
)
FLAG = re.compile(r' data-(only|unless)="([^"]*)"( hidden)?')


class Mirror:
    """A phone with its page; `fetches` counts how often it looked."""

    def __init__(self, hall, run, seat, language="en-gb"):
        self.hall, self.run_id, self.seat, self.language = hall, run.pk, seat, language
        self.text, self.flags, self.gone, self.fetches, self.changes = "", None, False, 0, 0
        self.connect()

    def connect(self):
        """A stream; events of one before are lost."""
        if self.text:
            self.hall.listening.deaf(self.listener)
        self.listener = Listener(self.run_id, self.seat.token, self.language, Phone.loop)
        self.hall.listening.hear(self.listener)

    def fetched(self):
        """The page as the server gives it now; None where there is no seat any more."""
        seat = self.hall.seat(self.run_id, self.seat.token)
        if seat is None:
            return None
        context = look(seat.run, engine.who_of(seat.run.room, "seat", seat.key), seat)
        with translation.override(self.language):
            return render_to_string("live/_board.html", {**context, "csrf_token": "token"})

    def look(self):
        self.fetches += 1
        self.text, self.flags = self.fetched(), None
        self.gone = self.text is None

    def hear(self):
        """Take what the stream brings."""
        for event in self.listener.take().decode().split("\n\n")[:-1]:
            lines = dict(line.split(": ", 1) for line in event.split("\n"))
            kind, said = lines.get("event", "message"), lines["data"]
            if kind == "gone":
                self.gone = True
            elif kind == "pane":
                self.change(json.loads(said))
            elif f'data-signature="{said}"' not in self.text:
                self.look()

    def change(self, change):
        mark, text = f'data-signature="{change["from"]}"', self.text
        begins, to = BEGIN.search(text), text.find(END)
        at = begins.end() if begins else 0
        lines = text[at:to].split("\n")
        follows = mark in text[:at] and change["lines"] == len(lines)
        if not begins or begins[1] != change["language"] or not follows:
            if f'data-signature="{change["to"]}"' not in text:
                self.look()
            return
        self.changes += 1
        self.text = (
            text[:at].replace(mark, f'data-signature="{change["to"]}"')
            + "\n".join(changed(lines, change)) + text[to:]
        )  # fmt: skip
        if "own" in change:
            self.flags = set(change["own"])

    def shown(self):
        """What somebody sees."""
        text = OWN.sub("", self.text)
        if self.flags is None:
            return text
        return FLAG.sub(lambda found: self.flagged(*found.groups()[:2]), text)

    def flagged(self, kind, flag):
        hidden = "" if (flag in self.flags) == (kind == "only") else " hidden"
        return f' data-{kind}="{flag}"{hidden}'


class Session:
    """A Diamond 9 whose sorts lie open to their groups, played at random."""

    def __init__(self, ben, chance):
        self.ben, self.chance, self.seats = ben, chance, {}
        self.run = hold(ben, key="diamond_nine", privacy="own_group")
        self.run.seed = "fixed for the test"
        self.run.save()
        self.hall = Hall()
        self.hall.since = self.hall.news_since = float("inf")
        self.made = Played("diamond_nine", self.run.setup, self.run.seed, 0, {})
        self.habits, self.phones = {}, []
        for _ in range(9):
            self.sit()

    def sit(self):
        (seat,) = sit(self.run, label=f"Person {len(self.seats)}")
        self.seats[seat.key], self.habits[seat.key] = seat, Habits(self.chance)
        language = self.chance.choice(["en-gb", "cy"])
        self.phones.append(Mirror(self.hall, self.run, seat, language))

    def sort(self):
        """All who are there lock a diamond of their own, in phase sort."""
        cards = [card["code"] for card in self.run.state["setup"]["cards"][:9]]
        for key in self.now().room["seats"]:
            for kind, where in (("choose", [{}] * 9), ("place", [{"slot": one} for one in SLOTS])):
                for card, slot in zip(cards, where, strict=True):
                    play(self.run, self.seats[key], kind, card=card, **slot)
            play(self.run, self.seats[key], "lock")
        self.hall.listening.look_round()

    def now(self):
        return Run.objects.get(pk=self.run.pk)

    def someone(self):
        return self.seats[self.chance.choice(sorted(self.now().room["seats"]))]

    def desk(self):
        """Something that is not played on phones."""
        run, seat, chance = self.now(), self.someone(), self.chance
        kind = chance.choice(["label", "move", "tell", "room", "remove", "sit", "pause", "word"])
        if kind == "label":
            label_seat(run=run, seat=seat, label=f"Named {chance.random()}", by=self.ben)
        elif kind == "move":
            play(run, "desk", "move_seat", seat=seat.key, group=chance.choice("ABC"))
        elif kind == "tell":
            tell(run, f"seat:{seat.key}")
        elif kind == "room":
            tell(run, "room")
        elif kind == "remove" and len(run.room["seats"]) > 7:
            remove_seat(run=run, seat=seat, by=self.ben)
        elif kind == "sit" and len(self.seats) < 14:
            self.sit()
        elif kind == "pause":
            play(run, "desk", chance.choice(["pause", "resume"]))
        elif kind == "word" and run.room["findings"]:
            one = chance.choice(run.room["findings"])["id"]
            play(run, "desk", "word_finding", finding=one, text=f"Words\n{chance.random()} <b>$&")

    def turn(self):
        """Something happens, and is told now or gathered with what comes."""
        before = self.now().revisions
        if self.chance.random() < 0.2:
            self.desk()
        else:
            key = self.chance.choice(sorted(self.now().room["seats"]))
            act(self.run.pk, key, self.habits[key], self.made)
        now = self.now().revisions
        told = {name for name in now if now[name] != before.get(name, 0)}
        self.hall.listening.note(self.run.pk, told)
        if self.chance.random() < 0.6:
            self.spread()

    def spread(self):
        self.hall.sure_at.clear()
        self.hall.listening.next_news.clear()
        self.hall.listening.spread()
        for phone in self.phones:
            fate = self.chance.random()
            if fate < 0.05 and not phone.gone:
                phone.connect()
            elif fate < 0.1 and not phone.gone:  # another tab chose another language
                phone.language = {"en-gb": "cy", "cy": "en-gb"}[phone.language]
                phone.look()
            elif fate < 0.7:
                phone.hear()

    def compare(self):
        """After all was heard each phone shows what it would fetch."""
        self.hall.sure_at.clear()
        self.hall.listening.next_news.clear()
        self.hall.listening.spread()
        at_hand, stored = self.hall.run(self.run.pk), self.now()
        assert (at_hand.room, at_hand.state) == (stored.room, stored.state)
        assert at_hand.stamp == stored.stamp
        for phone in self.phones:
            phone.hear()
            page = phone.fetched()
            assert phone.gone is (page is None)
            if page is not None:
                assert phone.shown() == OWN.sub("", page)


@pytest.mark.parametrize("seed", range(3))
def test_a_phone_that_listens_shows_what_it_would_fetch(cast, settings, seed):
    settings.LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
    panes._texts.clear()
    session = Session(cast.ben, Random(seed))
    for phase in activity_of("diamond_nine").order[1:-1]:
        advance(session.run)
        session.hall.listening.note(session.run.pk, ["room"])
        if phase == "sort":
            session.sort()
        for turn in range(60 if phase in {"groups", FINDINGS} else 12):
            session.turn()
            if turn % 6 == 5:
                session.compare()
    changes = sum(phone.changes for phone in session.phones)
    assert changes > 100, changes
