"""Typing in a session that was held on paper: keep what is typed, then play it in one go.

Until the end nothing is a move, so everything can be corrected; at the end all sheets become moves
of the run in one transaction, or none does.
"""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from exchange.core.permission import require
from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.core.writing import writing
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.live import engine, rules, typed
from exchange.live.actions.moves import HOUSE, Posted, play_moves
from exchange.live.actions.runs import ONLY_FACILITATOR, close_run
from exchange.live.codes import fingerprint, new_token
from exchange.live.models import Ballot, PaperSession, Run, Seat
from exchange.live.paper import places_of
from exchange.live.plugin import Field, Refused
from exchange.live.versions import brought_up

LONGEST_BOX = 6_000
OVER = gettext_lazy("This session is over. What was typed in cannot change any more.")
NO_TABLE = gettext_lazy("There is no such table.")
NOT_TYPED = gettext_lazy("Nobody has begun to type this session in.")


def start_typing(*, run: Run, by: Person) -> PaperSession:
    """Begin to type in a session that was set up and not opened. Begun already, it goes on."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        known = PaperSession.objects.filter(run=run).first()
        if known:
            return known
        _may_be_typed(run, by)
        made = PaperSession.objects.create(run=run, sheets=typed.empty_sheets(), started_by=by)
        record(by, "typing_started", run, network=run.network)
    return made


def _may_be_typed(run: Run, by: Person) -> None:
    if run.opened_at or run.closed_at or run.cancelled_at:
        raise Refused(
            _("This session was opened on phones. One held on paper is set up, not opened.")
        )
    if brought_up(run).typing is None:
        raise Refused(_("This activity cannot be typed in from paper."))
    if not rules.may_start_run(by, run.network):
        raise Refused(_("Your role in this network has ended, so no session can be held in it."))


def keep_table(*, run: Run, number: int, sheet: Mapping[str, Any], by: Person) -> int:
    """Keep what was typed of a table, as it was typed, also where it cannot be read yet.

    sheet   its boxes; `sheet["sheet"]` is the name that its page gave it, if it gave one
    number  which table it is, from 1; one more than there are is a new one
    Returns the number under which it is kept: where somebody else's sheet took the place meanwhile,
    or it was taken away, it stands after the others. Refused: too long, or too many.
    """
    with writing():
        run, paper = _being_typed(run, by)
        tables, name = paper.sheets["tables"], str(sheet.get("sheet") or "")
        if not 1 <= number <= len(tables) + 1:
            raise Refused(NO_TABLE)
        number = typed.place_of(tables, name, number) or len(tables) + 1
        if number > typed.MOST_TABLES:
            raise Refused(_("There are at most {most} tables."), most=typed.MOST_TABLES)
        activity = brought_up(run)
        fields = activity.typing.table if activity.typing else ()
        kept = _as_typed((*TABLE_BOXES, *fields), sheet)
        tables[number - 1 : number] = [kept]
        paper.save(update_fields=["sheets"])
    return number


def drop_table(*, run: Run, number: int, by: Person, sheet: str = "") -> None:
    """Take table `number` away, or the one whose sheet bears that name; those after it move up by a
    letter."""
    with writing():
        _run, paper = _being_typed(run, by)
        number = typed.place_of(paper.sheets["tables"], sheet, number)
        if not number:
            raise Refused(NO_TABLE)
        del paper.sheets["tables"][number - 1]
        paper.save(update_fields=["sheets"])


def keep_room(
    *, run: Run, sheet: Mapping[str, Any], by: Person, held_on: date | None = None
) -> None:
    """Keep what was typed of the whole room, and the day on which it was held."""
    with writing():
        run, paper = _being_typed(run, by)
        activity = brought_up(run)
        fields = activity.typing.room if activity.typing else ()
        paper.sheets["room"] = _as_typed((*ROOM_BOXES, *fields), sheet)
        paper.held_on = held_on
        paper.save(update_fields=["sheets", "held_on"])


#: What the engine itself asks of a table and of the room; all is kept as text.
TABLE_BOXES = (
    Field("sheet"),
    Field("people"),
    Field("school"),
    Field("role"),
    Field("lines", "lines"),
)
ROOM_BOXES = (Field("findings", "lines"),)


def _as_typed(fields: tuple[Field, ...], sheet: Mapping[str, Any]) -> dict[str, str]:
    longest = {"lines": LONGEST_BOX}
    return {
        f.name: engine.clean_text(
            str(sheet.get(f.name) or ""), f.label or _("This"), longest.get(f.kind, 600), f.name
        )
        for f in fields
    }


def _being_typed(run: Run, by: Person) -> tuple[Run, PaperSession]:
    """The run's row, held, with what was typed so far."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    run = Run.objects.select_for_update().get(pk=run.pk)
    paper = PaperSession.objects.filter(run=run).first()
    if run.closed_at or run.cancelled_at or (paper and paper.typed_at):
        raise Refused(OVER)
    if paper is None:
        raise Refused(NOT_TYPED)
    return run, paper


