"""Making, opening, closing and cancelling runs."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from exchange.core.permission import require
from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.core.writing import writing
from exchange.directory.actions.pace import hold
from exchange.directory.models import Audience, Network, Person
from exchange.directory.models.events import record
from exchange.live import engine, nudges, rules
from exchange.live.actions.moves import HOUSE, Posted, play_moves, tell
from exchange.live.codes import new_code, new_token
from exchange.live.discovery import activity_of
from exchange.live.gatherings import gathering_of, page_of
from exchange.live.models import Finding, Note, PaperSession, Run, Seat, SeatQuerySet
from exchange.live.plugin import DESK, SCREEN, Refused
from exchange.live.shared_moves import EVERYONE

CODE_LIFE = timedelta(hours=12)
TRIAL_LIFE, MOST_TRIALS = timedelta(days=30), 20
ONLY_FACILITATOR = gettext_lazy("Only the facilitator of this session may do this.")


def create_run(
    *,
    activity: str,
    title: str,
    setup: Mapping[str, Any],
    minutes: Mapping[str, int],
    network: Network | None,
    by: Person,
    trial: bool = False,
) -> Run:
    """A new run, not yet open. `setup` is what the activity's own `setup` returned.

    trial  it belongs to no network, counts nowhere, and is erased TRIAL_LIFE after now
    """
    require(
        rules.may_start_run(by, network),
        _("Only members of this network may start a session in it."),
    )
    declared = activity_of(activity)
    with writing():
        if trial:
            _may_try(network, by)
        run = Run(
            activity=activity, version=declared.version, title=title, network=network,
            facilitator=by, setup=dict(setup), seed=secrets.token_hex(16),
        )  # fmt: skip
        run.erase_at = run.created_at + TRIAL_LIFE if trial else None
        _lay(run, minutes, settings.FLOOR)
        run.save()
        record(by, "run_created", run, network=network, activity=activity, trial=trial)
    return run


def _may_try(network: Network | None, by: Person) -> None:
    if network is not None:
        raise Refused(_("A trial belongs to no network."))
    if Run.objects.filter(facilitator=by, erase_at__isnull=False).count() >= MOST_TRIALS:
        raise Refused(
            _("You have {most} trials. The oldest makes room after its 30 days."), most=MOST_TRIALS
        )


def _lay(run: Run, minutes: Mapping[str, int], floor: int) -> None:
    """The first room and state, from the set-up and the seed, in the language of whoever asks."""
    declared, began = activity_of(run.activity), int(run.created_at.timestamp())
    language = get_language() or settings.LANGUAGE_CODE
    run.room = engine.new_room(declared, minutes, began, floor, language)
    run.state = declared.start(run.setup, engine.chance_for(run.seed, 0))


def change_run(
    *, run: Run, title: str, setup: Mapping[str, Any], minutes: Mapping[str, int], by: Person
) -> Run:
    """Change a run that is not open yet. Raises Refused after opening: what people were told holds."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.cancelled_at:
            raise Refused(_("This session is over. Start a new one."))
        if run.opened_at:
            raise Refused(
                _("This session was opened. What people were told cannot change any more.")
            )
        _not_on_paper(run)
        run.title, run.setup = title, dict(setup)
        _lay(run, minutes, run.room["floor"])
        run.save()
        record(by, "run_changed", run, network=run.network)
    return run


def open_run(*, run: Run, by: Person) -> Run:
    """Open the door: a join code for twelve hours at most. An open run gets a fresh code; a locked
    door stays locked."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.closed_at or run.cancelled_at:
            raise Refused(_("This session is over. Start a new one."))
        if not run.opened_at and not rules.may_start_run(by, run.network):
            raise Refused(
                _("Your role in this network has ended, so this session cannot be opened in it.")
            )
        _not_on_paper(run)
        now = timezone.now()
        run.opened_at = run.opened_at or now
        _give_code(run, now)
        run.save(update_fields=["opened_at", "code", "code_token", "code_ends_at"])
        tell(run, DESK, SCREEN)
        record(by, "run_opened", run, network=run.network)
    return run


def _not_on_paper(run: Run) -> None:
    """Refused while sheets are being typed in: they were written for this set-up, without phones."""
    if PaperSession.objects.filter(run=run, typed_at=None).exists():
        raise Refused(
            _("Sheets of this session are being typed in. Finish that, or erase what was typed.")
        )


def _give_code(run: Run, now: datetime) -> None:
    """A code of its own; in an open gathering that one's, which the run before it gives up."""
    if gathering := gathering_of(run):
        for before in (
            Run.objects.select_for_update().filter(code=gathering.code).exclude(pk=run.pk)
        ):
            before.code = before.code_token = None
            before.save(update_fields=["code", "code_token"])
            tell(before, DESK, SCREEN)
        run.code, run.code_token = gathering.code, gathering.token
        run.code_ends_at = gathering.code_ends_at
        return
    run.code, run.code_token, run.code_ends_at = free_code(), new_token(), now + CODE_LIFE


