"""Messages: to whom they go, who reads them, taking back, and how much mail each wants."""

import time
from datetime import datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.directory import actions, digest, post
from exchange.directory.models import Audience, Event, MailChoice, Message, Person
from tests import make

pytestmark = pytest.mark.django_db
To, Wish = Message.To, MailChoice.Wish
EVERYBODY = ["Ada", "Ben", "Cy", "Eve", "Hana", "Lou", "Ned", "Uma"]


@pytest.fixture(autouse=True)
def waits(settings):
    settings.POST_AT_ONCE = False


def send(cast, by=None, to=To.EVERYONE, **more) -> Message:
    words = {"subject": "Visit", "text": "Who comes to Quayside?", **more}
    message = actions.send_message(cast.harbour, by=by or cast.ada, to=to, **words)
    message.sent_at = timezone.now()  # the default was read before a test set the clock
    message.save()
    return message


def wish(cast, person, how) -> None:
    actions.choose_mail(cast.harbour, by=person, wish=how)


def posted() -> list[str]:
    """All letters that wait go out now; to whom, by name."""
    Letter.objects.update(due_at=timezone.now())
    before = len(mail.outbox)
    while outbox.deliver():
        pass
    names = dict(Person.objects.values_list("email", "name"))
    return sorted(names[letter.to[0]] for letter in mail.outbox[before:])


def readers(message: Message) -> list[str]:
    people = Person.objects.all()
    return [one.name for one in people if message in Message.objects.visible_to(one)]


@pytest.mark.parametrize(
    ("to", "who"),
    [
        (To.EVERYONE, EVERYBODY),
        (To.CO_LEADERS, ["Ada", "Ben", "Ned"]),
        (To.SPEAKERS, ["Ben", "Hana"]),
    ],
)
def test_who_reads_a_message(cast, to, who):
    message = send(cast, by=cast.ben, to=to)
    assert readers(message) == who
    assert sorted(one.name for one in message.readers()) == sorted({*who} - {"Ben"})


def test_who_left_reads_it_no_more_and_who_comes_does(cast):
    message = send(cast, by=cast.ben, to=To.CO_LEADERS)
    cast.ned.role_assignments.update(ended_on=make.yesterday())
    make.role(cast.eve, "co_leader", cast.harbour)
    assert readers(message) == ["Ada", "Ben", "Eve"]


def test_only_people_of_the_network_write(cast):
    for stranger in (cast.dot, cast.ivy, cast.max, cast.pam, cast.rae):
        with pytest.raises(PermissionDenied):
            send(cast, by=stranger)
    assert Message.objects.count() == 0


def test_each_wish_and_the_letter_it_gets(cast):
    for person, how in (
        (cast.ned, Wish.EVERYTHING),
        (cast.cy, Wish.ASKED),
        (cast.eve, Wish.NOTHING),
    ):
        wish(cast, person, how)
    send(cast)
    assert posted() == ["Ned"]
    (letter,) = mail.outbox
    assert letter.subject == "Harbour network: Visit"
    assert [line for line in letter.body.splitlines() if "@" in line] == []


def test_a_letter_holds_no_address_but_its_readers(cast):
    wish(cast, cast.ned, Wish.EVERYTHING)
    send(cast)
    posted()
    raw = mail.outbox[0].message().as_string()
    found = [one.name for one in Person.objects.all() if one.email in raw]
    assert found == ["Ned"]


@pytest.mark.parametrize("ending", ["taken back", "left", "another wish", "closed"])
def test_a_letter_that_waits_is_asked_about_before_it_goes(cast, ending):
    wish(cast, cast.ned, Wish.EVERYTHING)
    message = send(cast)
    if ending == "taken back":
        actions.take_back_message(message, by=cast.ada)
    elif ending == "left":
        cast.ned.role_assignments.update(ended_on=make.yesterday())
        cast.ned.affiliations.update(ended_on=make.yesterday())
    elif ending == "another wish":
        wish(cast, cast.ned, Wish.WEEKLY)
    else:
        Person.objects.filter(pk=cast.ned.pk).update(is_active=False)
    assert (posted(), Letter.objects.count()) == ([], 0)


def test_taken_back_its_words_are_gone(cast, client_of):
    message = send(cast)
    with pytest.raises(PermissionDenied):
        actions.take_back_message(message, by=cast.ned)
    url = reverse("message_retraction", args=[cast.harbour.pk, message.pk])
    assert client_of(cast.ned).post(url).status_code == 403
    assert client_of(cast.ada).post(url).url == reverse("network_messages", args=[cast.harbour.pk])
    actions.take_back_message(message, by=cast.ada)  # a second time changes nothing
    message.refresh_from_db()
    assert (message.subject, message.text, message.taken_back_by) == ("", "", cast.ada)
    assert Event.objects.filter(verb="take_back_message").count() == 1
    page = client_of(cast.ned).get(reverse("message", args=[cast.harbour.pk, message.pk]))
    assert "Taken back by its author." in page.content.decode()


