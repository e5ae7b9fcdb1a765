"""People, their ties to schools, their roles and their invitations."""

from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.models.schools import School

if TYPE_CHECKING:
    from exchange.directory.models.networks import Network


class PersonQuerySet(models.QuerySet["Person"]):
    def of_network(self, network: "Network | int") -> "PersonQuerySet":
        """Who belongs to a network (or the one of that id) now: by a role, or by a confirmed tie
        to a member school."""
        memberships = apps.get_model("directory", "Membership").objects.current()
        schools = memberships.filter(network=network).values("school")
        roles = RoleAssignment.objects.current().filter(network=network)
        ties = Affiliation.objects.current().confirmed().filter(school__in=schools)
        return self.filter(Q(pk__in=roles.values("person")) | Q(pk__in=ties.values("person")))


class PersonManager(BaseUserManager["Person"]):
    def get_queryset(self) -> PersonQuerySet:
        return PersonQuerySet(self.model, using=self._db)

    def of_network(self, network: "Network | int") -> PersonQuerySet:
        return self.get_queryset().of_network(network)

    def create_user(self, email: str, password: str | None = None, name: str = "") -> "Person":
        """A person who can sign in; `email` is kept in lower case."""
        person = self.model(email=email.strip().lower(), name=name)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """An adult with an account. Pupils never have one."""

    confidential = ("email",)
    # password, tombstone: hashes, and no page shows them
    open = ("name", "password", "tombstone")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(default=True)
    # Manages accounts; sees no private content for it (docs/rules/site-administrator.md).
    is_site_admin = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    # The row of somebody who was erased stays, emptied (actions/erasure.py).
    erased_at = models.DateTimeField(null=True, blank=True)
    tombstone = models.CharField(max_length=64, blank=True)

    objects: ClassVar[PersonManager] = PersonManager()
    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_once")]

    def __str__(self) -> str:
        return self.name or str(_("Someone"))

    @cached_property
    def roles(self) -> list["RoleAssignment"]:
        """This person's current roles; one query, kept for the length of the request."""
        return list(RoleAssignment.objects.current().filter(person=self))

    @cached_property
    def schools(self) -> list["Affiliation"]:
        """This person's current confirmed ties to schools; one query, kept for the request."""
        return list(
            Affiliation.objects.current().confirmed().filter(person=self).select_related("school")
        )

    @cached_property
    def network_ids(self) -> set[int]:
        """The networks this person belongs to, by a role or by a member school; one query."""
        memberships = apps.get_model("directory", "Membership").objects.current()
        by_school = memberships.filter(school_id__in=self.school_ids())
        by_role = {role.network_id for role in self.roles if role.network_id}
        return by_role | set(by_school.values_list("network_id", flat=True))

    @cached_property
    def co_led_school_ids(self) -> set[int]:
        """The schools in the networks this person co-leads; one query at most."""
        co_led = {r.network_id for r in self.roles if r.role == Role.CO_LEADER and r.network_id}
        if not co_led:
            return set()
        memberships = apps.get_model("directory", "Membership").objects.current()
        in_them = memberships.filter(network_id__in=co_led)
        return set(in_them.values_list("school_id", flat=True))

    def spoken_school_ids(self) -> set[int]:
        """The schools this person speaks for: as head or as link person."""
        return {tie.school_id for tie in self.schools if tie.speaks}

    def forget_rights(self) -> None:
        """Drop what was cached for the request; an action that changed rights calls it."""
        for name in ("roles", "schools", "network_ids", "co_led_school_ids"):
            self.__dict__.pop(name, None)

    def has_role(self, *keys: str, network: "Network | int | None" = None) -> bool:
        """Whether one of these roles is held now, in that network (or platform-wide if None)."""
        network_id = getattr(network, "pk", network)
        return any(r.role in keys and r.network_id == network_id for r in self.roles)

    def school_ids(self) -> set[int]:
        return {tie.school_id for tie in self.schools}


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def current(self, on: date | None = None) -> "AffiliationQuerySet":
        on = on or timezone.localdate()
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), person__is_active=True)

    def confirmed(self) -> "AffiliationQuerySet":
        return self.filter(confirmed_at__isnull=False)

    def waiting(self) -> "AffiliationQuerySet":
        return self.filter(confirmed_at__isnull=True, ended_on__isnull=True, person__is_active=True)

    def speaking(self) -> "AffiliationQuerySet":
        """Ties of those who may agree for their school: its head and its link person."""
        return self.filter(Q(is_link=True) | Q(job=Affiliation.Job.HEAD))

    def visible_to(self, person: object) -> "AffiliationQuerySet":
        """One's own ties, those at one's schools and at the schools of networks one co-leads."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        schools = person.school_ids() | person.co_led_school_ids
        return self.filter(Q(person=person) | Q(school_id__in=schools))

    def confirmable_by(self, person: Person) -> "AffiliationQuerySet":
        """Ties that wait for this person's word; never their own (see rules.may_confirm_tie)."""
        schools = person.spoken_school_ids() | person.co_led_school_ids
        return self.waiting().filter(school_id__in=schools).exclude(person=person)


