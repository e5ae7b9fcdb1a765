"""Questions and complaints about data, and by when they must be answered."""

import calendar
from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.models.people import Person


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last day where it has none such."""
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, person: object) -> "QuestionQuerySet":
        """Only who answers questions about data for this site (EXCHANGE_PRIVACY_CONTACT)."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        contact = settings.PRIVACY_CONTACT.lower() == person.email.lower()
        return self.all() if contact else self.none()

    def waiting(self) -> "QuestionQuerySet":
        return self.filter(answered_at__isnull=True)


class Question(models.Model):
    """Somebody asks what is done with data, or complains. Answered by letter, outside of here."""

    confidential = ("text", "address")
    open = ("kind",)

    class Kind(models.TextChoices):
        QUESTION = "question", _("A question")
        COPY = "copy", _("I want to see what is stored of me")
        CORRECT = "correct", _("Something about me is wrong")
        ERASE = "erase", _("I want something erased")
        COMPLAINT = "complaint", _("A complaint")
        BARRIER = "barrier", _("Something keeps me from using the site")

    kind = models.CharField(_("What is it?"), max_length=12, choices=Kind, default=Kind.QUESTION)
    text = models.TextField(_("In your words"), max_length=4000, blank=True)
    address = models.EmailField(_("E-mail address for the answer"), blank=True)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="questions"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]

    @property
    def is_late(self) -> bool:
        return self.answered_at is None and self.due_on < timezone.localdate()
