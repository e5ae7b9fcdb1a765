"""Letters to people of a network: who wants them, when they may come, and how to stop them.

A letter that *asks* something of its reader comes unless they chose "Nothing"; *news* come as they
happen to those who chose "Everything", and in the weekly digest to those who chose that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.directory.models import MailChoice, Network, Person

#: No letter comes outside these hours of the site's time zone, but in the demonstration, which is
#: mostly looked at in the evening.
FROM, UNTIL = time(7), time(18)
SALT = "how much mail"
#: How long a link at the foot of a letter works: docs/decisions/0047.
LINK_LIFE = timedelta(days=400)
Wish = MailChoice.Wish
ASKING = {Wish.EVERYTHING, Wish.WEEKLY, Wish.ASKED}
NEWS = {Wish.EVERYTHING}


@dataclass(frozen=True)
class Choice:
    """What a link at the foot of a letter may change: one person's mail from one network."""

    person: Person
    network: Network


def civil(moment: datetime) -> datetime:
    """The moment itself between 7 and 18 o'clock, else the next 7 o'clock, of the site's zone."""
    local = timezone.localtime(moment)
    if settings.DEMO or FROM <= local.time() < UNTIL:
        return moment
    day = local.date() if local.time() < FROM else local.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, FROM))


def mailbox(person: Person) -> str:
    """Which address a link was sent to, without saying it."""
    return sha256(f"{SALT} {person.email}".encode()).hexdigest()[:12]


def choice_url(person: Person, network: Network) -> str:
    """The link with which this person chooses their mail from this network, without signing in.
    It opens nothing else, and runs out after thirteen months, or when the person has another
    address."""
    token = signing.dumps([person.pk, network.pk, mailbox(person)], salt=SALT)
    return settings.BASE_URL + reverse("mail_choice", args=[token])


def choice_of(token: str) -> Choice | None:
    """Whose choice a link changes; None for a link that is not ours or whose people are gone."""
    try:
        person, network, sent_to = signing.loads(token, salt=SALT, max_age=LINK_LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    reader = Person.objects.filter(pk=person, is_active=True).first()
    place = Network.objects.filter(pk=network).first()
    return Choice(reader, place) if reader and place and mailbox(reader) == sent_to else None


def had_its_time(token: str) -> bool:
    """Whether a link was ours and its last day is over."""
    try:
        signing.loads(token, salt=SALT, max_age=LINK_LIFE)
    except signing.SignatureExpired:
        return True
    except (signing.BadSignature, ValueError, TypeError):
        pass
    return False


def write(
    readers: Iterable[Person],
    *,
    network: Network,
    wishes: set[Wish],
    kind: str,
    about: int,
    words: Callable[[Person], Mapping[str, Any]],
    now: bool = False,
    once_in: timedelta | None = None,
) -> int:
    """Put a letter into the outbox for each reader whose wish is among these; how many letters.

    `kind` names the templates (`directory/mail/<kind>.txt`, `.html`, `_subject.txt`) unless it
    holds a slash, and is what the outbox knows them by, with `about`. Each reader gets a letter of
    their own, with `words` made for them, so nobody learns another's address. `now` is for what
    cannot wait until 7 o'clock; with `once_in` nobody gets a second letter of the same kind and
    about the same within that time.
    """
    people = list(readers)
    if once_in:
        lately = Letter.objects.filter(
            kind=kind, about=about, queued_at__gt=timezone.now() - once_in
        )
        told = set(lately.values_list("reader", flat=True))
        people = [person for person in people if person.pk not in told]
    wanted = MailChoice.wishes(network, people)
    due = timezone.now() if now else civil(timezone.now())
    chosen = [person for person in people if Wish(wanted[person.pk]) in wishes]
    for person in chosen:
        mail = letter(person, network, kind, words(person))
        outbox.post(mail, kind=kind, about=about, reader=person.pk, due=due)
    return len(chosen)


def letter(
    person: Person, network: Network, kind: str, words: Mapping[str, Any]
) -> EmailMultiAlternatives:
    """One reader's letter, with the link to choose less at its foot and for mail programs
    (List-Unsubscribe of RFC 2369, in one press by RFC 8058)."""
    url = choice_url(person, network)
    about = {
        **words, "person": person, "network": network, "choose_url": url,
        "site": settings.BASE_URL, "home": f"{settings.BASE_URL}/",
    }  # fmt: skip
    place = kind if "/" in kind else f"directory/mail/{kind}"
    mail = EmailMultiAlternatives(
        subject=render_to_string(f"{place}_subject.txt", about),
        body=render_to_string(f"{place}.txt", about),
        to=[person.email],
        headers={
            "List-Unsubscribe": f"<{url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mail.attach_alternative(render_to_string(f"{place}.html", about), "text/html")
    return mail


def reader_of(waiting: Letter, network: Network, wishes: set[Wish]) -> Person | None:
    """The reader of a letter that waits, if they still belong to the network and want it."""
    person = Person.objects.filter(pk=waiting.reader or 0, is_active=True).first()
    if person is None or network.pk not in person.network_ids:
        return None
    wish = MailChoice.wishes(network, [person])[person.pk]
    return person if Wish(wish) in wishes else None