class Affiliation(models.Model):
    """A person works at a school. It counts once a co-leader or the school's link confirmed it."""

    confidential = ()
    open = ("job",)

    class Job(models.TextChoices):
        HEAD = "headteacher", _("Headteacher")
        LEADER = "leader", _("Senior or middle leader")
        TEACHER = "teacher", _("Teacher")
        SUPPORT = "support", _("Support staff")
        GOVERNOR = "governor", _("Governor")
        OTHER = "other", _("Other")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="affiliations")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="affiliations")
    job = models.CharField(_("job"), max_length=20, choices=Job, default=Job.TEACHER)
    # True for the person through whom the school is reached; may agree releases for it.
    is_link = models.BooleanField(default=False)
    started_on = models.DateField(default=timezone.localdate)
    ended_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "school"],
                condition=Q(ended_on__isnull=True),
                name="affiliation_once",
            ),
        ]

    @property
    def speaks(self) -> bool:
        """Whether this person may agree a release for the school: its head or its link person."""
        return self.is_link or self.job == self.Job.HEAD


class NewVoiceQuerySet(models.QuerySet["NewVoice"]):
    def visible_to(self, person: object) -> "NewVoiceQuerySet":
        """What one was told oneself, and nobody else."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        return self.filter(told=person)

    def unnoted(self) -> "NewVoiceQuerySet":
        return self.filter(noted_at__isnull=True)


class NewVoice(models.Model):
    """Somebody began to speak for a school for which `told` spoke already.

    It stands on that person's home page until they have noted it, so that nobody can quietly
    speak for a school.
    """

    confidential = ()
    open = ()

    told = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="new_voices")
    tie = models.ForeignKey(Affiliation, on_delete=models.CASCADE, related_name="+")
    # Who invited, confirmed or named the new one; None for the command line.
    brought_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    noted_at = models.DateTimeField(null=True, blank=True)

    objects = NewVoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]


class Role(models.TextChoices):
    """Roles of the field (domain.md, C5). The first group belongs to a network."""

    CO_LEADER = "co_leader", _("Co-leader")
    FACILITATOR = "facilitator", _("Facilitator")
    CRITICAL_FRIEND = "critical_friend", _("Critical friend")
    LA_BROKER = "la_broker", _("Local authority broker")
    UNIVERSITY_PARTNER = "university_partner", _("University partner")
    ACTIVIST = "network_activist", _("Network activist")
    PROGRAMME_OFFICE = "operations", _("Programme office")
    RESEARCHER = "programme_researcher", _("Programme researcher")


NETWORK_ROLES = (
    Role.CO_LEADER,
    Role.FACILITATOR,
    Role.CRITICAL_FRIEND,
    Role.LA_BROKER,
    Role.UNIVERSITY_PARTNER,
    Role.ACTIVIST,
)


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def current(self, on: date | None = None) -> "RoleAssignmentQuerySet":
        on = on or timezone.localdate()
        return self.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=on),
            started_on__lte=on,
            person__is_active=True,
        )


class RoleAssignment(models.Model):
    """Who holds which role where, from when to when, and who appointed them."""

    confidential = ()
    open = ("role",)

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=30, choices=Role)
    network = models.ForeignKey(
        "Network", null=True, blank=True, on_delete=models.CASCADE, related_name="role_assignments"
    )
    started_on = models.DateField(default=timezone.localdate)
    ended_on = models.DateField(null=True, blank=True)
    appointed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["started_on", "pk"]
        # Two constraints because SQLite has no "nulls not distinct".
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "network"],
                condition=Q(ended_on__isnull=True, network__isnull=False),
                name="network_role_once",
            ),
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(ended_on__isnull=True, network__isnull=True),
                name="platform_role_once",
            ),
        ]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> "InvitationQuerySet":
        """Neither accepted nor cancelled; an expired one is still pending until it is renewed."""
        return self.filter(accepted_at__isnull=True, cancelled_at__isnull=True)

    def open(self) -> "InvitationQuerySet":
        """Invitations that can still be taken up."""
        return self.pending().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A single-use letter to one address; only the hash of its token is kept."""

    confidential = ("email", "token_hash")
    open = ("role", "job", "name")

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    network = models.ForeignKey(
        "Network", null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField(max_length=30, choices=Role, blank=True)
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job = models.CharField(max_length=20, choices=Affiliation.Job, blank=True)
    is_link = models.BooleanField(default=False)
    # Only the command line writes such a letter.
    is_site_admin = models.BooleanField(default=False)
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "network",
                condition=Q(
                    accepted_at__isnull=True, cancelled_at__isnull=True, network__isnull=False
                ),
                name="network_invitation_once",
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(
                    accepted_at__isnull=True, cancelled_at__isnull=True, network__isnull=True
                ),
                name="platform_invitation_once",
            ),
        ]

    @classmethod
    def over(cls, until: datetime) -> models.QuerySet["Invitation"]:
        """Letters that have opened nothing since before `until`."""
        return cls.objects.filter(
            Q(accepted_at__lt=until) | Q(cancelled_at__lt=until) | Q(expires_at__lt=until)
        )

    @property
    def is_open(self) -> bool:
        """Whether it can still be taken up."""
        return not self.accepted_at and not self.cancelled_at and self.expires_at > timezone.now()
