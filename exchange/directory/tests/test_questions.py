"""Questions and complaints about data: asked by anybody, read by one, answered in time."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange.core import retention
from exchange.directory import actions
from exchange.directory.models import Question
from exchange.directory.models.questions import a_month_after
from tests import make

WORDS = "What do you keep of me?"


@pytest.fixture(autouse=True)
def contact(cast, settings):
    """Pam answers for this site."""
    cache.clear()
    settings.PRIVACY_CONTACT = cast.pam.email.title()
    return cast.pam


def ask(client, **more):
    words = {"kind": "copy", "text": WORDS, "address": "parent@example.org", **more}
    return client.post(reverse("question_new"), words)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)), (date(2024, 1, 30), date(2024, 2, 29)),
        (date(2026, 12, 5), date(2027, 1, 5)), (date(2026, 3, 31), date(2026, 4, 30)),
    ],
)  # fmt: skip
def test_a_month(day, due):
    assert a_month_after(day) == due


def test_a_stranger_asks_and_the_contact_is_told_without_the_words(
    client, contact, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(client).status_code == 302
    question = Question.objects.get()
    assert (question.person, question.address) == (None, "parent@example.org")
    assert question.due_on == a_month_after(timezone.localdate())
    letter = mail.outbox[0]
    assert letter.to == [contact.email.title()]
    assert (WORDS in letter.body, "parent" in letter.body) == (False, False)
    assert reverse("questions") in letter.body


def test_the_same_words_again_are_one_question(client):
    ask(client)
    ask(client)
    assert Question.objects.count() == 1


def test_a_stranger_says_where_the_answer_goes(client, db):
    assert ask(client, address="").status_code == 422
    with pytest.raises(ValidationError):
        actions.ask_question(by=None, kind="copy", text=WORDS)
    assert Question.objects.count() == 0


def test_somebody_signed_in_need_not(client, cast):
    client.force_login(cast.cy)
    ask(client, address="other@example.org")
    question = Question.objects.get()
    assert (question.person, question.address) == (cast.cy, "")


@pytest.mark.parametrize("wrong", [{"kind": "x"}, {"text": ""}, {"text": "x" * 4001}])
def test_bad_input_gets_a_sentence(client, wrong):
    assert ask(client, **wrong).status_code == 422
    assert Question.objects.count() == 0


def test_one_address_asks_no_more_than_twenty_an_hour(client):
    statuses = [ask(client, text=f"{WORDS} {n}").status_code for n in range(22)]
    assert statuses == [302] * 20 + [429] * 2
    assert Question.objects.count() == 20


def test_only_the_contact_reads_and_answers(client, cast, client_of, contact):
    ask(client)
    question = Question.objects.get()
    path = reverse("question_answer", args=[question.pk])
    for who in (cast.max, cast.ada, cast.rae):
        assert client_of(who).get(reverse("questions")).status_code == 404
        assert client_of(who).post(path).status_code == 404
        with pytest.raises(PermissionDenied):
            actions.answer_question(question, by=who)
    pam = client_of(contact)
    page = pam.get(reverse("questions")).content.decode()
    assert (WORDS in page, "parent@example.org" in page) == (True, True)
    assert "1 question waits for your answer." in pam.get("/").content.decode()
    assert pam.post(path).status_code == 302
    question.refresh_from_db()
    assert (question.answered_by, question.answered_at is None) == (contact, False)
    assert "waits for your answer" not in pam.get("/").content.decode()


def test_the_most_pressing_stands_first_and_late_is_said(client, client_of, contact):
    for n, days in enumerate((5, -2, 9)):
        due = timezone.localdate() + timedelta(days=days)
        Question.objects.create(kind="copy", text=f"q{n}", address="a@example.org", due_on=due)
    actions.answer_question(Question.objects.get(text="q0"), by=contact)
    answer = client_of(contact).get(reverse("questions"))
    assert [one.text for one in answer.context["page_obj"]] == ["q1", "q2", "q0"]
    assert [one.is_late for one in answer.context["page_obj"]] == [True, False, False]


def test_a_year_after_the_answer_it_goes(client, contact):
    ask(client)
    question = actions.answer_question(Question.objects.get(), by=contact)
    for days, count in ((364, 1), (366, 0)):
        then = timezone.now() - timedelta(days=days)
        Question.objects.filter(pk=question.pk).update(answered_at=then)
        retention.due()
        assert Question.objects.count() == count


def test_erasing_a_person_takes_their_questions(client, cast):
    ask(client, address=cast.cy.email.upper())
    actions.ask_question(by=cast.cy, kind="complaint", text=WORDS)
    actions.ask_question(by=make.person(), kind="complaint", text=WORDS)
    actions.erase_person(cast.cy, by=cast.cy)
    assert Question.objects.count() == 1
