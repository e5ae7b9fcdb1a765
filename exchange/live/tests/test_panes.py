"""The pane that phones share: what changed in it, sent line by line, makes the page that a look
would fetch; nothing of one phone is in what goes to all."""

import asyncio
import json
import re
from random import Random

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from exchange.live import engine, panes
from exchange.live.actions import remove_seat
from exchange.live.actions.moves import Posted, tell
from exchange.live.discovery import activity_of
from exchange.live.habits import Habits
from exchange.live.hall import Hall
from exchange.live.listening import MOST_WAITING, Listener
from exchange.live.looking import look, signature
from exchange.live.models import Move, Run
from exchange.live.plugin import FINDINGS, WORDINGS
from exchange.live.tests.holding import SAMPLE, advance, hold, play, sit
from exchange.live.tests.playing import Played, act

OWN = re.compile(
    r'data-signature="[^"]*"|data-revision="\d+"|data-now="\d+"|data-ends-at="\d+"|role="timer"[^<]*'
    r'|name="(csrfmiddlewaretoken|move_id)" value="[^"]*"'
)
PANE = re.compile(
    r'<div id="pane" lang="[^"]*">\n(.*)\n<span id="pane-ends" hidden></span></div>', re.DOTALL
)
CARDS = [f"Reason number {number}" for number in range(1, 11)]


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


def changed(lines, change):
    """What the script makes of these lines (static/pane.js)."""
    assert len(lines) == change["lines"]
    lines = list(lines)
    for first, past, fresh in reversed(change["cuts"]):
        lines[first:past] = fresh
    return lines


texts = st.lists(st.sampled_from(["", "a", "b", "</li>", "c", "déjà", "\U0001f600"]), min_size=1)


@given(texts, texts)
def test_a_change_makes_the_one_text_into_the_other(old, new):
    change = panes.change(old, new)
    assert changed(old, json.loads(json.dumps(change))) == new


def test_a_moved_line_costs_its_own_cuts_only():
    old = [f"line {n}" for n in range(40)]
    new = [*old[:5], "fresh", *old[5:20], *old[21:]]
    assert panes.change(old, new) == {
        "lines": 40, "cuts": [[5, 5, ["fresh"]], [20, 21, []]],
    }  # fmt: skip


def test_what_is_a_phones_own_is_filled_in():
    text = "\x02only agreed-f1\x03 \x02unless agreed-f1\x03 \x02csrf\x03 \x02move\x03 \x02move\x03"
    page = panes.filled(text, {"agreed-f1"}, "token")
    flags, ids = page.split(" token ")
    assert flags == ' data-only="agreed-f1"  data-unless="agreed-f1" hidden'
    assert len(set(ids.split(" "))) == 2
    assert panes.neutral(text) == (' data-only="agreed-f1" hidden  data-unless="agreed-f1"   ')


def page_of(run, seat):
    """A phone's page without what differs from look to look, and its pane apart."""
    context = look(run, engine.who_of(run.room, "seat", seat.key), seat)
    html = OWN.sub("", render_to_string("live/_board.html", {**context, "csrf_token": "t"}))
    found = PANE.search(html)
    return PANE.sub("", html), found[1] if found else None


def neutral(pane):
    """A fetched pane as its lines are sent: without tokens, ids and flags."""
    shown = re.sub(r'( data-only="[^"]*")( hidden)?', r"\1 hidden", pane)
    return re.sub(r'( data-unless="[^"]*") hidden', r"\1", shown)


def sides(run):
    """seat -> (audience, state of its pane, its text), and its page, as they are now."""
    found = {}
    for seat in run.seats.filter(removed_at=None):
        who = engine.who_of(run.room, "seat", seat.key)
        audience = panes.audience_of(run, who)
        found[seat.key] = (
            {name: run.revisions.get(name, 0) for name in engine.audiences_of(who)},
            audience,
            panes.state_of(run, audience) if audience else "",
            page_of(run, seat),
        )
    return found


def test_who_is_told_of_the_pane_alone_sees_nothing_else_change(cast):
    """Bots play a whole session; after each move every phone's page is compared with the one
    before, and the pane that was kept with one that is written anew."""
    run = hold(cast.ben, key="diamond_nine")
    sit(run, 6, (cast.quayside, cast.eastway))
    chance, made = Random(4), Played("diamond_nine", run.setup, run.seed, 0, {})
    habits = {seat.key: Habits(chance) for seat in run.seats.all()}
    compared = dict.fromkeys(("groups", FINDINGS), 0)
    for phase in activity_of(run.activity).order[1:-1]:
        run = advance(run)
        rounds = 12 if phase in compared or phase in {"choose", "sort"} else 1
        for _round in range(rounds):
            for key, habit in habits.items():
                before = sides(run) if phase in compared else {}
                act(run.pk, key, habit, made)
                run = Run.objects.get(pk=run.pk)
                compared[phase] = compared.get(phase, 0) + sum(
                    alike(run, before[seat], now)
                    for seat, now in (sides(run).items() if before else ())
                )
    assert all(compared[phase] > 20 for phase in ("groups", FINDINGS))


