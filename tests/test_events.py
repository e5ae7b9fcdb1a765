"""The log: every verb of the house leaves one Event, of the right person about the right thing,
and never what somebody wrote."""

import ast
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from exchange.directory import actions as directory
from exchange.directory.deeds import WORDS
from exchange.directory.models import (
    Affiliation,
    Audience,
    Event,
    Membership,
    Release,
    Role,
    StepAside,
)
from exchange.live import actions as live
from exchange.live.actions.one_time import find_code, fresh_code
from exchange.live.models import Facilitating
from exchange.meetings import actions as meetings
from exchange.meetings.models import Feed
from tests import make
from tests import world as worlds
from tests.test_shape import is_test, of, tree
from tests.world import World

#: What people type into the verbs below; it may stand in no event.
TYPED = "~typed~words~"
ADDRESS = "typed@canary.example"

#: Names that the two packages export and that leave no event, each with the reason.
NOT_RECORDED = {
    "find_address_change": "asks only",
    "find_invitation": "asks only",
    "is_released": "asks only",
    "left_without_co_leader": "asks only",
    "why_void": "asks only",
    "on_released": "a dictionary of what follows an answer",
    "on_withdrawn": "a dictionary of what follows an answer",
    "Posted": "a value: a move as it arrives",
    "Reply": "a value: what came of a move",
    "make_claim_code": "asked for by a guest's own phone; its use is told",
    "make_seat_code": "asked for by a seat's own phone, mostly without an account; its use is told",
    "play_moves": "moves stand in the run's own log, without a person",
    "join_run": "taking a seat is a move, mostly of people without an account",
    "cast_ballot": "a secret answer leaves no trace of who, when or in which order",
    "write_learning_note": "private words in one's own record; nobody else ever reads them",
    "keep_table": "a draft of what is typed in from paper, kept while it is typed",
    "keep_room": "the same for the whole room",
    "drop_table": "takes a table off that draft",
    "write_note": "private notes, kept while they are typed; nobody else ever reads them",
}


@dataclass(frozen=True)
class Deed:
    """One verb done once: who does it, what the log calls it, and how; `do` gives its subject."""

    name: str
    who: str
    verb: str
    do: Callable[[World, Any], models.Model]


def found(world: World, by: Any) -> models.Model:
    return directory.found_network(
        by=by, name=TYPED, purpose=TYPED, learning_focus=TYPED, schools=[make.school()]
    )


def added(world: World, by: Any) -> models.Model:
    (made,) = directory.add_schools(
        world.cast.harbour, by=by, schools=[make.school()], route=Membership.Route.BROKERED,
        brokered_by=TYPED,
    )  # fmt: skip
    return made


def accepted(world: World, by: Any) -> models.Model:
    world.letter.email = by.email
    world.letter.save()
    directory.accept_invitation(world.letter, by=by, name=TYPED)
    return world.letter


def untied(world: World, by: Any) -> models.Model:
    directory.untie_sign_on(
        SocialAccount.objects.create(user=by, provider="google", uid=TYPED), by=by
    )
    return by


def asked_of_a_school(world: World, by: Any) -> models.Model:
    world.release.delete()
    (made,) = directory.ask_release(
        world.finding, schools=[world.cast.marsh_lane], network=world.cast.harbour,
        audience=Audience.NETWORK, by=by, removed=TYPED,
    )  # fmt: skip
    return made


def asked_for_a_finding(world: World, by: Any) -> models.Model:
    """One school took part, so there is one question; each has an event of its own."""
    world.release_fellside.delete()
    live.ask_finding_release(finding=world.finding_fellside, by=by)
    return Release.objects.of(world.finding_fellside).get()


def answered(world: World, by: Any) -> models.Model:
    by.email = settings.PRIVACY_CONTACT
    return directory.answer_question(world.question, by=by)


def exported(world: World, by: Any) -> models.Model:
    directory.export_person(by, by=by)
    return by


def gone(world: World, by: Any) -> models.Model:
    directory.erase_person(by, by=by)
    return by


def aside(world: World, by: Any) -> models.Model:
    directory.put_step_aside("first_try", by=by)
    return StepAside.objects.get(person=by)


