"""What becomes of a finding when answers change after its release, and when schools leave.

The people and the room are those of test_findings.py: Marsh Lane (Hana) and Quayside (Quinn).
"""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from exchange.directory import actions as directory
from exchange.directory.models import Audience, Release
from exchange.live.tests.test_findings import hold_to_the_end

WENT = "Each school that took part has been asked."
NOBODY = "Nobody was left to ask: each school has been asked already."


@pytest.fixture
def held(cast):
    return hold_to_the_end(cast)


def audience(held) -> str:
    held.finding.refresh_from_db()
    return held.finding.audience


def pressed(held, by: str = "ada") -> list[str]:
    """What the page says after the button that asks."""
    answer = held.browser(by).post(reverse("finding_releases", args=[held.finding.pk]))
    return [str(message) for message in get_messages(answer.wsgi_request)]


def step(held) -> bool:
    """Whether the page offers a co-leader to ask."""
    page = held.browser("ada").get(reverse("finding", args=[held.finding.pk]))
    return page.context["may_ask"]


def leave(held, cast, days: int = 0) -> None:
    """Quayside was asked, and left, so many days ago."""
    membership = cast.harbour.memberships.get(school=cast.quayside)
    directory.end_membership(membership, by=cast.ada)
    membership.refresh_from_db()
    membership.left_on -= timedelta(days=days)
    membership.save()
    asked = Release.objects.of(held.finding).filter(school=cast.quayside)
    asked.update(asked_at=timezone.now() - timedelta(days=days))


@pytest.fixture
def half_asked(held, cast):
    """Released on the word of Marsh Lane alone, as when Quayside was not asked at first."""
    (release,) = directory.ask_release(
        held.finding, schools=[cast.marsh_lane], network=cast.harbour,
        audience=Audience.NETWORK, by=cast.ada,
    )  # fmt: skip
    directory.agree_release(release, by=cast.hana)
    assert audience(held) == "network"
    directory.ask_release(
        held.finding, schools=[cast.quayside], network=cast.harbour,
        audience=Audience.NETWORK, by=cast.ada,
    )  # fmt: skip
    return held


def test_a_later_question_a_later_no_and_a_withdrawal_each_close_it(half_asked):
    assert audience(half_asked) == "group"
    assert half_asked.answer("quinn", "agree") == 302
    assert audience(half_asked) == "network"
    assert half_asked.answer("hana", "take back") == 302
    assert audience(half_asked) == "group"


def test_a_no_to_a_later_question_closes_it(half_asked):
    half_asked.answer("quinn", "decline")
    assert audience(half_asked) == "group"
    assert half_asked.met()["lou"] == (False, 404)


def test_a_withdrawal_beside_an_open_question_closes_it(half_asked):
    half_asked.answer("hana", "take back")
    assert audience(half_asked) == "group"
    half_asked.answer("quinn", "agree")
    assert audience(half_asked) == "group"


def test_the_head_of_a_school_that_left_finds_and_withdraws_its_agreement(held, cast):
    held.ask()
    held.answer("hana", "agree")
    held.answer("quinn", "agree")
    leave(held, cast)
    assert audience(held) == "network"
    quinn, release = held.browser("quinn"), Release.objects.get(school=cast.quayside)
    page = quinn.get(reverse("account"))
    assert [row.pk for row in page.context["agreed"]] == [release.pk]
    button = reverse("release_withdrawal", args=[release.pk])
    assert f'action="{button}"' in page.content.decode()
    assert quinn.post(button, follow=True).redirect_chain == [
        (reverse("releases", args=[cast.harbour.pk]), 302)
    ]
    assert audience(held) == "group"
    assert list(quinn.get(reverse("account")).context["agreed"]) == []
    assert list(held.browser("cy").get(reverse("account")).context["agreed"]) == []


def test_a_school_that_left_without_a_word_is_waited_for_and_can_still_answer(held, cast):
    assert (pressed(held), step(held)) == ([WENT], False)
    held.answer("hana", "agree")
    leave(held, cast, days=400)
    assert (step(held), audience(held)) == (False, "group")
    assert held.answer("quinn", "agree") == 302
    assert audience(held) == "network"


def test_who_declined_is_asked_again_while_another_is_still_silent(held):
    held.ask()
    held.answer("hana", "decline")
    assert step(held) is True
    assert (pressed(held), step(held)) == ([WENT], False)


def test_a_question_taken_back_from_a_school_that_left_is_asked_again(held, cast):
    held.ask()
    leave(held, cast)
    held.answer("hana", "agree")
    asked = Release.objects.get(school=cast.quayside)
    directory.withdraw_release(asked, by=cast.ada)
    assert (step(held), pressed(held), audience(held)) == (True, [WENT], "group")
    held.answer("quinn", "agree")
    assert audience(held) == "network"


# What agreeing opens is said where it is pressed

SOME = "When the last finding of this session is released, the network can read its whole result"
LAST = "This is the last finding of its session. With it the network can read the whole result"


def told(held, name: str) -> list[list[int]]:
    """How often the two sentences stand on the release, account and finding pages of a person."""
    pages = [
        reverse("releases", args=[held.run.network_id]),
        reverse("account"),
        reverse("finding", args=[held.finding.pk]),
    ]
    words = [held.browser(name).get(page).content.decode() for page in pages]
    return [[page.count(sentence) for sentence in (SOME, LAST)] for page in words]


def test_a_head_is_told_that_the_last_finding_opens_the_whole_result(cast):
    held = hold_to_the_end(cast, "We visit twice a year.", afterwards="network")
    held.ask()
    assert told(held, "hana") == [[1, 0], [1, 0], [1, 0]]
    held.answer("hana", "agree")
    held.answer("quinn", "agree")
    assert told(held, "hana") == [[0, 0], [0, 0], [0, 0]]
    held.finding = held.run.findings.exclude(pk=held.finding.pk).get()
    held.ask()
    assert told(held, "hana") == [[0, 1], [0, 1], [0, 1]]
    assert told(held, "quinn") == [[0, 1], [0, 1], [0, 1]]
    assert told(held, "ada")[2] == [0, 1]


def test_nothing_is_said_where_a_finding_opens_nothing_else(cast):
    held = hold_to_the_end(cast, afterwards="seats")
    held.ask()
    assert told(held, "hana") == [[0, 0]] * 3