def alike(run, before, now):
    """Compare one phone's page before a move and after it; whether only its pane was told of."""
    told, audience, state, (own, pane) = before
    told_now, audience_now, state_now, (own_now, pane_now) = now
    differing = {name for name in told_now if told_now[name] != told.get(name)}
    if not audience or differing - {audience}:
        return False
    assert (audience_now, own_now) == (audience, own)
    if not differing:
        assert (state_now, neutral(pane_now)) == (state, neutral(pane))
        return False
    old, new = panes.text_of(run, audience, state), panes.text_of(run, audience)
    assert new == panes.written(panes.pane_of(run, audience))
    change = panes.change(old.split("\n"), new.split("\n"))
    sent = changed(OWN.sub("", panes.neutral(old)).split("\n"), change)
    assert OWN.sub("", "\n".join(sent)) == neutral(pane_now)
    return True


# --- who is told what ---


@pytest.fixture
def run(cast, db):
    """A Diamond 9 in its groups: A and B, of four each, who all chose the first nine cards."""
    run = hold(cast.ben, key="diamond_nine", cards="own", lines=CARDS)
    run.seated = {seat.key: seat for seat in sit(run, 8)}
    seated, run = run.seated, advance(run, "sort")
    for seat in seated.values():
        for card in run.state["setup"]["cards"][:9]:
            assert play(run, seat, "choose", card=card["code"]).status == "kept"
    run = advance(run, "groups")
    run.seated = seated
    return run


@pytest.fixture
def hall(run):
    """A hall that heard of nothing yet, in the test's own thread."""
    hall = Hall()
    panes._texts.clear()
    return hall


class Phone:
    """A phone that listens."""

    loop = asyncio.new_event_loop()
    loop.close()  # nobody waits in it: the test takes the events itself

    def __init__(self, hall, run, key, language="en-gb"):
        self.listener = Listener(run.pk, run.seated[key].token, language, self.loop)
        self.heard = hall.listening.hear(self.listener)

    def told(self):
        """(event, data) of all that waits."""
        found = []
        for event in self.listener.take().decode().split("\n\n")[:-1]:
            lines = dict(line.split(": ", 1) for line in event.split("\n"))
            name = lines.get("event", "message")
            found.append((name, json.loads(lines["data"]) if name == "pane" else lines["data"]))
        return found


def moved(hall, run, seat, kind, **data):
    """A move of the fast door, and all that follows from it."""
    name, token = f"moved-{Move.objects.count():06d}", run.seated[seat].token
    reply = hall.play(Posted(run.pk, name, "seat", kind, data, token=token))
    hall.listening.next_news.clear()
    hall._turn()
    assert reply.result(0).status == "kept"
    hall.listening.note(run.pk, told_of(run, seat, kind))
    hall._turn()
    return Run.objects.get(pk=run.pk)


def told_of(run, seat, kind):
    """Whom the engine tells of such a move: a test's transaction ends without a commit."""
    if kind.endswith("_finding"):
        return {WORDINGS}
    return {f"group:{engine.room_of(run.room).group_of(seat)}"}


def looked(run, hall, *keys):
    """These phones look, so that their pane is known."""
    for key in keys:
        seat = hall.seat(run.pk, run.seated[key].token)
        with translation.override("en-gb"):
            render_to_string("live/_board.html", look(seat.run, hall_who(seat), seat))


def hall_who(seat):
    return engine.who_of(seat.run.room, "seat", seat.key)


def groups(run):
    return run.room["groups"]["A"], run.room["groups"]["B"]


def test_the_group_gets_the_change_and_the_others_nothing(run, hall):
    (first, second, *_), (other, *_) = groups(run)
    phones = {key: Phone(hall, run, key) for key in (first, second, other)}
    looked(run, hall, first, other)
    before = {key: phone.told() for key, phone in phones.items()}
    assert {key: [name for name, _data in told] for key, told in before.items()} == {
        first: ["message"], second: ["message"], other: ["message"],
    }  # fmt: skip
    card = run.state["setup"]["cards"][0]
    run.refresh_from_db()
    old = panes.text_of(run, "group:A")
    now = moved(hall, run, first, "group_place", card=card["code"], slot="1")
    ((_, told),) = phones[second].told()
    assert (told["from"], told["to"], told["revision"]) == (
        before[second][0][1], signature(now, engine.who_of(now.room, "seat", second)), now.revision,
    )  # fmt: skip
    new = panes.written(panes.pane_of(now, "group:A"))
    assert "\n".join(changed(panes.neutral(old).split("\n"), told)) == panes.neutral(new)
    assert card["text"] in json.dumps(told["cuts"])
    assert [phones[first].told()[0][1]["cuts"], phones[other].told()] == [told["cuts"], []]