def tie_of(person: Any, **fields: Any) -> Affiliation:
    person.affiliations.update(**fields)
    return person.affiliations.get()


def member(world: World) -> Membership:
    return world.cast.harbour.memberships.get(school=world.cast.eastway)


def on_run(name: str, do: Callable[..., Any], **how: Any) -> Callable[[World, Any], models.Model]:
    """A verb on one of the world's runs, which is its subject."""

    def done(world: World, by: Any) -> models.Model:
        do(run=getattr(world, name), by=by, **how)
        return getattr(world, name)

    return done


def on_seat(
    do: Callable[..., Any], whose: str = "third", **how: Any
) -> Callable[[World, Any], models.Model]:
    """A verb on a seat of the open run; the run is its subject."""

    def done(world: World, by: Any) -> models.Model:
        do(run=world.open_run, seat=world.guests[whose].seat, by=by, **how)
        return world.open_run

    return done


def with_second(do: Callable[..., Any]) -> Callable[[World, Any], models.Model]:
    """A verb about somebody who was given the desk of the open run, without an event."""

    def done(world: World, by: Any) -> models.Model:
        Facilitating.objects.create(run=world.open_run, person=world.cast.eve)
        do(run=world.open_run, person=world.cast.eve, by=by)
        return world.open_run

    return done


def desk_taken(world: World, by: Any) -> models.Model:
    letters = fresh_code("desk", world.open_run, by=world.cast.ben)
    found = find_code(letters, "desk")
    assert found
    return live.take_desk(code=found, by=by)


def claimed(world: World, by: Any) -> models.Model:
    live.claim_seat(seat=world.guests["third"].seat, by=by)
    return world.open_run


def claimed_by_code(world: World, by: Any) -> models.Model:
    letters = fresh_code("claim", world.open_run, by=None, seat=world.guests["third"].seat)
    found = find_code(letters, "claim")
    assert found
    live.claim_by_code(code=found, by=by)
    return world.open_run


def rejoined(world: World, by: Any) -> models.Model:
    letters = fresh_code("place", world.open_run, by=by, seat=world.guests["third"].seat)
    found = find_code(letters, "place")
    assert found
    live.rejoin(code=found)
    return world.open_run


