"""Networks of schools and which schools belong to them."""

from datetime import date

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.models.people import Person
from exchange.directory.models.schools import School, SchoolGroup


class NetworkQuerySet(models.QuerySet["Network"]):
    def visible_to(self, person: object) -> "NetworkQuerySet":
        """Networks this person belongs to: by a role in them, or by a member school.

        Nobody sees a network for their rank: site administrators and programme roles included.
        """
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        return self.filter(pk__in=person.network_ids)

    def founded_from(self, draft_key: str, *, by: Person) -> "NetworkQuerySet":
        """What this person founded from that draft: one network or none."""
        return self.filter(founded_by=by, draft_key=draft_key).exclude(draft_key="")

    def with_counts(self) -> "NetworkQuerySet":
        """Each with `school_count`, its member schools of today."""
        members = Membership.objects.current().filter(network=OuterRef("pk")).order_by()
        counted = members.values("network").annotate(count=Count("pk")).values("count")
        return self.annotate(school_count=Coalesce(Subquery(counted), 0))


class Network(models.Model):
    """Schools that learn together: a purpose, a learning focus, members, co-leaders."""

    confidential = ("purpose", "learning_focus")
    open = ("name", "kind", "draft_key")

    class Kind(models.TextChoices):
        LEARNING = "learning_network", _("Learning network")
        TRUST = "trust", _("Multi-academy trust")
        FEDERATION = "federation", _("Federation")
        HUB = "hub", _("Hub")
        PARTNERSHIP = "la_partnership", _("Local authority partnership")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=120)
    purpose = models.TextField(_("purpose"), max_length=2000)
    learning_focus = models.TextField(_("learning focus"), max_length=1000, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind, default=Kind.LEARNING)
    # The trust or federation of the register it was made from, if any.
    group = models.ForeignKey(
        SchoolGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="networks"
    )
    # Data made up for demonstration; every page of it says so.
    is_invented = models.BooleanField(default=False)
    founded_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    founded_at = models.DateTimeField(default=timezone.now)
    # The one-time id of the draft it was founded from, so that a second press finds it.
    draft_key = models.CharField(max_length=32, blank=True)

    objects = NetworkQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["founded_by", "draft_key"],
                condition=~Q(draft_key=""),
                name="network_founded_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, on: date | None = None) -> "MembershipQuerySet":
        on = on or timezone.localdate()
        return self.filter(status__in=[Membership.Status.JOINED, Membership.Status.PAUSED]).filter(
            Q(left_on__isnull=True) | Q(left_on__gt=on)
        )

    def ever(self) -> "MembershipQuerySet":
        """Schools that belong or belonged; not those that were only asked, or declined."""
        never = [Membership.Status.INVITED, Membership.Status.DECLINED]
        return self.exclude(status__in=never)

    def asked(self) -> "MembershipQuerySet":
        """Schools that were asked to join and have not answered."""
        return self.filter(status=Membership.Status.INVITED, left_on__isnull=True)

    def listed(self) -> "MembershipQuerySet":
        """What a network shows as its schools: the members and those asked."""
        return self.filter(left_on__isnull=True).exclude(status=Membership.Status.LEFT)

    def past(self) -> "MembershipQuerySet":
        """Schools that left or declined, the latest first."""
        return self.filter(left_on__isnull=False).order_by("-left_on", "-pk")

    def listed_school_ids(self) -> set[int]:
        return set(self.listed().values_list("school_id", flat=True))

    def visible_to(self, person: object) -> "MembershipQuerySet":
        """Those of one's networks, and questions to one's own schools."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        schools = person.school_ids() | person.co_led_school_ids
        return self.filter(
            Q(network_id__in=person.network_ids)
            | Q(school_id__in=schools, status=Membership.Status.INVITED)
        )

    def answerable_by(self, person: object) -> "MembershipQuerySet":
        """Memberships asked of a school for which this person may answer."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        schools = person.spoken_school_ids() | person.co_led_school_ids
        return self.asked().filter(school_id__in=schools)


class Membership(models.Model):
    """A school belongs to a network, from a date to a date. It may belong to several.

    A school that already has a head, a link person or a network here is asked first
    (`INVITED`): otherwise anybody could found a network around it and confirm "its" people.
    """

    confidential = ("brokered_by", "head_commitment")
    open = ("status", "route")

    class Status(models.TextChoices):
        INVITED = "invited", _("Asked to join")
        JOINED = "joined", _("Joined")
        PAUSED = "paused", _("Paused")
        LEFT = "left", _("Left")
        DECLINED = "declined", _("Declined")

    class Route(models.TextChoices):
        VOLUNTARY = "voluntary", _("Voluntary")
        BROKERED = "brokered", _("Brokered")

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="memberships")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="memberships")
    status = models.CharField(max_length=10, choices=Status, default=Status.JOINED)
    route = models.CharField(
        _("how it joined"), max_length=10, choices=Route, default=Route.VOLUNTARY
    )
    brokered_by = models.CharField(_("brokered by"), max_length=120, blank=True)
    added_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    joined_on = models.DateField(_("joined on"), default=timezone.localdate)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    # In the head's own words: what the school commits to; recorded by whom and when.
    head_commitment = models.TextField(_("the head's commitment"), max_length=1000, blank=True)
    committed_on = models.DateField(null=True, blank=True)
    committed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["school__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "school"],
                condition=Q(left_on__isnull=True),
                name="membership_once",
            ),
        ]