def test_pressed_twice_it_is_sent_once_and_five_an_hour_are_enough(cast, client_of):
    ada, url = client_of(cast.ada), reverse("network_messages", args=[cast.harbour.pk])
    words = {"to": "everyone", "subject": "Visit", "text": "Who comes?", "once": "a" * 22}
    answers = [ada.post(url, words) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert Message.objects.count() == 1
    for number in range(4):
        send(cast, subject=str(number))
    late = ada.post(url, {**words, "once": "b" * 22})
    assert (late.status_code, late["Retry-After"], Message.objects.count()) == (429, "3600", 5)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"text": "x" * 4001}, "text"),
        ({"to": "pupils"}, "to"),
        ({"subject": "\u202e\x00"}, "subject"),
        ({"once": "<script>"}, "once"),
    ],
)
def test_bad_words_are_refused(cast, client_of, words, field):
    full = {"to": "everyone", "subject": "Visit", "text": "Who comes?", **words}
    page = client_of(cast.ada).post(reverse("network_messages", args=[cast.harbour.pk]), full)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert Message.objects.count() == 0


def test_a_subject_is_one_line_in_the_letter(cast):
    wish(cast, cast.ned, Wish.EVERYTHING)
    send(cast, subject="Visit\nBcc: everybody@example.org")
    assert posted() == ["Ned"]
    letter = mail.outbox[0].message()
    assert (letter["Subject"], letter["Bcc"]) == (
        "Harbour network: Visit Bcc: everybody@example.org", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "due"),
    [("06:59", "25 07:00"), ("07:00", "25 07:00"), ("17:59", "25 17:59"), ("18:00", "26 07:00")],
)
def test_no_letter_outside_the_hours(at, due):
    moment = timezone.make_aware(datetime.fromisoformat(f"2026-06-25T{at}"))
    assert f"{timezone.localtime(post.civil(moment)):%d %H:%M}" == due


def test_in_the_demonstration_a_letter_comes_at_any_hour(settings):
    settings.DEMO = True
    moment = timezone.make_aware(datetime.fromisoformat("2026-06-25T21:00"))
    assert post.civil(moment) == moment