CHANGED = {"title": TYPED, "setup": {"form": {}}, "minutes": {}}
DIRECTORY = [
    Deed("found_network", "cy", "found_network", found),
    Deed("change_network", "ada", "change_network", lambda w, by: directory.change_network(
        w.cast.harbour, by=by, name=TYPED, purpose=TYPED, learning_focus=TYPED, kind="hub")),
    Deed("add_schools", "ada", "add_school", added),
    Deed("agree_membership", "hana", "agree_membership",
         lambda w, by: directory.agree_membership(w.asked, by=by)),
    Deed("decline_membership", "hana", "decline_membership",
         lambda w, by: directory.decline_membership(w.asked, by=by)),
    Deed("change_membership", "ada", "change_membership", lambda w, by: directory.change_membership(
        member(w), by=by, route="brokered", brokered_by=TYPED, joined_on=date(2024, 9, 1),
        paused=True)),
    Deed("record_commitment", "ada", "record_commitment",
         lambda w, by: directory.record_commitment(member(w), by=by, commitment=TYPED)),
    Deed("end_membership", "ada", "end_membership",
         lambda w, by: directory.end_membership(member(w), by=by)),
    Deed("end_visit", "cy", "end_visit", lambda w, by: directory.end_visit(w.visit, by=by) or by),
    Deed("end_other_visits", "cy", "end_visit",
         lambda w, by: by if directory.end_other_visits(by, by=by) else w.visit),
    Deed("ask_address_change", "cy", "ask_address_change", lambda w, by: (
        directory.ask_address_change(by, by=by, email=ADDRESS).person)),
    Deed("change_address", "hana", "change_address",
         lambda w, by: directory.change_address(w.address, by=by)),
    Deed("untie_sign_on", "cy", "untie_sign_on", untied),
    Deed("change_name", "cy", "change_name",
         lambda w, by: directory.change_name(by, by=by, name=TYPED)),
    Deed("export_person", "cy", "export_person", exported),
    Deed("ask_question", "cy", "ask_question", lambda w, by: directory.ask_question(
        by=by, kind="question", text=TYPED)),
    Deed("answer_question", "pam", "answer_question", answered),
    Deed("erase_person", "hana", "erase_person", gone),
    Deed("ask_tie", "cy", "ask_tie",
         lambda w, by: directory.ask_tie(w.cast.quayside, by=by, job="teacher")),
    Deed("confirm_tie", "hana", "confirm_tie",
         lambda w, by: directory.confirm_tie(w.waiting_tie, by=by)),
    Deed("end_tie", "hana", "end_tie", lambda w, by: directory.end_tie(w.waiting_tie, by=by)),
    Deed("set_link", "hana", "name_link",
         lambda w, by: directory.set_link(tie_of(w.cast.cy), by=by, is_link=True)),
    Deed("set_link", "cy", "unname_link",
         lambda w, by: directory.set_link(tie_of(by, is_link=True), by=by, is_link=False)),
    Deed("send_message", "cy", "send_message", lambda w, by: directory.send_message(
        w.cast.harbour, by=by, to="everyone", subject=TYPED, text=TYPED)),
    Deed("take_back_message", "ada", "take_back_message",
         lambda w, by: directory.take_back_message(w.message, by=by)),
    Deed("choose_mail", "cy", "choose_mail",
         lambda w, by: directory.choose_mail(w.cast.harbour, by=by, wish="asked")),
    Deed("put_step_aside", "cy", "put_step_aside", aside),
    Deed("note_voice", "hana", "note_voice",
         lambda w, by: directory.note_voice(w.voice, by=by)),
    Deed("appoint", "ada", "appoint", lambda w, by: directory.appoint(
        w.cast.cy, network=w.cast.harbour, role=Role.FACILITATOR, by=by)),
    Deed("end_role", "ada", "end_role",
         lambda w, by: directory.end_role(w.cast.eve.role_assignments.get(), by=by)),
    Deed("invite", "ada", "invite", lambda w, by: directory.invite(
        w.cast.harbour, by=by, email=ADDRESS, name=TYPED, role=Role.FACILITATOR)),
    Deed("resend_invitation", "ada", "invite",
         lambda w, by: directory.resend_invitation(w.letter, by=by)),
    Deed("cancel_invitation", "ada", "cancel_invitation",
         lambda w, by: directory.cancel_invitation(w.letter, by=by)),
    Deed("accept_invitation", "cy", "accept_invitation", accepted),
    Deed("ask_release", "ada", "ask_release", asked_of_a_school),
    Deed("agree_release", "hana", "agree_release",
         lambda w, by: directory.agree_release(w.release, by=by)),
    Deed("decline_release", "hana", "decline_release",
         lambda w, by: directory.decline_release(w.release, by=by, reason=TYPED)),
    Deed("withdraw_release", "ada", "withdraw_release",
         lambda w, by: directory.withdraw_release(w.release, by=by)),
]  # fmt: skip
LIVE = [
    Deed("create_run", "ben", "run_created",
         lambda w, by: worlds.run_of(by, w.cast.harbour, "events")),
    Deed("change_run", "ben", "run_changed", on_run(
        "draft", lambda run, **how: live.change_run(run=run, **{**how, "setup": run.setup}),
        **CHANGED)),
    Deed("open_run", "ben", "run_opened", on_run("draft", live.open_run)),
    Deed("lock_door", "ben", "door_locked", on_run("open_run", live.lock_door)),
    Deed("unlock_door", "ben", "door_unlocked", on_run("open_run", live.unlock_door)),
    Deed("close_run", "ben", "run_closed", on_run("open_run", live.close_run)),
    Deed("cancel_run", "ben", "run_cancelled", on_run("open_run", live.cancel_run)),
    Deed("start_typing", "ben", "typing_started", on_run("draft", live.start_typing)),
    Deed("finish_typing", "ben", "run_typed_in", on_run("paper_run", live.finish_typing)),
    Deed("drop_typing", "ben", "typing_erased", on_run("paper_run", live.drop_typing)),
    Deed("label_seat", "ben", "seat_labelled", on_seat(live.label_seat, label=TYPED)),
    Deed("remove_seat", "ben", "seat_removed", on_seat(live.remove_seat)),
    Deed("claim_seat", "dot", "seat_claimed", claimed),
    Deed("claim_by_code", "dot", "seat_claimed", claimed_by_code),
    Deed("watch_door", "ben", "door_watched", on_run("open_run", live.watch_door)),
    Deed("unwatch_door", "ben", "door_unwatched", on_run("open_run", live.unwatch_door)),
    Deed("admit_seat", "ben", "seat_admitted", on_seat(live.admit_seat, "knocking")),
    Deed("admit_everybody", "ben", "seats_admitted", on_run("open_run", live.admit_everybody)),
    Deed("refuse_seat", "ben", "seat_refused", on_seat(live.refuse_seat, "knocking")),
    Deed("make_place_code", "ben", "seat_code_made", on_seat(live.make_place_code)),
    Deed("rejoin", "ben", "seat_rejoined", rejoined),
    Deed("add_facilitator", "ben", "facilitator_added",
         lambda w, by: live.add_facilitator(run=w.open_run, person=w.cast.eve, by=by).run),
    Deed("end_facilitator", "ben", "facilitator_ended", with_second(live.end_facilitator)),
    Deed("hand_over", "ben", "desk_handed_over", with_second(live.hand_over)),
    Deed("make_desk_code", "ben", "desk_code_made", on_run("open_run", live.make_desk_code)),
    Deed("take_desk", "eve", "desk_taken", desk_taken),
    Deed("ask_finding_release", "dot", "ask_release", asked_for_a_finding),
]  # fmt: skip


