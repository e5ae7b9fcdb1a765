"""A person's calendar address: made, replaced, kept on, ended."""

from django.db import transaction
from django.utils import timezone

from exchange.directory.actions.pace import hold
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.live.codes import fingerprint, new_token
from exchange.meetings.models import Feed, thirteen_months_on


@transaction.atomic
def make_feed(*, by: Person) -> str:
    """A new calendar address; the one before, if any, ends. Returns its token, which is not kept."""
    hold(by)
    token = new_token()
    words = {
        "token_hash": fingerprint(token), "made_at": timezone.now(), "ends_at": thirteen_months_on(),
    }  # fmt: skip
    feed, _made = Feed.objects.update_or_create(person=by, defaults=words)
    record(by, "make_feed", feed)
    return token


@transaction.atomic
def keep_feed(*, by: Person) -> None:
    """Let the calendar address work for another thirteen months; where there is none nothing
    happens."""
    for feed in Feed.objects.select_for_update().filter(person=by):
        feed.ends_at = thirteen_months_on()
        feed.save(update_fields=["ends_at"])
        record(by, "keep_feed", feed)


@transaction.atomic
def end_feed(*, by: Person) -> None:
    """End the calendar address; where there is none nothing happens."""
    for feed in Feed.objects.filter(person=by):
        record(by, "end_feed", feed)
        feed.delete()