def drop_typing(*, run: Run, by: Person) -> None:
    """Erase what was typed in; the session is as it was set up."""
    with writing():
        run, paper = _being_typed(run, by)
        paper.delete()
        record(by, "typing_erased", run, network=run.network)


def rehearsed(run: Run, paper: PaperSession) -> tuple[typed.Read, typed.Rehearsal | None]:
    """What the sheets say, and the session they make; None where they have faults. Writes nothing.

    A fault that shows only in playing (sheets that contradict one another) is added to the others.
    """
    activity = brought_up(run)
    found = typed.read(activity, run.setup, paper.sheets, places_of(run.network))
    if found.faults:
        return found, None
    now = int(timezone.now().timestamp())
    made = typed.Rehearsal(activity, run.room, run.state, run.seed, now)
    try:
        return found, typed.rehearse(activity, made, found)
    except Refused as refused:
        where = refused.number if isinstance(refused, typed.AtTable) else typed.ROOM_SHEET
        found.faults.append(typed.Fault(where, refused.sentence, refused.field))
        return found, None


def finish_typing(*, run: Run, by: Person) -> Run:
    """Play all that was typed in and close the session: its record is as from phones, and marked.

    All or nothing; pressed twice it is done once. Raises Refused with the first thing to mend.
    """
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        paper = PaperSession.objects.filter(run=run).first()
        if paper is None:
            raise Refused(NOT_TYPED)
        if paper.typed_at:
            return run
        _may_be_typed(run, by)
        found, made = rehearsed(run, paper)
        if made is None:
            raise Refused(found.faults[0].sentence)
        run.opened_at = timezone.now()
        run.save(update_fields=["opened_at"])
        _seat(run, found)
        _count(run, made)
        _play(run, made)
        run = close_run(run=run, by=by, verb="run_typed_in")
        paper.sheets, paper.typed_at, paper.typed_by = {}, timezone.now(), by
        paper.save(update_fields=["sheets", "typed_at", "typed_by"])
    return run


def _seat(run: Run, found: typed.Read) -> None:
    """Seats without a phone: nobody has their token."""
    Seat.objects.bulk_create(
        Seat(
            run=run, key=seat.key, token_hash=fingerprint(new_token()), role=seat.role,
            school_id=int(seat.school) if seat.school else None, people=seat.people,
        )
        for seat in found.seats
    )  # fmt: skip


def _count(run: Run, made: typed.Rehearsal) -> None:
    """The slips of secret questions: counts, as always."""
    Ballot.objects.bulk_create(
        Ballot(run=run, question=question, answer=answer, count=count)
        for question, votes in made.ballots.items()
        for answer, count in votes.items()
    )


def _play(run: Run, made: typed.Rehearsal) -> None:
    stem = secrets.token_hex(4)
    batch = [
        Posted(
            run.pk, f"{HOUSE if step.by == 'house' else ''}typed-{stem}-{number:05}",
            step.by, step.kind, step.data, step.seat,
        )
        for number, step in enumerate(made.steps)
    ]  # fmt: skip
    for reply in play_moves(batch):
        if reply.status != "kept":
            raise Refused(reply.sentence)
