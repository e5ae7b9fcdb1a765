"""Holding sessions in tests: open one, seat people, play moves. Short names, real actions."""

import uuid
from pathlib import Path

from exchange.core.packs import packs_by_kind
from exchange.live import engine
from exchange.live.actions import Posted, create_run, join_run, open_run, play_moves
from exchange.live.actions.moves import log_of
from exchange.live.discovery import activity_of
from exchange.live.models import Run

SAMPLE = Path(__file__).parent / "sample"
#: What a set-up form would send, for activities that are in the house.
CARDS = [f"Card number {n}" for n in range(1, 13)]
FORMS = {
    "pebbles": {"topic": "Trust", "loud": False},
    "diamond_nine": {
        "criterion": "most important", "cards": "own", "lines": CARDS, "blank": True,
        "privacy": "private", "afterwards": "seats",
    },
}  # fmt: skip


def made_setup(key, **changes):
    """The set-up as the set-up page makes it, from FORMS or from each field's first choice."""
    activity = activity_of(key)
    context = {"packs": packs_by_kind()}
    form = {**FORMS.get(key, {}), **changes}
    for field in activity.setup_fields:
        if field.name not in form:
            choices = field.choices(context) if callable(field.choices) else field.choices
            form[field.name] = field.initial or (choices[0][0] if choices else "")
    values = engine.clean(activity.setup_fields, form)
    return {**activity.setup(values, context), "form": values}


def hold(by, network=None, key="pebbles", opened=True, minutes=None, **changes):
    """A run held by that person, with its door open."""
    run = create_run(
        activity=key, title="What matters most?", setup=made_setup(key, **changes),
        minutes=minutes or {}, network=network, by=by,
    )  # fmt: skip
    return open_run(run=run, by=by) if opened else run


def sit(run, number=1, schools=(), **more):
    """That many new seats, from the schools in turn."""
    seats = []
    for n in range(number):
        school = schools[n % len(schools)] if schools else None
        seat, token = join_run(run=run, school=school, **{"label": f"Person {n}", **more})
        seat.token = token
        seats.append(seat)
    return seats


def move_of(run, seat, kind, move_id="", /, **data):
    """A move as it is posted; `seat` is a Seat, "desk" or "house"."""
    by = seat if isinstance(seat, str) else "seat"
    key = "" if isinstance(seat, str) else seat.key
    prefix = "house:" if by == "house" else ""
    return Posted(run.pk, move_id or prefix + uuid.uuid4().hex, by, kind, data, key)


def play(run, seat, kind, move_id="", /, **data):
    """Play one move and return its reply."""
    return play_moves([move_of(run, seat, kind, move_id, **data)])[0]


def advance(run, to=""):
    """The desk goes on from wherever the run is; returns the run as it is now."""
    phase = Run.objects.get(pk=run.pk).phase
    reply = play(run, "desk", "advance", saw=phase, to=to)
    assert reply.status == "kept", reply.sentence
    return Run.objects.get(pk=run.pk)


def replayed(run):
    """(room, state) as they come out of the log alone, to compare with what is stored."""
    activity, began = activity_of(run.activity), int(run.created_at.timestamp())
    kept = {"language": run.room["language"]} if "language" in run.room else {}
    room = engine.new_room(activity, run.room["clock"]["first"], began, run.room["floor"], **kept)
    if not kept:  # rooms made before it was kept
        del room["language"]
    if "seen" not in run.room["clock"]:
        del room["clock"]["seen"]
    state = activity.start(run.setup, engine.chance_for(run.seed, 0))
    engine.replay(activity, room, state, log_of(run), run.seed)
    return room, state


def stored(run):
    """Everything of a run that a refused or repeated move must leave as it was."""
    run = Run.objects.get(pk=run.pk)
    return (
        run.room, run.state, run.revision, run.revisions, run.opened_at, run.closed_at, run.code,
        run.moves.count(), run.ballots.count(), list(run.seats.values_list()),
    )  # fmt: skip
