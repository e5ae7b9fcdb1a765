"""Messages to the people of a network, and how much mail each of them wants from it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.models.networks import Membership, Network
from exchange.directory.models.people import Affiliation, Person, Role, RoleAssignment


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, person: object) -> "MessageQuerySet":
        """What was written to this person, as their part in the network is now, and what they
        wrote themselves while they belong to it."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        to = Message.To
        co_led = [r.network_id for r in person.roles if r.role == Role.CO_LEADER and r.network_id]
        spoken = Membership.objects.current().filter(school__in=person.spoken_school_ids())
        mine = (
            Q(to=to.EVERYONE)
            | Q(author=person)
            | Q(to=to.CO_LEADERS, network__in=co_led)
            | Q(to=to.SPEAKERS, network__in=spoken.values("network"))
        )
        return self.filter(mine, network__in=person.network_ids)

    def standing(self) -> "MessageQuerySet":
        """Not taken back."""
        return self.filter(taken_back_at__isnull=True)


class Message(models.Model):
    """Something written to people of a network through the platform; no address is shown."""

    confidential = ("subject", "text")
    open = ("to", "once")

    class To(models.TextChoices):
        EVERYONE = "everyone", _("Everybody in the network")
        CO_LEADERS = "co_leaders", _("The co-leaders")
        SPEAKERS = "speakers", _("Heads and link people")

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    to = models.CharField(_("to"), max_length=12, choices=To, default=To.EVERYONE)
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    text = models.TextField(_("message"), max_length=4000, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The one-time id of the form it was written in, so that a second press finds it.
    once = models.CharField(max_length=64, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "once"], condition=~Q(once=""), name="message_once"
            ),
        ]

    def readers(self) -> models.QuerySet[Person]:
        """To whom it goes now: the people addressed, without its author."""
        return addressed(self.network, self.to).exclude(pk=self.author_id or 0)


def addressed(network: Network, to: str) -> models.QuerySet[Person]:
    """The people of a network whom `to` (a value of Message.To) means now."""
    people = Person.objects.of_network(network).filter(is_active=True)
    if to == Message.To.CO_LEADERS:
        leaders = RoleAssignment.objects.current().filter(network=network, role=Role.CO_LEADER)
        people = people.filter(pk__in=leaders.values("person"))
    elif to == Message.To.SPEAKERS:
        schools = Membership.objects.current().filter(network=network).values("school")
        ties = Affiliation.objects.current().confirmed().speaking().filter(school__in=schools)
        people = people.filter(pk__in=ties.values("person"))
    return people.distinct()


class MailChoice(models.Model):
    """How much mail a person wants from a network. Without a row: once a week."""

    confidential = ()
    open = ("wish",)

    class Wish(models.TextChoices):
        EVERYTHING = "everything", _("Everything, as it happens")
        WEEKLY = "weekly", _("A digest once a week")
        ASKED = "asked", _("Only when I am asked something")
        NOTHING = "nothing", _("Nothing")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mail_choices")
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="+")
    wish = models.CharField(_("mail"), max_length=12, choices=Wish, default=Wish.WEEKLY)
    # Until when the last digest told what was new.
    digest_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["network__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "network"], name="mail_choice_once"),
        ]

    @classmethod
    def wishes(cls, network: Network | int, people: Any) -> dict[int, str]:
        """Person id -> wish, for these people (or ids) of a network; one query."""
        ids = [getattr(person, "pk", person) for person in people]
        found = cls.objects.filter(network=network, person__in=ids).values_list("person", "wish")
        return dict.fromkeys(ids, cls.Wish.WEEKLY.value) | dict(found)