def on_meeting(do: Callable[..., Any], **how: Any) -> Callable[[World, Any], models.Model]:
    """A verb on the world's meeting, which is its subject."""

    def done(world: World, by: Any) -> models.Model:
        do(world.meeting, by=by, **how)
        return world.meeting

    return done


def on_item(do: Callable[..., Any], **how: Any) -> Callable[[World, Any], models.Model]:
    """A verb on the item of its agenda; the meeting is its subject."""

    def done(world: World, by: Any) -> models.Model:
        do(world.meeting.items.get(), by=by, **how)
        return world.meeting

    return done


def on_point(do: Callable[..., Any]) -> Callable[[World, Any], models.Model]:
    """A verb on its action point."""

    def done(world: World, by: Any) -> models.Model:
        point = world.meeting.points.get()
        do(deepcopy(point), by=by)
        return point

    return done


def called(world: World, by: Any) -> models.Model:
    return meetings.call_meeting(world.cast.harbour, by=by, title=TYPED, **WHEN)


def undone(world: World, by: Any) -> models.Model:
    point = world.meeting.points.get()
    point.done_at = WHEN["starts_at"]
    point.save()
    return meetings.reopen_point(point, by=by)


def moved(world: World, by: Any) -> models.Model:
    later = world.meeting.items.create(title=TYPED, position=9)
    meetings.move_item(later, by=by, up=True)
    return world.meeting


def not_opened(world: World) -> Any:
    world.meeting.code = world.meeting.opened_at = None
    world.meeting.save()
    return world.meeting


def feed_of(by: Any) -> models.Model:
    return Feed.objects.get(person=by)


