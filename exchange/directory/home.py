"""The directory's cards on the home page."""

from django.http import HttpRequest

from exchange.directory import rules
from exchange.directory.actions.questions import next_due
from exchange.directory.models import (
    Affiliation,
    Membership,
    NewVoice,
    Person,
    Question,
    Release,
)
from exchange.directory.slots import Filling

#: Who is noted makes room for the next.
FEW = 20


def waiting_card(request: HttpRequest) -> Filling:
    """What waits for the person's word, as counts; nothing for a visitor or when all is done."""
    person = request.user
    if not isinstance(person, Person):
        return None
    counts = {
        "ties": Affiliation.objects.confirmable_by(person).count(),
        "asked": Membership.objects.answerable_by(person).count(),
        "releases": Release.objects.answerable_by(person).count(),
        "no_school": not person.schools and not person.roles,
    }
    return ("directory/_home_waiting.html", counts) if any(counts.values()) else None


def questions_card(request: HttpRequest) -> Filling:
    """How many questions about data wait, for who answers them."""
    person = request.user
    if not isinstance(person, Person) or not rules.answers_questions(person):
        return None
    number = Question.objects.waiting().count()
    words = {"number": number, "due": next_due()}
    return ("directory/_home_questions.html", words) if number else None


def voices_card(request: HttpRequest) -> Filling:
    """Who else speaks for a school of this person since lately, until they have noted it."""
    person = request.user
    if not isinstance(person, Person):
        return None
    told = NewVoice.objects.visible_to(person).unnoted()
    told = told.filter(tie__school__in=person.spoken_school_ids())
    voices = list(told.select_related("tie__person", "tie__school", "brought_by")[:FEW])
    return ("directory/_home_voices.html", {"voices": voices}) if voices else None
