"""What sessions keep of one person, and what becomes of it when they are erased.

What somebody did as one of a group stays: the record of a session is the work of all who were
there. It then belongs to a seat, and nothing says any more whose it was.
"""

import secrets

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from exchange.directory.models import Person
from exchange.directory.subjects import Holding, Row, holdings
from exchange.live.actions.facilitators import hand_over
from exchange.live.actions.moves import HOUSE, Posted, play_moves
from exchange.live.actions.runs import close_run
from exchange.live.models import Finding, LearningNote, Move, Note, OneTimeCode, Run, Seat
from exchange.live.retention import forget

#: What values are called in my-data.json; in my-data.html translated.
HEADS = (
    gettext_noop("activity"), gettext_noop("closed"), gettext_noop("desk of"), gettext_noop("did"),
    gettext_noop("joined"), gettext_noop("name you gave"), gettext_noop("network"),
    gettext_noop("note"), gettext_noop("on"), gettext_noop("opened"),
    gettext_noop("people at the phone"), gettext_noop("role"), gettext_noop("school"),
    gettext_noop("seat"), gettext_noop("session"), gettext_noop("set-up"), gettext_noop("since"),
    gettext_noop("until"), gettext_noop("what"), gettext_noop("what you take from it"),
)  # fmt: skip


def seats(person: Person) -> list[Row]:
    return [
        {
            "session": seat.run.title,
            "activity": seat.run.activity,
            "network": seat.run.network.name if seat.run.network else "",
            "name you gave": seat.label,
            "school": seat.school.name if seat.school else "",
            "role": seat.get_role_display(),
            "people at the phone": seat.people,
            "joined": seat.joined_at,
        }
        for seat in Seat.objects.filter(person=person).select_related("run__network", "school")
    ]


def moves(person: Person) -> list[Row]:
    """What they did in sessions while signed in, in order. Secret answers bear no seat."""
    mine = Q(pk__in=[])
    for run, key in Seat.objects.filter(person=person).values_list("run", "key"):
        mine |= Q(run=run, by="seat", seat=key)
    found = Move.objects.filter(mine).order_by("run", "seq").select_related("run")
    return [
        {"session": move.run.title, "did": move.kind, "what": move.data, "on": move.at}
        for move in found
    ]


def leave_seats(person: Person) -> None:
    """Nothing ties a seat to them any more; in a session that goes on the seat is taken away."""
    mine = Seat.objects.filter(person=person)
    for seat in mine.filter(removed_at=None).select_related("run"):
        if seat.run.is_open:
            play_moves([
                Posted(seat.run_id, f"{HOUSE}remove-{secrets.token_hex(8)}", "house", "remove",
                       {"seat": seat.key})
            ])  # fmt: skip
            Seat.objects.filter(pk=seat.pk).update(removed_at=timezone.now(), removed_by=person)
    pks = list(mine.values_list("pk", flat=True))
    forget(Seat.objects.filter(pk__in=pks))
    Seat.objects.filter(pk__in=pks).update(person=None)


def held(person: Person) -> list[Row]:
    return [
        {
            "session": run.title,
            "network": run.network.name if run.network else "",
            "set-up": run.setup,
            "opened": run.opened_at,
            "closed": run.closed_at,
        }
        for run in Run.objects.filter(facilitator=person).select_related("network")
    ]


def leave_runs(person: Person) -> None:
    """Lay down desks. A session that goes on is handed to somebody who holds its desk, too, or
    closed; what no network owns and nobody else took part in is erased, and so are drafts."""
    mine = Run.objects.filter(facilitator=person)
    for run in mine.open():
        if run.further_facilitators:
            hand_over(run=run, person=run.further_facilitators[0], by=person)
        else:
            close_run(run=run, by=person)
    person.facilitating.all().delete()
    OneTimeCode.objects.filter(made_by=person).delete()
    others = Seat.objects.filter(person__isnull=False).exclude(person=person).values("run")
    alone = mine.filter(Q(opened_at=None) | Q(network=None)).exclude(pk__in=others)
    Finding.objects.filter(run__in=alone).delete()
    alone.delete()


def notes(person: Person) -> list[Row]:
    mine = Note.objects.filter(author=person).select_related("run")
    return [{"session": note.run.title, "note": note.text} for note in mine]


def learning(person: Person) -> list[Row]:
    mine = person.learning_notes.select_related("run")
    return [{"session": note.run.title, "what you take from it": note.text} for note in mine]


def desks(person: Person) -> list[Row]:
    given = person.facilitating.select_related("run")
    return [
        {"desk of": one.run.title, "since": one.given_at, "until": one.ended_at} for one in given
    ]


def add_holdings() -> None:
    """Called once, when the app is ready. Erased from the last to the first."""
    nameless = _(
        "It stays in the session's record, without your name or anything that leads to you."
    )
    holdings.extend([
        Holding("moves", _("What you did in sessions while signed in"), nameless, moves),
        Holding("seats", _("Your seats in sessions"),
                _("The name you gave is erased; the seat stays as a guest's would."),
                seats, leave_seats),
        Holding("notes", _("Your private notes on sessions"), _("They are erased."), notes,
                lambda person: Note.objects.filter(author=person).delete()),
        Holding("learning", _("What you take from sessions, in your record of learning"),
                _("It is erased."), learning,
                lambda person: LearningNote.objects.filter(person=person).delete()),
        Holding("desks", _("Sessions whose desk you were given"), _("It is erased."), desks),
        Holding("held", _("Sessions you held or prepared"),
                _("Those of a network stay, without your name; an open one goes to "
                  "who holds its desk with you, or is closed. Drafts, and "
                  "those that only you know, are erased."),
                held, leave_runs),
    ])  # fmt: skip