WHEN = {"starts_at": timezone.now() + timedelta(days=3), "place": TYPED, "note": TYPED}
MEETINGS = [
    Deed("call_meeting", "ada", "call_meeting", called),
    Deed("change_meeting", "ada", "change_meeting",
         on_meeting(meetings.change_meeting, title=TYPED, to="everyone", **WHEN)),
    Deed("answer_meeting", "eve", "answer_meeting",
         on_meeting(meetings.answer_meeting, comes=False, note=TYPED)),
    Deed("open_meeting", "ada", "open_meeting",
         lambda w, by: meetings.open_meeting(not_opened(w), by=by)),
    Deed("end_meeting", "ada", "end_meeting", on_meeting(meetings.end_meeting)),
    Deed("cancel_meeting", "ada", "cancel_meeting",
         lambda w, by: meetings.cancel_meeting(not_opened(w), by=by)),
    Deed("add_item", "ada", "add_item", on_meeting(meetings.add_item, title=TYPED, minutes=5)),
    Deed("change_item", "ada", "change_item",
         on_item(meetings.change_item, title=TYPED, minutes=5, activity="")),
    Deed("move_item", "ada", "move_item", moved),
    Deed("remove_item", "ada", "remove_item", on_item(meetings.remove_item)),
    Deed("attach_run", "ben", "attach_run", lambda w, by: on_item(
        meetings.attach_run, run=w.draft)(w, by)),
    Deed("write_point", "ada", "write_point", lambda w, by: meetings.write_point(
        w.meeting, by=by, text=TYPED, owner=None, due_on=None)),
    Deed("settle_point", "cy", "settle_point", on_point(meetings.settle_point)),
    Deed("reopen_point", "cy", "reopen_point", undone),
    Deed("remove_point", "cy", "remove_point", on_point(meetings.remove_point)),
    Deed("make_feed", "eve", "make_feed",
         lambda w, by: (meetings.make_feed(by=by), feed_of(by))[1]),
    Deed("keep_feed", "ben", "keep_feed",
         lambda w, by: (feed_of(by), meetings.keep_feed(by=by))[0]),
    Deed("end_feed", "ben", "end_feed",
         lambda w, by: (feed_of(by), meetings.end_feed(by=by))[0]),
]  # fmt: skip
ALL = ((directory, DIRECTORY), (live, LIVE), (meetings, MEETINGS))


def test_every_verb_is_done_here_or_has_a_reason() -> None:
    for package, deeds in ALL:
        done = {deed.name for deed in deeds}
        assert done & {*NOT_RECORDED} == set()
        assert sorted(done) == sorted({*package.__all__} - {*NOT_RECORDED})
    assert sorted(NOT_RECORDED) == sorted(
        {*NOT_RECORDED} & {name for package, _ in ALL for name in package.__all__}
    )


def happened(world: World, deed: Deed) -> tuple[list[Any], Any, list[str]]:
    """The events a deed left, what it was about, and their data; all of it undone again."""
    world = deepcopy(world)  # what a deed does to the things in memory is undone by this
    by = world.cast.people()[deed.who]
    before = set(Event.objects.values_list("pk", flat=True))
    with transaction.atomic():
        about = deed.do(world, by)
        rows = Event.objects.exclude(pk__in=before).order_by("pk")
        left = [(row.actor, row.verb, row.subject_kind, row.subject_id) for row in rows]
        held = [f"{row.verb} {row.subject_kind} {json.dumps(row.data)}" for row in rows]
        expected = [(by, deed.verb, about._meta.model_name, about.pk)]
        transaction.set_rollback(True)
    return left, expected, held


def test_each_leaves_one_event_with_actor_verb_and_subject(world: World) -> None:
    for deed in (deed for _, deeds in ALL for deed in deeds):
        left, expected, held = happened(world, deed)
        assert (deed.name, left) == (deed.name, expected)
        assert [words for words in held if TYPED in words or ADDRESS in words] == []


#: What writes an event; `_changed` of the agenda has the verb in third place.
RECORDERS = ("record", "_changed")


def test_every_verb_of_the_log_has_words(world: World) -> None:
    """As a person reads them on the page of what they did."""
    verbs: set[str] = set()
    for path in (path for path in of(".py", below="exchange") if not is_test(path)):
        for node in ast.walk(tree(path)):
            recorded = isinstance(node, ast.Call) and ast.unparse(node.func) in RECORDERS
            at = 2 if recorded and ast.unparse(node.func) == "_changed" else 1
            for one in ast.walk(node.args[at]) if recorded and len(node.args) > at else ():
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    verbs.add(one.value)
    verbs |= set(Event.objects.values_list("verb", flat=True))
    assert sorted(verbs - set(WORDS)) == []


def test_a_write_that_is_no_deed_leaves_none(world: World) -> None:
    """What NOT_RECORDED says of verbs that write: moves, seats, private notes."""
    before = Event.objects.count()
    seat, _token = live.join_run(run=world.open_run, label=TYPED)
    worlds.to(world.open_run, "groups")
    live.write_note(run=world.open_run, text=TYPED, by=world.cast.ben)
    assert (seat.label, Event.objects.count()) == (TYPED, before)
