"""The procedures of sessions: a run, its desk and seats, its moves, its findings (see procedures.py)."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from exchange.directory import actions as directory
from exchange.directory.models import Audience, Release
from exchange.live import actions as live
from exchange.live import engine
from exchange.live.actions.one_time import find_code, fresh_code
from exchange.live.discovery import activity_of
from exchange.live.models import Facilitating, OneTimeCode
from tests import world as worlds
from tests.procedures import Procedure, State, Verb, after
from tests.world import World


def run_verb(do: Callable[..., Any], **how: Any) -> Verb:
    """A verb of a session: everything by name."""
    return lambda run, by, world: do(run=run, by=by, **how)


def seat_verb(do: Callable[..., Any], **how: Any) -> Verb:
    """What the desk does with a seat."""
    return lambda seat, by, world: do(run=seat.run, seat=seat, by=by, **how)


def draft(world: World) -> Any:
    return world.draft


def open_run(world: World) -> Any:
    return world.open_run


def second(run: Any, by: Any, world: World, do: Callable[..., Any]) -> Any:
    """Something about Eve, who holds the desk too."""
    Facilitating.objects.get_or_create(run=run, person=world.cast.eve)
    return do(run=run, person=world.cast.eve, by=by)


RUNS: dict[str, State] = {
    "draft": draft,
    "open": open_run,
    "locked": after(open_run, live.lock_door, "ben"),
    "closed": lambda w: w.closed_run,
    "cancelled": after(draft, live.cancel_run, "ben"),
}
SESSION = Procedure(
    RUNS,
    {
        "change_run": lambda run, by, world: live.change_run(
            run=run, by=by, title="T", setup=run.setup, minutes={}
        ),
        "open_run": run_verb(live.open_run),
        "lock_door": run_verb(live.lock_door),
        "unlock_door": run_verb(live.unlock_door),
        "watch_door": run_verb(live.watch_door),
        "unwatch_door": run_verb(live.unwatch_door),
        "admit_everybody": run_verb(live.admit_everybody),
        "close_run": run_verb(live.close_run),
        "cancel_run": run_verb(live.cancel_run),
        "start_typing": run_verb(live.start_typing),
        "write_note": run_verb(live.write_note, text="N"),
        "write_learning_note": run_verb(live.write_learning_note, text="N"),
        "add_facilitator": lambda run, by, world: live.add_facilitator(
            run=run, person=world.cast.lou, by=by
        ),
        "end_facilitator": lambda *all: second(*all, do=live.end_facilitator),
        "hand_over": lambda *all: second(*all, do=live.hand_over),
        "make_desk_code": run_verb(live.make_desk_code),
    },
)


def typed(world: World) -> Any:
    live.finish_typing(run=world.paper_run, by=world.cast.ben)
    world.paper_run.refresh_from_db()
    return world.paper_run


SHEET = {"people": "4", "lines": "ABCDEFGHI"}
PAPER = Procedure(
    {"begun": lambda w: w.paper_run, "typed in": typed, "not begun": draft},
    {
        "keep_table": run_verb(live.keep_table, number=2, sheet=SHEET),
        "keep_room": run_verb(live.keep_room, sheet={"findings": "F"}),
        "drop_table": run_verb(live.drop_table, number=1),
        "finish_typing": run_verb(live.finish_typing),
        "drop_typing": run_verb(live.drop_typing),
    },
)


def seat_of(name: str) -> State:
    return lambda world: world.guests[name].seat


SEATS: dict[str, State] = {
    "taken": seat_of("third"),
    "at the door": seat_of("knocking"),
    "removed": seat_of("gone"),
    "of a closed run": lambda w: w.closed_run.seats.get(key="s1"),
}
SEAT = Procedure(
    SEATS,
    {
        "label_seat": seat_verb(live.label_seat, label="L"),
        "remove_seat": seat_verb(live.remove_seat),
        "admit_seat": seat_verb(live.admit_seat),
        "refuse_seat": seat_verb(live.refuse_seat),
        "make_place_code": seat_verb(live.make_place_code),
        "claim_seat": lambda seat, by, world: live.claim_seat(seat=seat, by=by),
    },
)


def code_of(kind: str, state: str) -> State:
    """A one-time code, made without a rule: fresh, used, or of ten minutes ago."""

    def made(world: World) -> Any:
        about = {} if kind == "desk" else {"seat": world.guests["third"].seat}
        by = world.cast.ben if kind in ("desk", "place") else None
        letters = fresh_code(kind, world.open_run, by=by, **about)
        code = find_code(letters, kind)
        assert code
        fields = {"used": {"used_at": timezone.now()}, "late": {"ends_at": timezone.now()}}
        if state in fields:
            OneTimeCode.objects.filter(pk=code.pk).update(**fields[state])
        return code

    return made


def codes(kind: str) -> dict[str, State]:
    return {state: code_of(kind, state) for state in ("fresh", "used", "late")}


DESK_CODE = Procedure(
    codes("desk"), {"take_desk": lambda code, by, world: live.take_desk(code=code, by=by)}
)
CLAIM_CODE = Procedure(
    codes("claim"), {"claim_by_code": lambda code, by, world: live.claim_by_code(code=code, by=by)}
)

# --- findings ---


def unasked(world: World) -> Any:
    Release.objects.of(world.finding).delete()
    return world.finding


FINDING = Procedure(
    {
        "not asked": unasked,
        "asked": lambda w: w.finding,
        "released": lambda w: w.finding_released,
    },
    {
        "ask_finding_release": lambda finding, by, world: live.ask_finding_release(
            finding=finding, by=by
        ),
        "ask_release": lambda finding, by, world: directory.ask_release(
            finding, by=by, schools=[world.cast.marsh_lane], network=world.cast.harbour,
            audience=Audience.NETWORK,
        ),
    },
)  # fmt: skip


# --- in a session: who somebody is there is a seat or the desk, not an account ---


def at(phase: str) -> State:
    """The open run in a phase; in the lobby another that was just opened. In the findings one is
    worded."""

    def state(world: World) -> Any:
        if phase == "lobby":
            worlds.sit(live.open_run(run=world.draft, by=world.cast.ben), "L")
            world.draft.refresh_from_db()
            return world.draft
        if phase == "closed":
            return world.closed_run
        run = world.open_run
        if phase == "findings":
            worlds.to(run, "groups")
        if run.phase != phase:
            worlds.to(run, phase)
        if phase == "findings":
            worlds.move(run, None, "propose_finding", text="W")
        run.refresh_from_db()
        return run

    return state


def paused(world: World) -> Any:
    """The open run while its clock stands."""
    worlds.move(world.open_run, None, "pause")
    return at("sort")(world)


def third_at(phase: str) -> State:
    """The third seat, when the session has come to a phase."""

    def state(world: World) -> Any:
        at(phase)(world)
        return world.guests["third"].seat

    return state


def posted(kind: str, **data: str) -> Verb:
    """A move as a page posts it, by the desk or by the third seat."""

    def play(run: Any, by: str, world: World) -> Any:
        seats, findings = list(run.room["seats"]), run.room["findings"]
        of_s1 = engine.room_of(run.room).group_of("s1")
        known = {
            "saw": run.phase,
            "finding": findings[-1]["id"] if findings else "f1",
            "group": next((letter for letter in run.room["groups"] if letter != of_s1), "A"),
        }
        seat = seats[min(2, len(seats) - 1)]
        words = {key: known.get(key, value) for key, value in data.items()}
        key = seat if by == "seat" else ""
        return live.play_moves([live.Posted(run.pk, "step-0001", by, kind, words, key)])[0]

    return play


def question(world: World) -> str:
    """A card that the secret question of the last phase offers."""
    run = world.open_run
    activity, room = activity_of(worlds.ACTIVITY), engine.room_of(run.room)
    return next(iter(dict(activity.ballots[0].options(run.state, room))), "")


MOVES = Procedure(
    {
        "lobby": at("lobby"),
        "sort": at("sort"),
        "sort, paused": paused,
        "groups": at("groups"),
        "findings": at("findings"),
        "closed": at("closed"),
    },
    {
        "join": posted("join", seat="s99", school="", role="teacher", people="1"),
        "remove": posted("remove", seat="s1"),
        "close": posted("close"),
        "tally": posted("tally", question="final", counts="{}"),
        "advance": posted("advance", saw="", to=""),
        "pause": posted("pause"),
        "resume": posted("resume"),
        "extend": posted("extend", minutes="5"),
        "regroup": posted("regroup"),
        "move_seat": posted("move_seat", seat="s1", group=""),
        "propose_finding": posted("propose_finding", text="W"),
        "word_finding": posted("word_finding", finding="", text="V"),
        "drop_finding": posted("drop_finding", finding=""),
        "settle_finding": posted("settle_finding", finding="", settled="yes"),
        "agree_finding": posted("agree_finding", finding=""),
        "dissent_finding": posted("dissent_finding", finding="", note="D"),
    },
)
PHONE = Procedure(
    {**SEATS, "at the question": third_at("common")},
    {
        "make_seat_code": lambda seat, by, world: live.make_seat_code(seat=seat),
        "make_claim_code": lambda seat, by, world: live.make_claim_code(seat=seat),
        "cast_ballot": lambda seat, by, world: live.cast_ballot(
            run=seat.run, seat=seat, question="final", answer=question(world)
        ),
    },
)
NEWCOMER = Procedure(
    RUNS, {"join_run": lambda run, by, world: live.join_run(run=run, role="teacher")}
)
PLACE_CODE = Procedure(codes("place"), {"rejoin": lambda code, by, world: live.rejoin(code=code)})

AT_THE_DESK = (SESSION, PAPER, SEAT, DESK_CODE, CLAIM_CODE, FINDING)
BY_PHONES = (PHONE, NEWCOMER, PLACE_CODE)
