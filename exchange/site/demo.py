"""The demonstration: an invented network, made by the same actions that everybody uses.

`prepare` may be called at every start: what is there stays, what is missing is made, and the
waiting session gets a fresh code.
"""

from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from exchange.directory import actions as directory
from exchange.directory.actions.invitations import write_letter
from exchange.directory.models import Affiliation, Event, Membership, Network, Person, School
from exchange.live import actions as live
from exchange.live.codes import show_code
from exchange.live.models import Run
from exchange.meetings import actions as meetings
from exchange.site import demo_session
from exchange.site.demo_words import (
    COMMITMENTS,
    FOCUS,
    INVITED,
    MEETING,
    MESSAGES,
    NETWORK,
    PASSWORD,
    PEOPLE,
    PURPOSE,
    REGISTER,
    SCHOOLS,
    TO_HOLD,
    UNDERTOOK,
    WAITING,
    Somebody,
    Welcome,
)

#: The network is some weeks old, so that its dates look like a network's.
AGE = timedelta(days=75)


def prepare() -> Welcome:
    """Make what is missing, open the waiting session anew, and say how to look around."""
    with transaction.atomic():
        network = Network.objects.filter(name=NETWORK, is_invented=True).first()
        if network is None:
            network = make_network()
            demo_session.hold(network)
        live.open_run(run=waiting_run(network), by=person("ben"))
    return welcome()


def welcome() -> Welcome:
    """How to look around now; the code is empty when no session waits."""
    waits = Run.objects.open().filter(network__is_invented=True, title=TO_HOLD).first()
    code = show_code(waits.code) if waits else ""
    return Welcome(
        url=settings.BASE_URL,
        code=code,
        join_url=settings.BASE_URL + reverse("join_code", args=[code]) if code else "",
        mail_url=settings.BASE_URL + reverse("demo_mail"),
        password=PASSWORD,
        people=tuple(one for one in PEOPLE if one.says),
    )


def told(found: Welcome) -> str:
    """The same for the terminal."""
    people = [f"    {one.email:<18} {one.says}" for one in found.people]
    return "\n".join(
        [
            "",
            "Learning Exchange: a demonstration. Its schools, people and results are invented.",
            "",
            f"  Open       {found.url}",
            f"  Join code  {found.code}   {found.join_url}",
            f"  Letters    {found.mail_url}",
            f"  Sign in    with the password {found.password} as",
            *people,
            "",
            "  Stop with Ctrl-C.",
        ]
    )


def person(key: str) -> Person:
    """An invented person, fresh from the database."""
    return Person.objects.get(email=f"{key}@example.org")


def school(key: str) -> School:
    """An invented school."""
    number = str(1 + list(SCHOOLS).index(key))
    return School.objects.get(register=REGISTER, number=number)


def make_network() -> Network:
    """Found the network with its seven schools and bring its people in."""
    for number, name in enumerate(SCHOOLS.values(), 1):
        School.objects.get_or_create(
            register=REGISTER, number=str(number),
            defaults={"name": name, "phase": "Primary", "town": "Harbour", "kind": "Invented"},
        )  # fmt: skip
    founder, *others = PEOPLE
    ada = newcomer(founder)
    # Nobody is there yet who could confirm the first tie.
    Affiliation.objects.create(
        person=ada, school=school(founder.school), job=founder.job, confirmed_at=timezone.now()
    )
    network = directory.found_network(
        by=person("ada"), name=NETWORK, purpose=PURPOSE, learning_focus=FOCUS,
        schools=[school(key) for key in SCHOOLS],
    )  # fmt: skip
    for one in others:
        bring_in(network, one)
    directory.set_link(tie_of("ada"), by=person("ned"), is_link=True)
    newcomer(WAITING)
    directory.ask_tie(school(WAITING.school), by=person(WAITING.key), job=WAITING.job)
    directory.invite(
        network, by=person("ada"), email=INVITED.email, name=INVITED.name, role=INVITED.role
    )
    for key, words in COMMITMENTS.items():
        membership = Membership.objects.get(network=network, school=school(key))
        directory.record_commitment(membership, by=person("ada"), commitment=words)
    age(network)
    for key, subject, text in MESSAGES:
        directory.send_message(network, by=person(key), to="everyone", subject=subject, text=text)
    call_meeting(network)
    return network


def call_meeting(network: Network) -> None:
    """A meeting in a week, with its agenda, some answers, and what two people undertook."""
    title, place, note, items = MEETING
    day = timezone.localtime() + timedelta(days=7)
    meeting = meetings.call_meeting(
        network, by=person("ada"), title=title, place=place, note=note,
        starts_at=day.replace(hour=15, minute=30, second=0, microsecond=0),
    )  # fmt: skip
    for words, minutes, activity in items:
        meetings.add_item(
            meeting, by=person("ada"), title=words, minutes=minutes, activity=activity
        )
    meetings.answer_meeting(meeting, by=person("ned"), comes=True)
    meetings.answer_meeting(meeting, by=person("cy"), comes=False, note="A parents' evening.")
    for key, words in UNDERTOOK:
        meetings.write_point(
            meeting, by=person("ada"), text=words, owner=person(key), due_on=day.date()
        )


def newcomer(one: Somebody) -> Person:
    """An account with the shared password."""
    made = Person.objects.create_user(one.email, None, one.name)
    made.password = shared_password()
    made.save(update_fields=["password"])
    return made


@cache
def shared_password() -> str:
    """The hash of the one password; made once, because making it is meant to be slow."""
    return make_password(PASSWORD)


def tie_of(key: str) -> Affiliation:
    return Affiliation.objects.current().get(person=person(key))


def bring_in(network: Network, one: Somebody) -> None:
    """Somebody of a school names it and is confirmed; somebody from outside gets a letter."""
    if not one.school:
        letter, _token = write_letter(
            network, by=person("ada"), email=one.email, role=one.role, post=False
        )
        directory.accept_invitation(letter, by=None, name=one.name, password=PASSWORD)
        return
    newcomer(one)
    tie = directory.ask_tie(school(one.school), by=person(one.key), job=one.job)
    directory.confirm_tie(tie, by=person("ada"))
    if one.link:
        directory.set_link(tie, by=person("ada"), is_link=True)
    if one.role:
        directory.appoint(person(one.key), network=network, role=one.role, by=person("ada"))


def age(network: Network) -> None:
    """Date the network's beginnings back."""
    then = timezone.now() - AGE
    day = timezone.localdate(then)
    Network.objects.filter(pk=network.pk).update(is_invented=True, founded_at=then)
    Membership.objects.filter(network=network).update(joined_on=day, agreed_at=then)
    network.role_assignments.update(started_on=day)
    Affiliation.objects.confirmed().filter(school__register=REGISTER).update(
        started_on=day, asked_at=then, confirmed_at=then
    )
    Event._base_manager.filter(network=network).update(at=then)
    network.refresh_from_db()


def waiting_run(network: Network) -> Run:
    """The session that waits to be joined; a new one when the last was closed or cancelled."""
    waits = Run.objects.filter(
        network=network, title=TO_HOLD, closed_at=None, cancelled_at=None
    ).first()
    return waits or demo_session.set_up(
        network, title=TO_HOLD, cards="learning_between_schools", criterion="most helpful"
    )
