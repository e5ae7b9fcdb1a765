"""A meeting from the call to the list of what was agreed."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.directory import actions as directory
from exchange.directory.models import MailChoice, Person
from exchange.meetings import actions
from exchange.meetings.models import Answer, Meeting, Point, ends_at, planned
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waits(settings):
    settings.POST_AT_ONCE = False


def soon(days: float = 7):
    return (timezone.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def call(cast, by=None, **more) -> Meeting:
    words = {"title": "Spring", "starts_at": soon(), "place": "Hall", **more}
    return actions.call_meeting(cast.harbour, by=by or cast.ben, **words)


def posted() -> list[str]:
    """All letters that wait go out now; to whom, by name."""
    Letter.objects.update(due_at=timezone.now())
    before = len(mail.outbox)
    while outbox.deliver():
        pass
    names = dict(Person.objects.values_list("email", "name"))
    return sorted(names[letter.to[0]] for letter in mail.outbox[before:])


def words_of(meeting, **more):
    fields = ("title", "starts_at", "place", "note", "to")
    return {name: getattr(meeting, name) for name in fields} | more


# --- calling and answering ---


def test_who_is_invited_is_asked_by_letter(cast):
    directory.choose_mail(cast.harbour, by=cast.eve, wish=MailChoice.Wish.NOTHING)
    call(cast)
    assert posted() == ["Ada", "Cy", "Hana", "Lou", "Ned", "Uma"]
    assert mail.outbox[0].subject.startswith("Harbour network: meeting on ")


def test_only_those_it_is_for(cast):
    call(cast, to="co_leaders")
    assert posted() == ["Ada", "Ned"]


@pytest.mark.parametrize("who", ["cy", "hana", "eve", "dot", "ivy", "max", "pam"])
def test_who_may_not_call_one(cast, who):
    with pytest.raises(PermissionDenied):
        call(cast, by=getattr(cast, who))
    assert (Meeting.objects.count(), Letter.objects.count()) == (0, 0)


def test_the_link_of_a_letter_answers_without_signing_in(cast, client_of):
    meeting = call(cast)
    posted()
    letter = next(one for one in mail.outbox if one.to == [cast.cy.email])
    url = next(line for line in letter.body.splitlines() if "/meetings/letters/" in line)
    path, browser = url.removeprefix("http://localhost:8000"), client_of(None)
    page = browser.get(path)
    assert (page.status_code, page["Referrer-Policy"]) == (200, "strict-origin")
    assert not Answer.objects.filter(person=cast.cy).exists()
    assert browser.post(path, {"comes": "no", "note": "A trip."}).status_code == 200
    assert browser.post(path, {"comes": "perhaps"}).status_code == 422
    answer = Answer.objects.get(person=cast.cy)
    assert (answer.meeting, answer.comes, answer.note) == (meeting, False, "A trip.")
    assert browser.get(f"{path}meeting.ics")["Content-Type"] == "text/calendar; charset=utf-8"
    assert browser.get(reverse("meeting", args=[meeting.pk])).status_code == 302
    actions.answer_meeting(meeting, by=cast.cy, comes=True)
    cast.cy.affiliations.update(ended_on=make.yesterday())
    assert browser.get(path).status_code == 404
    assert browser.get(path[:-2] + "x/").status_code == 404


def test_the_note_is_for_who_called_it(cast, client_of):
    meeting = call(cast)
    url = reverse("meeting_answer", args=[meeting.pk])
    client_of(cast.cy).post(url, {"comes": "no", "note": "The dentist."})
    page = reverse("meeting", args=[meeting.pk])
    reads = [
        name
        for name in ("ada", "ned", "ben", "cy", "hana", "eve")
        if "The dentist." in client_of(getattr(cast, name)).get(page).content.decode()
    ]
    assert reads == ["ada", "ned", "ben", "cy"]


def test_another_time_asks_those_again_who_had_said_yes(cast):
    meeting = call(cast)
    actions.answer_meeting(meeting, by=cast.ned, comes=True)
    actions.answer_meeting(meeting, by=cast.cy, comes=False)
    Letter.objects.all().delete()
    actions.change_meeting(meeting, by=cast.ada, **words_of(meeting, starts_at=soon(8)))
    assert posted() == ["Ben", "Eve", "Hana", "Lou", "Ned", "Uma"]
    assert list(meeting.answers.values_list("person__name", "comes")) == [("Cy", False)]
    meeting.refresh_from_db()
    actions.change_meeting(meeting, by=cast.ada, **words_of(meeting, note="Bring pens."))
    assert posted() == []
    meeting.refresh_from_db()
    assert meeting.sequence == 2


def test_a_change_takes_the_place_of_a_letter_that_waits(cast):
    meeting = call(cast)
    actions.change_meeting(meeting, by=cast.ben, **words_of(meeting, place="Library"))
    posted()
    assert {one.subject.partition(" to ")[0] for one in mail.outbox} == {
        "Harbour network: the meeting has moved"
    }


def test_cancelled_its_letters_are_not_sent_and_everybody_is_told(cast):
    meeting = call(cast)
    actions.cancel_meeting(meeting, by=cast.ben)
    actions.cancel_meeting(meeting, by=cast.ben)
    assert len(posted()) == 7
    assert all("does not take place" in one.subject for one in mail.outbox)
    with pytest.raises(ValidationError):
        actions.answer_meeting(meeting, by=cast.cy, comes=True)
    with pytest.raises(ValidationError):
        actions.open_meeting(meeting, by=cast.ben)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"title": ""}, "title"),
        ({"starts_at": "yesterday"}, "starts_at"),
        ({"starts_at": "2001-01-01T10:00"}, "starts_at"),
        ({"starts_at": "9999-99-99T10:00"}, "starts_at"),
        ({"to": "pupils"}, "to"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_bad_words_are_refused(cast, client_of, words, field):
    full = {"title": "Spring", "starts_at": f"{soon():%Y-%m-%dT%H:%M}", "to": "everyone"}
    url = reverse("meeting_new", args=[cast.harbour.pk])
    page = client_of(cast.ben).post(url, {**full, **words})
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert Meeting.objects.count() == 0


# --- the agenda ---


def test_an_agenda_has_times_and_an_order(cast):
    meeting = call(cast)
    for title, minutes in (("One", 10), ("Two", 75), ("Three", 15)):
        actions.add_item(meeting, by=cast.ben, title=title, minutes=minutes)
    first, second, third = meeting.items.all()
    actions.move_item(third, by=cast.ada, up=True)
    actions.move_item(first, by=cast.ada, up=True)  # it is first already
    items = list(meeting.items.all())
    start = meeting.starts_at
    assert [(item.title, at - start) for item, at in planned(meeting, items)] == [
        ("One", timedelta(0)),
        ("Three", timedelta(minutes=10)),
        ("Two", timedelta(minutes=25)),
    ]
    assert ends_at(meeting, items) - start == timedelta(minutes=100)
    actions.remove_item(second, by=cast.ben)
    assert [item.title for item in meeting.items.all()] == ["One", "Three"]
    with pytest.raises(PermissionDenied):
        actions.add_item(meeting, by=cast.cy, title="Mine", minutes=5)


def test_forty_items_are_enough(cast):
    meeting = call(cast)
    for number in range(40):
        meeting.items.create(title=str(number), position=number)
    with pytest.raises(ValidationError, match="40 items"):
        actions.add_item(meeting, by=cast.ben, title="More", minutes=5)


# --- what was agreed ---


def test_who_does_what_by_when(cast, client_of):
    meeting = call(cast)
    url = reverse("points", args=[meeting.pk])
    ben, day = client_of(cast.ben), timezone.localdate() + timedelta(days=9)
    ben.post(url, {"text": "Ask two pupils", "owner": cast.cy.pk, "due_on": day.isoformat()})
    point = Point.objects.get()
    assert (point.owner, point.due_on, point.is_late) == (cast.cy, day, False)
    assert "Ask two pupils" in client_of(cast.cy).get(reverse("home")).content.decode()
    stranger = ben.post(url, {"text": "Go away", "owner": cast.dot.pk})
    assert (stranger.status_code, Point.objects.count()) == (422, 1)
    done = reverse("point_done", args=[meeting.pk, point.pk])
    assert client_of(cast.eve).post(done).status_code == 403
    client_of(cast.cy).post(done, {"done": "yes"})
    point.refresh_from_db()
    assert (point.done_by, list(Point.objects.of(cast.cy))) == (cast.cy, [])
    client_of(cast.cy).post(done, {"done": "no"})
    point.refresh_from_db()
    assert (point.done_at, point.done_by) == (None, None)


def test_undertaken_late_is_said(cast):
    meeting = call(cast)
    point = actions.write_point(
        meeting, by=cast.ben, text="x", owner=cast.cy, due_on=make.yesterday()
    )
    assert point.is_late
    assert not actions.settle_point(point, by=cast.cy).is_late


def test_a_member_without_a_role_writes_none_down(cast, client_of):
    meeting = call(cast)
    answer = client_of(cast.cy).post(reverse("points", args=[meeting.pk]), {"text": "x"})
    assert (answer.status_code, Point.objects.count()) == (403, 0)


# --- ending ---


def test_a_meeting_that_was_opened_ends_and_is_not_cancelled(cast, client_of):
    meeting = actions.open_meeting(call(cast), by=cast.ben)
    page = client_of(cast.ben).post(reverse("meeting_cancellation", args=[meeting.pk]))
    assert page.status_code == 409
    answer = client_of(cast.ben).post(reverse("meeting_end", args=[meeting.pk]))
    assert [str(one) for one in get_messages(answer.wsgi_request)] == [
        "The meeting is over. Its code leads nowhere any more."
    ]
    meeting.refresh_from_db()
    assert (meeting.code, meeting.is_open, meeting.is_over) == (None, False, True)
    with pytest.raises(ValidationError):
        actions.end_meeting(meeting, by=cast.ben)


def test_who_called_it_leads_it_only_while_they_have_a_role(cast):
    meeting = call(cast)
    cast.ben.role_assignments.update(ended_on=make.yesterday())
    make.tie(cast.ben, cast.quayside)
    cast.ben.forget_rights()
    with pytest.raises(PermissionDenied):
        actions.change_meeting(meeting, by=cast.ben, **words_of(meeting))
