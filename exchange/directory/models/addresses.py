"""A new e-mail address that has yet to prove itself."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.models.people import Person


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    def waiting(self) -> "AddressChangeQuerySet":
        """Neither done nor replaced nor too old."""
        open_ones = self.filter(done_at__isnull=True, cancelled_at__isnull=True)
        return open_ones.filter(expires_at__gt=timezone.now())

    def visible_to(self, person: object) -> "AddressChangeQuerySet":
        """One's own, and nobody else's."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        return self.filter(person=person)


class AddressChange(models.Model):
    """Somebody asked that their account have another address; it counts once the letter sent
    there was answered. Only the hash of that letter's token is kept."""

    confidential = ("email", "token_hash")
    open = ()

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="address_changes")
    email = models.EmailField(_("e-mail address"))
    token_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