def test_the_link_in_a_letter_chooses_without_signing_in(cast, client_of):
    wish(cast, cast.ned, Wish.EVERYTHING)
    send(cast)
    posted()
    url = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    path = url.removeprefix("http://localhost:8000")
    browser = client_of(None)
    page = browser.get(path)
    assert (page.status_code, page["Referrer-Policy"]) == (200, "strict-origin")
    assert MailChoice.wishes(cast.harbour, [cast.ned]) == {cast.ned.pk: "everything"}
    assert browser.post(path, {"wish": "asked"}).status_code == 200
    assert MailChoice.wishes(cast.harbour, [cast.ned]) == {cast.ned.pk: "asked"}
    # what a mail program posts (RFC 8058), from anywhere, without a token of ours
    one_click = browser.post(path, {"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert MailChoice.wishes(cast.harbour, [cast.ned]) == {cast.ned.pk: "nothing"}
    assert browser.get(reverse("network", args=[cast.harbour.pk])).status_code == 302
    assert "_auth_user_id" not in browser.session


def test_links_that_are_not_ours_open_nothing(cast, client_of):
    good = post.choice_url(cast.ned, cast.harbour).rsplit("/", 2)[1]
    for token in ("x", good[:-2], good + "a", good.replace(":", "", 1)):
        page = client_of(None).post(reverse("mail_choice", args=[token]), {"wish": "nothing"})
        assert page.status_code == 404
    cast.ned.role_assignments.update(ended_on=make.yesterday())
    cast.ned.affiliations.update(ended_on=make.yesterday())
    page = client_of(None).get(reverse("mail_choice", args=[good])).content.decode()
    assert ("Harbour" in page, "You do not belong to this network any more" in page) == (
        False,
        True,
    )


def test_the_link_in_a_letter_has_a_last_day(cast, client_of, monkeypatch):
    """Thirteen months on it changes nothing, also for a mail program, and says how else to choose."""
    path = post.choice_url(cast.ned, cast.harbour).removeprefix("http://localhost:8000")
    wish(cast, cast.ned, Wish.EVERYTHING)
    browser, written = client_of(None), time.time()
    monkeypatch.setattr(time, "time", lambda: written + 399 * 86_400)
    assert browser.get(path).status_code == 200
    monkeypatch.setattr(time, "time", lambda: written + 401 * 86_400)
    page = browser.get(path)
    assert (page.status_code, page["Referrer-Policy"]) == (410, "strict-origin")
    body = page.content.decode()
    assert ("This link has had its time" in body, "Harbour" in body) == (True, False)
    assert body.count(f'href="{reverse("networks")}">Sign in and choose</a>') == 1
    for posted in ({"wish": "nothing"}, {"List-Unsubscribe": "One-Click"}):
        assert browser.post(path, posted).status_code == 410
    assert MailChoice.wishes(cast.harbour, [cast.ned]) == {cast.ned.pk: "everything"}
    fresh = post.choice_url(cast.ned, cast.harbour).removeprefix("http://localhost:8000")
    assert browser.post(fresh, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailChoice.wishes(cast.harbour, [cast.ned]) == {cast.ned.pk: "nothing"}


def test_the_page_of_the_network_chooses_too(cast, client_of):
    cy, url = client_of(cast.cy), reverse("network_mail", args=[cast.harbour.pk])
    assert cy.get(url).context["form"].initial == {"wish": "weekly"}
    answer = cy.post(url, {"wish": "asked"})
    assert [str(one) for one in get_messages(answer.wsgi_request)] == [
        "Saved. It holds from now on."
    ]
    assert cy.post(url, {"wish": "all of it"}).status_code == 422
    assert MailChoice.wishes(cast.harbour, [cast.cy]) == {cast.cy.pk: "asked"}


# --- the weekly digest ---


def at(clock, text: str) -> None:
    clock(timezone.make_aware(datetime.fromisoformat(text)))


@pytest.fixture
def clock(monkeypatch):
    """Set the time of the tests."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def test_once_a_week_what_is_new(cast, clock):
    """From Monday, 7 o'clock; once; without what one wrote oneself; nothing where nothing is new."""
    at(clock, "2027-06-23T12:00")
    assert digest.send_digests() == 0
    send(cast, subject="Visit")
    send(cast, by=cast.ned, to=To.CO_LEADERS, subject="Budget")
    at(clock, "2027-06-28T06:59")
    assert digest.send_digests() == 0
    at(clock, "2027-06-29T09:00")  # the server was away on Monday
    assert (digest.send_digests(), digest.send_digests()) == (8, 0)
    assert posted() == EVERYBODY
    told = {letter.to[0]: letter.body for letter in mail.outbox}
    lines = {
        one.name: [line[2:] for line in told[one.email].splitlines() if line.startswith("- ")]
        for one in (cast.ada, cast.ned, cast.cy)
    }
    assert lines == {
        "Ada": ["Message from Ned: Budget"],
        "Ned": ["Message from Ada: Visit"],
        "Cy": ["Message from Ada: Visit"],
    }
    at(clock, "2027-07-05T07:00")
    assert digest.send_digests() == 0


def test_a_digest_is_for_who_chose_it(cast, clock):
    at(clock, "2027-06-23T12:00")
    digest.send_digests()
    for name in ("ned", "cy", "eve", "hana", "lou", "uma"):
        wish(cast, getattr(cast, name), Wish.EVERYTHING if name == "ned" else Wish.ASKED)
    send(cast)
    outbox.withdraw("message", Message.objects.get().pk)
    at(clock, "2027-06-28T08:00")
    assert digest.send_digests() == 1
    wish(cast, cast.ben, Wish.NOTHING)
    assert posted() == []


# --- letters that ask ---


def test_the_head_is_asked_by_letter_once_a_day(cast):
    for subject in (cast.marsh_lane, cast.quayside):  # anything can be released
        actions.ask_release(
            subject, schools=[cast.marsh_lane, cast.eastway], network=cast.harbour,
            audience=Audience.NETWORK, by=cast.ada,
        )  # fmt: skip
    assert posted() == ["Hana"]
    assert mail.outbox[0].subject == "Harbour network: your school is asked"


def test_who_answered_or_wants_nothing_is_not_asked(cast):
    made = actions.ask_release(
        cast.quayside, schools=[cast.marsh_lane], network=cast.harbour,
        audience=Audience.NETWORK, by=cast.ada,
    )  # fmt: skip
    actions.agree_release(made[0], by=cast.hana)
    assert posted() == []
    wish(cast, cast.hana, Wish.NOTHING)
    actions.ask_release(
        cast.eastway, schools=[cast.marsh_lane], network=cast.harbour,
        audience=Audience.NETWORK, by=cast.ada,
    )  # fmt: skip
    assert Letter.objects.count() == 0


def test_five_an_hour_holds_for_the_action_too(cast):
    Event._base_manager.all().delete()
    for _ in range(5):
        send(cast)
    with pytest.raises(ValidationError, match="5 messages"):
        send(cast)
    Event._base_manager.update(at=timezone.now() - timedelta(hours=2))
    send(cast)
