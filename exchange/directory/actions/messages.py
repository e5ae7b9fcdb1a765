"""Writing to the people of a network, taking it back, and choosing how much mail one gets."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.core.permission import require
from exchange.directory import post, rules
from exchange.directory.actions.pace import check_pace, hold
from exchange.directory.models import MailChoice, Message, Network, Person
from exchange.directory.models.events import record

KIND = "message"
PER_HOUR = 5


@transaction.atomic
def send_message(
    network: Network, *, by: Person, to: str, subject: str, text: str, once: str = ""
) -> Message:
    """Write to everybody of a network, to its co-leaders, or to heads and link people.

    It stands on the network's page; those who chose "Everything" get it by mail, the others find
    it in their digest. `once` is the id of the form: the same again returns the first message.
    ValidationError("too_many") after five within an hour.
    """
    require(rules.is_member(by, network), _("Only its people write to a network."))
    hold(by)  # two presses, one after the other
    if once and (there := Message.objects.filter(author=by, once=once).first()):
        return there
    check_pace(
        by,
        "send_message",
        PER_HOUR,
        _("You wrote %(count)d messages within an hour. Please go on later."),
    )
    message = Message.objects.create(
        network=network, author=by, to=to, subject=subject, text=text, once=once
    )
    record(by, "send_message", message, network=network, to=to)
    post.write(
        message.readers(), network=network, wishes=post.NEWS, kind=KIND, about=message.pk,
        words=lambda _person: {"message": message},
    )  # fmt: skip
    return message


@transaction.atomic
def take_back_message(message: Message, *, by: Person) -> Message:
    """Take one's own message back: its words are erased, letters that wait are not sent. What has
    been sent by mail stays with its readers. A second time changes nothing."""
    require(message.author_id == by.pk, _("Only its author takes a message back."))
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.taken_back_at is None:
        message.subject, message.text = "", ""
        message.taken_back_at, message.taken_back_by = timezone.now(), by
        message.save()
        outbox.withdraw(KIND, message.pk)
        record(by, "take_back_message", message, network=message.network)
    return message


@transaction.atomic
def choose_mail(network: Network, *, by: Person, wish: str) -> MailChoice:
    """How much mail this person gets from a network; holds for letters that wait, too."""
    hold(by)
    choice, _made = MailChoice.objects.update_or_create(
        person=by, network=network, defaults={"wish": wish}
    )
    record(by, "choose_mail", choice, network=network, wish=wish)
    return choice


def is_wanted(waiting: Letter) -> bool:
    """Whether a letter with a message is still to be sent: not taken back, and still theirs."""
    message = Message.objects.standing().filter(pk=waiting.about).first()
    if message is None:
        return False
    reader = post.reader_of(waiting, message.network, post.NEWS)
    return reader is not None and Message.objects.visible_to(reader).filter(pk=message.pk).exists()


outbox.wanted[KIND] = is_wanted
