"""The weekly digest: what is new in a network, for those who chose it. Titles and links only; what
was written stands on the page behind them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.directory.models import MailChoice, Message, Network, Person
from exchange.directory.post import FROM, Wish, reader_of, write

KIND = "digest"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class News:
    """One line of a digest. `url` is a path."""

    title: str
    url: str

    @property
    def link(self) -> str:
        return settings.BASE_URL + self.url


#: What else is new for a person in a network since a moment; upper floors add theirs.
sources: list[Callable[[Person, Network, datetime], list[News]]] = []


def messages_since(person: Person, network: Network, since: datetime) -> list[News]:
    """Messages of the network that others wrote to this person."""
    found = Message.objects.visible_to(person).standing().filter(network=network)
    found = found.filter(sent_at__gt=since).exclude(author=person).select_related("author")
    return [
        News(
            _("Message from %(name)s: %(subject)s")
            % {"name": message.author or _("Somebody"), "subject": message.subject},
            reverse("message", args=[network.pk, message.pk]),
        )
        for message in found
    ]


sources.append(messages_since)


def monday(now: datetime) -> datetime:
    """The last Monday, 7 o'clock, of the site's time zone."""
    local = timezone.localtime(now)
    day = local.date() - timedelta(days=local.weekday())
    at = timezone.make_aware(datetime.combine(day, FROM))
    return at if at <= now else at - WEEK


def send_digests() -> int:
    """Write the digests of this week that are not written yet; returns how many letters.

    Called every hour: a server that was away on Monday sends them when it is back.
    """
    now = timezone.now()
    return sum(_of_network(network, now) for network in Network.objects.all())


def _of_network(network: Network, now: datetime) -> int:
    """One network's digests. Who has none yet is told of what is new since this Monday, on the
    next; a person without news gets none."""
    week, written = monday(now), 0
    people = list(Person.objects.of_network(network).filter(is_active=True).distinct())
    choices = {choice.person_id: choice for choice in MailChoice.objects.filter(network=network)}
    for person in people:
        choice = choices.get(person.pk) or MailChoice(person=person, network=network)
        last = choice.digest_at
        if choice.wish != Wish.WEEKLY or (last and last >= week):
            continue
        with transaction.atomic():
            choice.digest_at = now if last else week
            choice.save()
            news = [one for find in sources for one in find(person, network, last)] if last else []
            if news:
                written += write(
                    [person], network=network, wishes={Wish.WEEKLY}, kind=KIND,
                    about=network.pk, words=partial(_told, news),
                )  # fmt: skip
    return written


def _told(news: list[News], reader: Person) -> dict[str, list[News]]:
    return {"news": news}


def is_wanted(waiting: Letter) -> bool:
    """Whether a digest in the outbox still has its reader."""
    network = Network.objects.filter(pk=waiting.about).first()
    return network is not None and reader_of(waiting, network, {Wish.WEEKLY}) is not None


outbox.wanted[KIND] = is_wanted
