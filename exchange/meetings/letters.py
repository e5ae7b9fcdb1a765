"""Letters about meetings: called, changed, cancelled. Each leads to a page on which its reader
answers without signing in; opening that page changes nothing."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from exchange.core.models import Letter
from exchange.directory import post
from exchange.directory.models import Person
from exchange.directory.models.messages import addressed
from exchange.meetings.models import Answer, Meeting, ends_at, planned

CALLED, CHANGED = "meetings/mail/called", "meetings/mail/changed"
CANCELLED = "meetings/mail/cancelled"
KINDS = (CALLED, CHANGED, CANCELLED)
SALT = "answer to a meeting"
#: Letters about what begins this soon do not wait for the morning.
SOON = timedelta(hours=24)


def answer_token(meeting: Meeting, person: Person) -> str:
    """What a letter's link carries: it answers for one person to one meeting, nothing else."""
    return signing.dumps([meeting.pk, person.pk], salt=SALT)


def invited_by(token: str) -> tuple[Meeting, Person] | None:
    """The meeting and the person of a link; None where it is not ours, the meeting was cancelled
    or is over, or the person does not belong to the network any more."""
    try:
        meeting_pk, person_pk = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    person = Person.objects.filter(pk=person_pk, is_active=True).first()
    found = Meeting.objects.visible_to(person).standing().select_related("network")
    meeting = found.filter(pk=meeting_pk).first()
    return (meeting, person) if meeting and person and not meeting.is_over else None


def tell(kind: str, meeting: Meeting, *, by: Person) -> int:
    """Put the letters of one kind into the outbox; how many. Who said no to a meeting is not
    bothered with its changes. Not to who did it."""
    readers = addressed(meeting.network, meeting.to).exclude(pk=by.pk)
    if kind != CALLED:
        away = Answer.objects.filter(meeting=meeting, comes=False)
        readers = readers.exclude(pk__in=away.values("person"))
    items = list(meeting.items.all())
    plain = {"meeting": meeting, "agenda": planned(meeting, items), "ends": ends_at(meeting, items)}

    def words(reader: Person) -> dict[str, Any]:
        path = reverse("meeting_letter", args=[answer_token(meeting, reader)])
        return {**plain, "answer_url": settings.BASE_URL + path}

    return post.write(
        readers, network=meeting.network, wishes=post.ASKING, kind=kind, about=meeting.pk,
        words=words, now=meeting.starts_at - timezone.now() < SOON,
    )  # fmt: skip


def is_wanted(waiting: Letter) -> bool:
    """Whether a letter that waits still tells its reader something that is so."""
    meeting = Meeting.objects.select_related("network").filter(pk=waiting.about).first()
    if meeting is None or meeting.is_over != (waiting.kind == CANCELLED):
        return False
    return post.reader_of(waiting, meeting.network, post.ASKING) is not None
