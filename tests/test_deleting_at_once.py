"""One takes a thing away while another changes it (D-27): it is gone, nothing of the change is left
behind, and whoever came too late is told so. Real threads, a real database."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from exchange.core.models import Pack
from exchange.directory import actions as directory
from exchange.directory.models import Affiliation, MailChoice, Message, Person, StepAside
from exchange.live import actions as live
from exchange.live.models import LearningNote, Note, PaperSession, Run, Seat
from exchange.live.plugin import Refused
from exchange.live.tests.holding import hold
from exchange.meetings import actions as meetings
from exchange.meetings.models import Answer, Feed, Item, Point
from tests import make
from tests import world as worlds
from tests.cast import Cast

ROUNDS = 4
FINE = ["done", "late"]
Do = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """Who takes away, who changes (several, each once), and what must then be left: nothing."""

    delete: Do
    changes: tuple[Do, ...]
    left: Callable[[], list[object]]


def outcome(do: Do) -> str:
    """done; late where it was gone, over, or one's account was; anything else is a fault."""
    try:
        do()
    except (ObjectDoesNotExist, PermissionDenied, Refused, ValidationError):
        return "late"
    except Exception as fault:
        return repr(fault)
    return "done"


def together(*all_of_them: Do) -> list[str]:
    """What becomes of each, begun at the same moment by a thread of its own."""
    gate, met = threading.Barrier(len(all_of_them)), [""] * len(all_of_them)

    def one(at: int, do: Do) -> None:
        gate.wait()
        try:
            met[at] = outcome(do)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(all_of_them)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met


def rows(model: Any, **which: Any) -> list[object]:
    return list(model.objects.filter(**which))


def fresh(person: Person) -> Person:
    """As another request has them: with nothing remembered."""
    return Person.objects.get(pk=person.pk)


def soon() -> datetime:
    return timezone.now() + timedelta(days=1)


def a_person() -> Case:
    """Somebody erases themselves while they type in other windows."""
    school = make.school()
    network = make.network(schools=(school, make.school()))
    zeb, ada = make.person("Zebedee"), make.co_leader(network, "Ada")
    make.tie(zeb, school)
    run = hold(ada, network, key="diamond_nine")
    live.join_run(run=run, person=zeb)
    meeting = meetings.call_meeting(network, by=ada, title="M", starts_at=soon())
    me = [fresh(zeb) for _ in range(9)]
    for one in me:
        assert network.pk in one.network_ids  # they were let in a moment ago

    def left() -> list[object]:
        emptied = rows(Person, pk=zeb.pk, name="Former member", is_active=False)
        return [
            *([] if emptied else [zeb.pk]), *rows(MailChoice, person=zeb), *rows(Feed, person=zeb),
            *rows(Message, author=zeb, text__gt=""), *rows(StepAside, person=zeb),
            *rows(LearningNote, person=zeb), *rows(Answer, person=zeb),
            *rows(Affiliation, person=zeb), *rows(Seat, person=zeb), *zeb.address_changes.all(),
        ]  # fmt: skip

    return Case(
        lambda: directory.erase_person(me[0], by=me[0]),
        (
            lambda: directory.change_name(me[1], by=me[1], name="Zebedee Quill"),
            lambda: directory.choose_mail(network, by=me[2], wish="asked"),
            lambda: directory.send_message(network, by=me[3], to="everyone", subject="S", text="T"),
            lambda: live.write_learning_note(run=run, text="N", by=me[4]),
            lambda: meetings.answer_meeting(meeting, by=me[5], comes=True, note="I come."),
            lambda: meetings.make_feed(by=me[6]),
            lambda: directory.put_step_aside("first_try", by=me[7]),
            lambda: directory.ask_tie(make.school(), by=me[8], job="teacher"),
            lambda: directory.ask_address_change(me[8], by=me[8], email="zebedee@example.org"),
        ),
        left,
    )


