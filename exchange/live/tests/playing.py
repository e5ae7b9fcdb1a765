"""A whole session in this process: bots press the forms that the pages offer, as people would."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.template.loader import render_to_string

from exchange.live import engine
from exchange.live.actions import cast_ballot, close_run, play_moves
from exchange.live.actions.moves import Posted, log_of
from exchange.live.discovery import activity_of
from exchange.live.habits import Habits
from exchange.live.looking import look
from exchange.live.models import Run, Seat
from exchange.live.pageforms import BOOKKEEPING, read_page
from exchange.live.plugin import Refused, Who
from exchange.live.rehearsal import DESK_HABITS
from exchange.live.tests.holding import advance, hold, sit

ROUNDS = 14


@dataclass
class Played:
    """One session as plain values."""

    key: str
    setup: dict[str, Any]
    seed: str
    began: int
    minutes: dict[str, int]
    log: list[dict[str, Any]] = field(default_factory=list)
    room: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    offered: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    @property
    def activity(self):
        return activity_of(self.key)

    def fresh(self):
        """(room, state) before anybody came."""
        room = engine.new_room(self.activity, self.minutes, self.began)
        return room, self.activity.start(self.setup, engine.chance_for(self.seed, 0))

    def apply(self, room, state, entry, **changes):
        """Play one entry of the log onto room and state; returns the engine's outcome."""
        entry = {**entry, **changes}
        return engine.apply(
            self.activity, room, state,
            by=entry["by"], seat=entry["seat"], kind=entry["kind"], data=entry["data"],
            moment=engine.Moment(entry["at"], engine.chance_for(self.seed, entry["seq"])),
        )  # fmt: skip


def session(key, by, schools, people=6, seed=5, rounds=ROUNDS):
    """Play one session of the activity to its end and return it as plain values."""
    chance = Random(seed)
    run = hold(by, key=key)
    run.seed = "fixed-for-the-test"
    run.save()
    sit(run, people - 1, schools, role=Seat.Role.TEACHER)
    sit(run, 1, schools, people=4)
    habits = {seat.key: Habits(chance) for seat in run.seats.all()}
    habits["desk"] = Habits(chance, DESK_HABITS | {"pause": 0.0, "move_seat": 0.0})
    made = Played(
        key, run.setup, run.seed, int(run.created_at.timestamp()), run.room["clock"]["plan"]
    )
    for _ in activity_of(key).order[1:-1]:
        run = advance(run)
        play_phase(run, habits, made, rounds)
    for finding in Run.objects.get(pk=run.pk).room["findings"]:
        play_moves(
            [Posted(run.pk, f"settle-{finding['id']}-x", "desk", "settle_finding",
                    {"finding": finding["id"], "settled": "yes"})]
        )  # fmt: skip
    close_run(run=run, by=by)
    run = Run.objects.get(pk=run.pk)
    made.log, made.room, made.state = log_of(run), run.room, run.state
    return made, run


def play_phase(run, habits, made, rounds):
    """Everybody acts in turn until nothing is left to press or the rounds are over."""
    idle = set()
    for _ in range(rounds):
        for key, habit in [*habits.items(), ("desk", habits["desk"]), ("desk", habits["desk"])]:
            if key not in idle and not act(run.pk, key, habit, made):
                idle.add(key)
        if idle >= habits.keys():
            return


def act(run_id, key, habit, made):
    """Look at the page, press one thing; how many forms there were."""
    run = Run.objects.get(pk=run_id)
    seat = run.seats.filter(key=key).first()
    page = read_page(shown(run, key, seat, made))
    forms = page.moves()
    made.offered |= {form.kind for form in page.forms if form.method == "post"}
    form = habit.choose(forms, run.phase)
    if form is not None:
        data = habit.fill(form)
        habit.sent(form, post(run, seat, form, data, made))
    return len(forms)


def shown(run, key, seat, made):
    """The fragment this viewer has on the screen, from the same templates and context."""
    kind = "seat" if seat else "desk"
    context = look(run, engine.who_of(run.room, kind, key if seat else ""), seat)
    template = "live/_board.html"
    if kind == "desk":
        # The desk's own page needs a request; its parts with moves are these.
        parts = [context["part"], "live/_findings_desk.html" if context["in_findings"] else None]
        html = "".join(render_to_string(part, context) for part in parts if part)
    else:
        html = render_to_string(template, context)
    made.pages.append(html)
    return html


def post(run, seat, form, data, made):
    """Post a form as the views do; kept or refused."""
    if not form.value("kind"):
        question = form.action.rstrip("/").rsplit("/", 1)[-1]
        try:
            cast_ballot(run=run, seat=seat, question=question, answer=data.get("answer", ""))
        except Refused:
            return "refused"
        return "kept"
    by = "seat" if seat else "desk"
    fields = {k: v for k, v in data.items() if k not in BOOKKEEPING}
    reply = play_moves(
        [Posted(run.pk, data["move_id"], by, form.kind, fields, seat.key if seat else "")]
    )[0]
    assert reply.status in {"kept", "again", "refused"}, (form.kind, fields)
    if reply.status == "refused":
        assert reply.sentence
        made.refused.append(reply.sentence)
    return reply.status


def viewers(room):
    """Everybody who can look now: seats, desk, screen, and what the phones of a group share."""
    seats = [engine.who_of(room, "seat", key) for key in room["seats"]]
    groups = [Who("group", group=letter) for letter in room["groups"]]
    return [*seats, *groups, engine.who_of(room, "desk"), engine.who_of(room, "screen")]


def without_counts(value):
    """The same value with every number taken out: counts may be seen by all."""
    if isinstance(value, dict):
        return {k: without_counts(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [without_counts(v) for v in value]
    return 0 if isinstance(value, int | float) else value


def plain(value):
    """What comes back from JSON; fails for anything that is not plain."""
    return json.loads(json.dumps(value, allow_nan=False))
