"""Visits: one row for each browser that has a session here."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.directory.models.people import Person

BROWSERS = {
    "edge": "Edge", "opera": "Opera", "samsung": "Samsung Internet", "firefox": "Firefox",
    "chrome": "Chrome", "safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iphone": gettext_lazy("an iPhone"),
    "ipad": gettext_lazy("an iPad"),
    "android-phone": gettext_lazy("an Android phone"),
    "android-tablet": gettext_lazy("an Android tablet"),
    "windows": gettext_lazy("Windows"),
    "mac": gettext_lazy("a Mac"),
    "chromebook": gettext_lazy("a Chromebook"),
    "linux": gettext_lazy("Linux"),
}


class VisitQuerySet(models.QuerySet["Visit"]):
    def current(self) -> "VisitQuerySet":
        return self.filter(expires_at__gt=timezone.now())

    def visible_to(self, person: object) -> "VisitQuerySet":
        """One's own, and nobody else's."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        return self.filter(person=person)


class Visit(models.Model):
    """A browser's session (`directory/visits.py`). Of its key only a hash is kept, and what it
    holds is sealed: a copy of the database signs nobody in."""

    confidential = ("key_hash",)
    open = ("device",)

    key_hash = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.CASCADE, related_name="visits"
    )  # none before signing in
    device = models.CharField(max_length=40, blank=True)
    is_shared = models.BooleanField(default=False)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    sealed = models.BinaryField(default=b"")

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "-pk"]

    @property
    def device_words(self) -> str:
        """ "Firefox on a Mac", or as much of it as is known."""
        browser, _slash, system = self.device.partition("/")
        words = {
            "browser": BROWSERS.get(browser) or _("A browser"),
            "system": SYSTEMS.get(system) or _("a device we do not recognise"),
        }
        return _("%(browser)s on %(system)s") % words