def a_session() -> Case:
    """A session is cancelled while people sit down, move, and notes are typed."""
    ben = make.person("Ben")
    run = hold(ben, key="diamond_nine")
    seat, _token = live.join_run(run=run)
    run.refresh_from_db()
    posted = live.Posted(run.pk, "deleting-01", "desk", "pause", {})

    def left() -> list[object]:
        kept = Run.objects.get(pk=run.pk)
        things = [*rows(Seat, run=run), *rows(Note, run=run), *kept.moves.all()]
        return [*things, *([kept.room] if kept.room or not kept.cancelled_at else [])]

    return Case(
        lambda: live.cancel_run(run=run, by=ben),
        (
            lambda: live.write_note(run=Run.objects.get(pk=run.pk), text="N", by=ben),
            lambda: live.write_note(run=run, text="M", by=ben),
            lambda: live.write_learning_note(run=run, text="L", by=ben),
            lambda: live.join_run(run=run),
            lambda: live.play_moves([posted]),
            lambda: live.label_seat(run=run, seat=seat, label="L", by=ben),
            lambda: live.lock_door(run=run, by=ben),
        ),
        left,
    )


def sheets() -> Case:
    """What was typed in is erased while another types."""
    ben = make.person("Ben")
    if not Pack.objects.exists():
        make.card_set()
    run = worlds.run_of(ben, None, "sheets")
    live.start_typing(run=run, by=ben)
    table = {"people": "4", "lines": "ABCDEFGHI"}
    return Case(
        lambda: live.drop_typing(run=run, by=ben),
        (
            lambda: live.keep_table(run=run, number=1, sheet=table, by=ben),
            lambda: live.keep_room(run=run, sheet={"findings": "F"}, by=ben),
            lambda: live.drop_table(run=run, number=1, by=ben),
        ),
        lambda: rows(PaperSession, run=run),
    )


def agenda_and_points() -> Case:
    """An item and an action point are taken away while others change them."""
    network = make.network(schools=(make.school(),))
    ada = make.co_leader(network, "Ada")
    meeting = meetings.call_meeting(network, by=ada, title="M", starts_at=soon())
    first = meetings.add_item(meeting, by=ada, title="First", minutes=5)
    item = meetings.add_item(meeting, by=ada, title="I", minutes=5)
    point = meetings.write_point(meeting, by=ada, text="P", owner=None, due_on=None)

    def taken_away() -> None:
        meetings.remove_item(Item.objects.get(pk=item.pk), by=ada)
        meetings.remove_point(Point.objects.get(pk=point.pk), by=ada)

    def again(model: Any, thing: Any) -> Any:
        return model(**{f.attname: getattr(thing, f.attname) for f in model._meta.concrete_fields})

    return Case(
        taken_away,
        (
            lambda: meetings.change_item(again(Item, item), by=ada, title="J", minutes=6),
            lambda: meetings.move_item(again(Item, item), by=ada, up=True),
            lambda: meetings.move_item(first, by=ada, up=False),
            lambda: meetings.settle_point(again(Point, point), by=ada),
            lambda: meetings.reopen_point(again(Point, point), by=ada),
        ),
        lambda: [*rows(Item, pk=item.pk), *rows(Point, pk=point.pk)],
    )


def words() -> Case:
    """A message is taken back, a calendar's address ended, while both are used."""
    network = make.network(schools=(make.school(),))
    ada = make.co_leader(network, "Ada")
    message = directory.send_message(network, by=ada, to="everyone", subject="S", text="T")
    meetings.make_feed(by=ada)

    def taken_back() -> None:
        directory.take_back_message(message, by=ada)
        meetings.end_feed(by=ada)

    return Case(
        taken_back,
        (
            lambda: directory.take_back_message(message, by=ada),
            lambda: meetings.keep_feed(by=ada),
            lambda: meetings.end_feed(by=ada),
        ),
        lambda: [*rows(Feed, person=ada), *rows(Message, pk=message.pk, text__gt="")],
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", [a_person, a_session, sheets, agenda_and_points, words])
def test_what_one_takes_away_while_another_changes_it_is_gone(
    case: Callable[[], Case], settings: Any, tmp_path: Any
) -> None:
    settings.HOME = tmp_path
    for _ in range(ROUNDS):
        here = case()
        met = together(here.delete, *here.changes)
        assert met[0] == "done"
        assert [one for one in met[1:] if one not in FINE] == []
        assert here.left() == []
        assert [outcome(change) for change in here.changes if outcome(change) not in FINE] == []
        assert here.left() == []


def test_what_was_taken_away_meanwhile_is_not_found(cast: Cast, client_of: Any) -> None:
    """The page of whoever comes too late: 404, not a fault."""
    point = worlds.called(cast.harbour, cast.ben, cast.cy).points.get()
    path = reverse("point_removal", args=[point.meeting_id, point.pk])
    assert [client_of(cast.ada).post(path).status_code for _ in range(2)] == [302, 404]
