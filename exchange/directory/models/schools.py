"""Schools and school groups as a public register names them."""

from datetime import date

from django.db import models
from django.db.models import F, FloatField, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.register import COUNTRIES
from exchange.directory.register.rows import UNKNOWN_DATE, Country


def _open_on(day: date | None) -> Q:
    """Not closed on `day` (default today); a closing date that lies ahead is still open."""
    return Q(closed_on__isnull=True) | Q(closed_on__gt=day or timezone.localdate())


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, person: object) -> "SchoolQuerySet":
        """The register is public: anybody who is signed in may look up a school."""
        return self.all() if getattr(person, "is_authenticated", False) else self.none()

    def open(self, on: date | None = None) -> "SchoolQuerySet":
        """Schools that are not closed on a day (default today)."""
        return self.filter(_open_on(on))

    def by_distance(self, easting: int, northing: int) -> "SchoolQuerySet":
        """Schools whose place is known, nearest first (square of the distance on the grid)."""
        # As floats: the square of a distance across a country is too large for an integer.
        across = Cast(F("easting"), FloatField()) - float(easting)
        up = Cast(F("northing"), FloatField()) - float(northing)
        return (
            self.filter(easting__isnull=False, northing__isnull=False)
            .annotate(distance2=across * across + up * up)
            .order_by("distance2", "pk")
        )


class School(models.Model):
    """One school of one register; `number` is that register's own (in England the URN).

    A closed school stays, with its date: memberships, runs and findings point at it.
    """

    confidential = ()
    open = (
        "register", "number", "name", "phase", "kind", "authority_code", "authority",
        "street", "locality", "town", "county", "postcode", "website",
    )  # fmt: skip

    register = models.CharField(max_length=20, default="england")
    number = models.CharField(_("register number"), max_length=20)
    name = models.CharField(_("name"), max_length=200)
    phase = models.CharField(_("phase"), max_length=60, blank=True)
    kind = models.CharField(_("type of school"), max_length=80, blank=True)
    authority_code = models.CharField(max_length=10, blank=True)
    authority = models.CharField(_("local authority"), max_length=80, blank=True)
    street = models.CharField(max_length=120, blank=True)
    locality = models.CharField(max_length=200, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    county = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    website = models.CharField(max_length=300, blank=True)
    low_age = models.PositiveSmallIntegerField(null=True, blank=True)
    high_age = models.PositiveSmallIntegerField(null=True, blank=True)
    # Metres on the register's national grid.
    easting = models.PositiveIntegerField(null=True, blank=True)
    northing = models.PositiveIntegerField(null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    # UNKNOWN_DATE: closed, nobody knows when. Ask `is_open`, or the queryset's `open()`.
    closed_on = models.DateField(null=True, blank=True)
    # When we last learned something about this school; the search notices a change by it.
    noted_at = models.DateTimeField(auto_now=True, db_index=True)
    groups: "models.ManyToManyField[SchoolGroup, GroupLink]" = models.ManyToManyField(
        "SchoolGroup", through="GroupLink", related_name="schools"
    )

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="school_number_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_on is None or self.closed_on > timezone.localdate()

    @property
    def closing_date(self) -> date | None:
        """The closing date if there is one that anybody knows."""
        return None if self.closed_on == UNKNOWN_DATE else self.closed_on

    @property
    def country(self) -> Country | None:
        """The register this school stands in, or None if it is no longer served."""
        return COUNTRIES.get(self.register)

    @property
    def address(self) -> list[str]:
        """The lines of the address that are known."""
        lines = (self.street, self.locality, self.town, self.county, self.postcode)
        return [line for line in lines if line]

    @property
    def website_url(self) -> str:
        """The website as an address to follow, or "" where it is not plainly one."""
        site = self.website.strip()
        if any(sign in site for sign in " <>\"'\\") or "." not in site:
            return ""
        if site.casefold().startswith(("http://", "https://")):
            return site
        return "" if ":" in site.split("/")[0] or site.startswith("/") else f"http://{site}"


class SchoolGroupQuerySet(models.QuerySet["SchoolGroup"]):
    def open(self, on: date | None = None) -> "SchoolGroupQuerySet":
        """Groups that are not closed on a day (default today)."""
        return self.filter(_open_on(on))


class SchoolGroup(models.Model):
    """A trust, federation, sponsor or collaboration of the register."""

    confidential = ()
    open = ("register", "number", "name", "kind")

    register = models.CharField(max_length=20, default="england")
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=80, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = SchoolGroupQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="school_group_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_on is None or self.closed_on > timezone.localdate()

    @property
    def closing_date(self) -> date | None:
        """The closing date if there is one that anybody knows."""
        return None if self.closed_on == UNKNOWN_DATE else self.closed_on


class GroupLink(models.Model):
    """A school belongs to a group of the register, from a date where it is known."""

    confidential = ()
    open = ()

    group = models.ForeignKey(SchoolGroup, on_delete=models.CASCADE, related_name="links")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="group_links")
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "school"],
                condition=Q(left_on__isnull=True),
                name="group_link_once",
            ),
        ]


class RegisterReading(models.Model):
    """One file of a register was read: when, which kind, and what it changed."""

    confidential = ()
    open = ("register", "kind")

    register = models.CharField(max_length=20)
    kind = models.CharField(max_length=80)
    read_at = models.DateTimeField(default=timezone.now)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-read_at", "-pk"]
