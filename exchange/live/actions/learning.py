"""What somebody takes from a session, for themselves."""

from exchange.core.permission import require
from exchange.core.translating import gettext as _
from exchange.core.writing import writing
from exchange.directory.actions.pace import hold
from exchange.directory.models import Person
from exchange.live import rules
from exchange.live.models import LearningNote, Run, Seat
from exchange.live.plugin import Refused


def write_learning_note(*, run: Run, text: str, by: Person) -> None:
    """Keep what this person takes from the session; no words at all take the note away.

    Nobody else ever reads it. Raises Refused for a session that was cancelled.
    """
    seated = Seat.objects.taken().filter(run=run, person=by).exists()
    require(
        rules.may_note_learning(by, run, seated=seated),
        _("Only who took part in this session can write what they take from it."),
    )
    with writing():
        hold(by)
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.cancelled_at:
            raise Refused(_("This session was cancelled. Nothing of it is kept."))
        if text:
            LearningNote.objects.update_or_create(run=run, person=by, defaults={"text": text})
        else:
            LearningNote.objects.filter(run=run, person=by).delete()
