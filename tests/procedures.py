"""Every procedure of the house: the states its thing can be in, and the verbs that move it.

A state is made from the world of tests; a verb takes the thing, who does it, and the world. What
comes of each verb in each state, by whom, is in steps.txt (test_steps.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from exchange.directory import actions as directory
from exchange.directory.models import Role
from exchange.meetings import actions as meetings
from tests import make
from tests import world as worlds
from tests.world import World

State = Callable[[World], Any]
Verb = Callable[[Any, Any, World], Any]
LATER = timezone.now() + timedelta(days=3)
DAY = date(2024, 9, 1)


@dataclass(frozen=True)
class Procedure:
    """The states of one kind of thing, by name, and its verbs: (thing, by, world) -> whatever."""

    states: dict[str, State]
    verbs: dict[str, Verb]


def plain(do: Callable[..., Any], **how: Any) -> Verb:
    """A verb of directory or meetings: the thing first, then who does it."""
    return lambda thing, by, world: do(thing, by=by, **how)


def having(get: State, **fields: Any) -> State:
    """The same thing with other values in its row."""

    def state(world: World) -> Any:
        thing = get(world)
        type(thing)._base_manager.filter(pk=thing.pk).update(**fields)
        thing.refresh_from_db()
        return thing

    return state


def after(get: State, do: Callable[..., Any], who: str, **how: Any) -> State:
    """The same thing after a verb that somebody may do."""

    def state(world: World) -> Any:
        thing, by = get(world), getattr(world.cast, who)
        do(run=thing, by=by, **how) if do.__module__.startswith("exchange.live") else do(
            thing, by=by, **how
        )
        thing.refresh_from_db()
        return thing

    return state


# --- releases ---


def release(world: World) -> Any:
    return world.release


RELEASE = Procedure(
    {
        "asked": release,
        "agreed": after(release, directory.agree_release, "hana"),
        "declined": after(release, directory.decline_release, "hana"),
        "withdrawn": after(
            after(release, directory.agree_release, "hana"), directory.withdraw_release, "hana"
        ),
    },
    {
        "agree_release": plain(directory.agree_release),
        "decline_release": plain(directory.decline_release),
        "withdraw_release": plain(directory.withdraw_release),
    },
)

# --- networks and their schools ---


def membership(world: World) -> Any:
    return world.cast.harbour.memberships.get(school=world.cast.marsh_lane)


MEMBERSHIP = Procedure(
    {
        "asked": lambda w: w.asked,
        "joined": membership,
        "paused": having(membership, status="paused"),
        "left": after(membership, directory.end_membership, "ada"),
        "declined": after(lambda w: w.asked, directory.decline_membership, "hana"),
    },
    {
        "agree_membership": plain(directory.agree_membership),
        "decline_membership": plain(directory.decline_membership),
        "change_membership": plain(
            directory.change_membership, route="brokered", brokered_by="B", joined_on=DAY,
            paused=True,
        ),
        "record_commitment": plain(directory.record_commitment, commitment="C"),
        "end_membership": plain(directory.end_membership),
    },
)  # fmt: skip
NETWORK = Procedure(
    {"ours": lambda w: w.cast.harbour, "another": lambda w: w.cast.fellside},
    {
        "found_network": lambda network, by, world: directory.found_network(
            by=by, name="N", purpose="P", schools=[make.school()]
        ),
        "change_network": plain(
            directory.change_network, name="N", purpose="P", learning_focus="", kind="hub"
        ),
        "add_schools": lambda network, by, world: directory.add_schools(
            network, by=by, schools=[make.school()]
        ),
        "invite": plain(directory.invite, email="new@example.org", role=Role.FACILITATOR),
        "appoint": lambda network, by, world: directory.appoint(
            world.cast.cy, network=network, role=Role.FACILITATOR, by=by
        ),
        "send_message": plain(directory.send_message, to="everyone", subject="S", text="T"),
        "choose_mail": plain(directory.choose_mail, wish="asked"),
        "call_meeting": plain(meetings.call_meeting, title="M", starts_at=LATER),
        "create_run": lambda network, by, world: worlds.run_of(by, network, "step"),
    },
)

# --- people ---


def letter(world: World) -> Any:
    """An invitation of Cy to Harbour."""
    return having(lambda w: w.letter, email=world.cast.cy.email)(world)


LETTER = Procedure(
    {
        "open": letter,
        "taken up": having(letter, accepted_at=timezone.now()),
        "cancelled": having(letter, cancelled_at=timezone.now()),
        "run out": having(letter, expires_at=timezone.now() - timedelta(minutes=1)),
    },
    {
        "accept_invitation": plain(directory.accept_invitation),
        "resend_invitation": plain(directory.resend_invitation),
        "cancel_invitation": plain(directory.cancel_invitation),
    },
)


def role_of(name: str) -> State:
    return lambda world: getattr(world.cast, name).role_assignments.get()


ROLE = Procedure(
    {
        "facilitator": role_of("ben"),
        "critical friend": role_of("eve"),
        "co-leader": role_of("ned"),
        "ended": role_of("ivy"),
        "office": role_of("pam"),
    },
    {"end_role": plain(directory.end_role)},
)


def tie(world: World) -> Any:
    return world.waiting_tie


TIE = Procedure(
    {
        "asked": tie,
        "confirmed": after(tie, directory.confirm_tie, "hana"),
        "ended": after(tie, directory.end_tie, "hana"),
    },
    {
        "confirm_tie": plain(directory.confirm_tie),
        "end_tie": plain(directory.end_tie),
        "set_link": plain(directory.set_link, is_link=True),
    },
)
SCHOOL = Procedure(
    {"open": lambda w: w.cast.eastway, "closed": having(lambda w: w.cast.eastway, closed_on=DAY)},
    {"ask_tie": plain(directory.ask_tie, job="teacher")},
)


def voice(world: World) -> Any:
    return world.voice


VOICE = Procedure(
    {"new": voice, "noted": after(voice, directory.note_voice, "hana")},
    {"note_voice": plain(directory.note_voice)},
)


def message(world: World) -> Any:
    return world.message


MESSAGE = Procedure(
    {"sent": message, "taken back": after(message, directory.take_back_message, "ada")},
    {"take_back_message": plain(directory.take_back_message)},
)


QUESTION = Procedure(
    {"open": lambda w: w.question, "answered": having(lambda w: w.question, answered_at=LATER)},
    {
        "answer_question": plain(directory.answer_question),
        "ask_question": lambda question, by, world: directory.ask_question(
            by=by, kind="question", text="Q"
        ),
    },
)


def change(world: World) -> Any:
    return world.address


def visit(world: World) -> Any:
    return world.visit


ADDRESS = Procedure(
    {"asked": change, "run out": having(change, expires_at=timezone.now() - timedelta(minutes=1))},
    {"change_address": plain(directory.change_address)},
)
CYS = Procedure(
    {"Cy's": lambda w: w.cast.cy},
    {
        "ask_address_change": plain(directory.ask_address_change, email="cy2@example.org"),
        "change_name": plain(directory.change_name, name="N"),
        "export_person": plain(directory.export_person),
        "erase_person": plain(directory.erase_person),
        "end_other_visits": plain(directory.end_other_visits),
        "end_visit": lambda person, by, world: directory.end_visit(world.visit, by=by),
        "untie_sign_on": lambda person, by, world: directory.untie_sign_on(
            SocialAccount.objects.create(user=person, provider="google", uid="u"), by=by
        ),
        "put_step_aside": lambda person, by, world: directory.put_step_aside("first_try", by=by),
    },
)

# --- meetings ---


def meeting(world: World) -> Any:
    return world.meeting


called = having(meeting, code=None, code_token=None, opened_at=None, code_ends_at=None)
GATHERINGS: dict[str, State] = {
    "called": called,
    "open": meeting,
    "ended": after(meeting, meetings.end_meeting, "ben"),
    "cancelled": after(called, meetings.cancel_meeting, "ben"),
}
MEETING = Procedure(
    GATHERINGS,
    {
        "change_meeting": plain(
            meetings.change_meeting, title="M", starts_at=LATER, place="", note="", to="everyone"
        ),
        "answer_meeting": plain(meetings.answer_meeting, comes=True),
        "open_meeting": plain(meetings.open_meeting),
        "end_meeting": plain(meetings.end_meeting),
        "cancel_meeting": plain(meetings.cancel_meeting),
        "add_item": plain(meetings.add_item, title="I", minutes=5),
        "change_item": lambda one, by, world: meetings.change_item(
            one.items.get(), by=by, title="I", minutes=5
        ),
        "move_item": lambda one, by, world: meetings.move_item(one.items.get(), by=by, up=True),
        "remove_item": lambda one, by, world: meetings.remove_item(one.items.get(), by=by),
        "attach_run": lambda one, by, world: meetings.attach_run(
            one.items.get(), world.draft, by=by
        ),
        "write_point": plain(meetings.write_point, text="P", owner=None, due_on=None),
    },
)


def point(world: World) -> Any:
    return world.meeting.points.get()


POINT = Procedure(
    {"to do": point, "done": after(point, meetings.settle_point, "cy")},
    {
        "settle_point": plain(meetings.settle_point),
        "reopen_point": plain(meetings.reopen_point),
        "remove_point": plain(meetings.remove_point),
    },
)
FEED = Procedure(
    {"Ben's": lambda w: None},
    {
        "make_feed": lambda feed, by, world: meetings.make_feed(by=by),
        "keep_feed": lambda feed, by, world: meetings.keep_feed(by=by),
        "end_feed": lambda feed, by, world: meetings.end_feed(by=by),
    },
)

OF_PEOPLE = (
    RELEASE, MEMBERSHIP, NETWORK, LETTER, ROLE, TIE, SCHOOL, VOICE, MESSAGE, QUESTION, ADDRESS, CYS,
    MEETING, POINT, FEED,
)  # fmt: skip
