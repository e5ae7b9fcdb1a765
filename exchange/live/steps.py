"""First steps that lead to a session, a record, a try: what live offers on the home page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.directory.models import Network, Person
from exchange.directory.slots import Step
from exchange.live import rules
from exchange.live.discovery import activities
from exchange.live.learning import sessions_of
from exchange.live.models import LearningNote, Run, Seat


def first_session(person: Person) -> Step | None:
    """Whoever may hold sessions in a network, and has not held one yet, sets one up."""
    may = [
        r.network_id
        for r in person.roles
        if r.network_id and r.role in rules.HOLDS_SESSIONS
    ]  # fmt: skip
    offered = next(iter(activities().values()), None)
    if not may or offered is None:
        return None
    if Run.objects.filter(facilitator=person, network__isnull=False).exists():
        return None
    network = Network.objects.get(pk=may[0])
    return Step(
        "first_session",
        _("Set up a first session for %s") % network,
        _(
            "A question, a set of cards, and you have a code that people join by. Nobody is told "
            "until you open the door."
        ),
        f"{reverse('run_new', args=[offered.key])}?network={network.pk}",
        _("Set up a session"),
    )  # fmt: skip


def first_note(person: Person) -> Step | None:
    """Whoever sat in a session writes what they take from it: a record of learning begins."""
    if LearningNote.objects.filter(person=person).exists():
        return None
    sat = Seat.objects.taken().filter(person=person).values("run")
    run = sessions_of(person).filter(pk__in=sat).defer("state", "setup").first()
    if run is None:
        return None
    return Step(
        "first_note",
        _("Write what you take from your session"),
        _(
            "You sat in “%s”. Two sentences begin your record of learning. Only you read it; you can "
            "take it away as PDF."
        )
        % run.title,
        reverse("learning_note", args=[run.pk]),
        _("Write it down"),
    )  # fmt: skip


def first_try(person: Person) -> Step | None:
    """Whoever has not been in any session tries an activity, alone or with friends."""
    offered = next(iter(activities().values()), None)
    if offered is None or Run.objects.taken_part_in(person).exists():
        return None
    return Step(
        "first_try",
        _("Try %s") % offered.title,
        _("Alone or with friends, without a network. Everything is filled in; it is erased after 30 days."),
        reverse("run_trial", args=[offered.key]),
        _("Try it"),
    )  # fmt: skip
