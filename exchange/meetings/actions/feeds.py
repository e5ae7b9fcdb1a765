"""A person's calendar address: made, replaced, ended."""

from django.db import transaction
from django.utils import timezone

from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.live.codes import fingerprint, new_token
from exchange.meetings.models import Feed


@transaction.atomic
def make_feed(*, by: Person) -> str:
    """A new calendar address; the one before, if any, ends. Returns its token, which is not kept."""
    token = new_token()
    feed, _made = Feed.objects.update_or_create(
        person=by, defaults={"token_hash": fingerprint(token), "made_at": timezone.now()}
    )
    record(by, "make_feed", feed)
    return token


@transaction.atomic
def end_feed(*, by: Person) -> None:
    """End the calendar address; where there is none nothing happens."""
    for feed in Feed.objects.filter(person=by):
        record(by, "end_feed", feed)
        feed.delete()