def free_code() -> str:
    """A code nothing has; with 122 million of them a second draw is rare."""
    while True:
        code = new_code()
        if not Run.objects.filter(code=code).exists() and not page_of(code=code):
            return code


def lock_door(*, run: Run, by: Person) -> None:
    """Nobody new may join until it is unlocked; those inside stay."""
    _turn_lock(run, by, locked=True)


def unlock_door(*, run: Run, by: Person) -> None:
    """Let people join again."""
    _turn_lock(run, by, locked=False)


def _turn_lock(run: Run, by: Person, *, locked: bool) -> None:
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if not run.is_open:
            raise Refused(_("This session is not open."))
        run.door_locked_at = timezone.now() if locked else None
        run.save(update_fields=["door_locked_at"])
        tell(run, DESK, SCREEN)
        record(by, "door_locked" if locked else "door_unlocked", run, network=run.network)


def close_run(*, run: Run, by: Person, verb: str = "run_closed") -> Run:
    """End the session and keep its record, however far it came.

    Wordings the room settled become findings, with their dissent; audience: those who took part.
    `verb` is what the log calls it.
    """
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if not run.is_open:
            raise Refused(_("This session is not open."))
        closing = Posted(run.pk, f"{HOUSE}close-{run.revision}", "house", "close", {})
        reply = play_moves([closing])[0]
        if reply.status != "kept":
            raise Refused(reply.sentence)
        run = Run.objects.get(pk=run.pk)
        now = timezone.now()
        turn_away(run.seats.at_the_door(), by)
        run.closed_at, run.closed_by = now, by
        run.code = run.code_token = None
        run.save(update_fields=["closed_at", "closed_by", "code", "code_token"])
        Finding.objects.bulk_create(
            Finding(
                run=run, network=run.network, text=worded["text"], context=run.title,
                dissent=[{"note": voice["note"]} for voice in worded["dissent"]],
                agreed=len(worded["agree"]), position=position, audience=Audience.GROUP,
                created_at=now,
            )
            for position, worded in enumerate(f for f in run.room["findings"] if f["settled"])
        )  # fmt: skip
        record(by, verb, run, network=run.network, seats=len(run.room["seats"]))
    return run


def turn_away(seats: SeatQuerySet, by: Person) -> int:
    """Nothing is kept of whoever was not let in but that somebody came; how many there were."""
    return seats.update(
        removed_at=timezone.now(), removed_by=by, label="", once="", school=None, person=None,
        role=Seat.Role.OTHER, people=1,
    )  # fmt: skip


def cancel_run(*, run: Run, by: Person) -> None:
    """End the session and erase what people did in it: moves, ballots, labels, state, notes, and
    sheets that were typed in."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.closed_at or run.cancelled_at:
            raise Refused(_("This session is already over."))
        run.moves.all().delete()
        run.ballots.all().delete()
        run.notes.all().delete()
        run.learning_notes.all().delete()
        PaperSession.objects.filter(run=run).delete()
        run.seats.all().delete()
        run.cancelled_at, run.cancelled_by = timezone.now(), by
        run.code = run.code_token = None
        run.room, run.state, run.revisions = {}, {}, {}
        run.save()
        transaction.on_commit(partial(nudges.publish, run.pk, EVERYONE))
        record(by, "run_cancelled", run, network=run.network)


def write_note(*, run: Run, text: str, by: Person) -> Note:
    """The facilitator's private note on this run, while it goes on and afterwards; only its author
    ever sees it. Raises Refused for a cancelled run: what was in it is erased."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        hold(by)
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.cancelled_at:
            raise Refused(_("This session was cancelled. Nothing of it is kept."))
        note, _made = Note.objects.update_or_create(run=run, author=by, defaults={"text": text})
    return note