def test_a_pane_that_nobody_looked_at_is_looked_at(run, hall):
    (first, second, *_), _ = groups(run)
    phone = Phone(hall, run, second)
    phone.told()
    now = moved(
        hall, run, first, "group_place", card=run.state["setup"]["cards"][0]["code"], slot="1"
    )
    assert phone.told() == [("message", signature(now, engine.who_of(now.room, "seat", second)))]


def test_whoever_is_told_more_than_the_pane_looks(run, hall):
    (first, second, *_), _ = groups(run)
    phone = Phone(hall, run, second)
    looked(run, hall, first)
    phone.told()
    tell(Run.objects.get(pk=run.pk), f"seat:{second}")
    now = moved(
        hall, run, first, "group_place", card=run.state["setup"]["cards"][0]["code"], slot="1"
    )
    assert phone.told() == [("message", signature(now, engine.who_of(now.room, "seat", second)))]


def test_each_hears_it_in_its_own_language(run, hall, settings):
    settings.LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
    (first, second, *_), _ = groups(run)
    english, welsh = Phone(hall, run, first), Phone(hall, run, second, "cy")
    looked(run, hall, first)
    with translation.override("cy"):
        panes.text_of(Run.objects.get(pk=run.pk), "group:A")
    (english.told(), welsh.told())
    moved(hall, run, first, "group_place", card=run.state["setup"]["cards"][0]["code"], slot="1")
    assert [[name for name, _ in phone.told()] for phone in (english, welsh)] == [
        ["pane"],
        ["pane"],
    ]
    languages = {key[4] for key in panes._texts}
    assert languages == {"en-gb", "cy"}


def test_a_slow_phone_is_told_to_look_instead_of_all(run, hall):
    (first, second, *_), _ = groups(run)
    slow = Phone(hall, run, second)
    looked(run, hall, first)
    slow.told()
    card = run.state["setup"]["cards"][0]["code"]
    for number in range(MOST_WAITING + 4):
        now = moved(hall, run, first, "group_place", card=card, slot=("1", "2a")[number % 2])
    assert len(slow.listener.events) == MOST_WAITING + 1
    assert slow.told() == [("message", signature(now, engine.who_of(now.room, "seat", second)))]


def test_a_pane_that_cannot_be_written_stops_nobody_else(run, hall):
    (first, second, *_), (other, *_) = groups(run)
    phones = {key: Phone(hall, run, key) for key in (first, second, other)}
    looked(run, hall, first, other)
    for phone in phones.values():
        phone.told()
    broken = Run.objects.get(pk=run.pk)
    broken.state["groups"]["A"]["sort"] = "not a diamond"
    broken.state["groups"]["B"]["argued"] = [broken.state["setup"]["cards"][0]["code"]]
    broken.version, broken.revision = broken.version, broken.revision + 1
    broken.save()
    tell(broken, "group:A", "group:B")
    hall.since = hall.news_since = float("inf")
    hall.listening.note(run.pk, ["group:A", "group:B"])
    hall.listening.spread()
    heard = {key: [name for name, _data in phone.told()] for key, phone in phones.items()}
    assert heard == {first: ["message"], second: ["message"], other: ["pane"]}


def test_wordings_go_to_all_with_what_is_ones_own(run, hall, cast):
    run_now = advance(run, FINDINGS)
    run_now.seated = run.seated
    wording = run_now.room["findings"][0]["id"] if run_now.room["findings"] else None
    if wording is None:
        assert play(run_now, run.seated["s1"], "propose_finding", text="We agree.").status == "kept"
        wording = Run.objects.get(pk=run.pk).room["findings"][0]["id"]
    one, other = Phone(hall, run_now, "s1"), Phone(hall, run_now, "s2")
    looked(run_now, hall, "s1")
    (one.told(), other.told())
    moved(hall, run_now, "s1", "agree_finding", finding=wording)
    mine, theirs = one.told()[0][1], other.told()[0][1]
    assert (mine["own"], theirs["own"]) == ([f"agreed-{wording}"], [])
    assert mine["cuts"] == theirs["cuts"]
    assert "1 phone agrees" in json.dumps(mine["cuts"])


def test_a_stream_ends_with_its_seat(run, hall, cast):
    (first, second, *_), _ = groups(run)
    phones = [Phone(hall, run, key) for key in (first, second)]
    stranger = Listener(run.pk, "nobody's", "en-gb", Phone.loop)
    assert [phone.heard for phone in phones] == [True, True]
    assert hall.listening.hear(stranger) is False
    for phone in phones:
        phone.told()
    remove_seat(run=run, seat=run.seated[first], by=cast.ben)
    hall.since = hall.news_since = float("inf")
    hall.listening.look_round()
    assert phones[0].told() == [("gone", "gone")]
    assert [name for name, _data in phones[1].told()] == ["message"]
    for listener in (phones[0].listener, phones[1].listener, stranger):
        hall.listening.deaf(listener)
    assert (dict(hall.listening.all), dict(hall.listening.by_audience)) == ({}, {})
