"""Asking about data, and answering in time."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core import outbox
from exchange.core.permission import require
from exchange.directory import rules
from exchange.directory.models import Person, Question
from exchange.directory.models.events import record
from exchange.directory.models.questions import a_month_after

KIND = "data_question"
PRESSED_TWICE = timedelta(minutes=10)


@transaction.atomic
def ask_question(*, by: Person | None, kind: str, text: str, address: str = "") -> Question:
    """Ask what is done with data, or complain; due in a month. `by` is None for a stranger, who
    then gives the address for the answer. The same words within ten minutes are one question.

    The data-protection contact gets a letter that says so, without the words.
    """
    if by is None and not address:
        raise ValidationError({"address": _("Write where the answer should go.")})
    lately = timezone.now() - PRESSED_TWICE
    same = Question.objects.filter(person=by, kind=kind, text=text, address=address)
    if there := same.filter(asked_at__gt=lately).first():
        return there
    due = a_month_after(timezone.localdate())
    question = Question.objects.create(person=by, kind=kind, text=text, address=address, due_on=due)
    record(by, "ask_question", question, kind=kind)
    words = {"question": question, "url": settings.BASE_URL + reverse("questions")}
    letter = EmailMultiAlternatives(
        subject=render_to_string("directory/mail/question_subject.txt", words),
        body=render_to_string("directory/mail/question.txt", words),
        to=[settings.PRIVACY_CONTACT],
    )
    outbox.post(letter, kind=KIND, about=question.pk)
    return question


@transaction.atomic
def answer_question(question: Question, *, by: Person) -> Question:
    """Note that it was answered, by letter. A second time changes nothing."""
    require(
        rules.answers_questions(by), _("Only the data-protection contact of this site answers.")
    )
    question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if question.answered_at is None:
        question.answered_at, question.answered_by = timezone.now(), by
        question.save(update_fields=["answered_at", "answered_by"])
        record(by, "answer_question", question)
    return question


def answered_before(until: datetime) -> QuerySet[Question]:
    """What was answered so long ago that it goes."""
    return Question.objects.filter(answered_at__lt=until)


def next_due() -> date | None:
    """By when the most pressing one must be answered."""
    return Question.objects.waiting().values_list("due_on", flat=True).order_by("due_on").first()
