"""What everybody meets by looking at everything: no word they may not read, what the table of
permissions says, the headers of every answer, and no link into nothing. Looking changes nothing.

The walks are in tests/looking.py: one for each person, shared by the tests of that person.
"""

import copy
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.looking import Looked, gets, look
from tests.test_canaries import plant
from tests.test_headers import faults
from tests.test_links import BY_ANOTHER_WAY, LED_TO, name_of
from tests.test_permissions import EVERYBODY
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=EVERYBODY)
def looked(
    request: pytest.FixtureRequest, built: World, django_db_blocker: DjangoDbBlocker
) -> Iterator[Looked]:
    """What this person met; the world is afterwards as it was."""
    cache.clear()
    with django_db_blocker.unblock(), transaction.atomic():
        found = look(copy.deepcopy(built), request.param)
        transaction.set_rollback(True)
    cache.clear()
    yield found


def test_everybody_is_there(world: World) -> None:
    assert tuple(world.people()) == EVERYBODY


def test_nobody_meets_what_they_may_not_see_and_looking_changes_nothing(looked: Looked) -> None:
    """D-2, and the GET half of D-16."""
    illegal = {
        f"read {canary.where} at {path}"
        for path in looked.crawled
        for canary in looked.reads(path)
        if looked.who not in canary.allowed
    }
    assert sorted(illegal) == []
    assert looked.log == []
    assert {**looked.after, "directory.Person": ""} == {**looked.before, "directory.Person": ""}


def test_everybody_who_looks_meets_what_the_table_says(looked: Looked) -> None:
    wrong = []
    for row in gets(list(EVERYBODY)):
        got, expected = looked.answers[looked.table[row.name]].status, row.expected[looked.who]
        if got != expected:
            wrong.append(f"{row.name} GET {looked.who}: {got}, expected {expected}")
    assert wrong == []


def test_every_answer_carries_the_headers(looked: Looked) -> None:
    """Pages, fragments, exports, errors and redirects, for members, guests and strangers."""
    wrong = [
        fault
        for name, path in looked.table.items()
        for fault in faults(name.partition("@")[0], "get", looked.answers[path].headers)
    ]
    assert wrong == []


#: Of every field that somebody may read, one person by whom a token of it is met.
MET_BY = {
    "ada": (
        "card criterion directory.Invitation.email directory.Membership.brokered_by "
        "directory.Membership.head_commitment directory.Message.subject "
        "directory.Message.text directory.Network.learning_focus directory.Network.purpose "
        "directory.Person.email directory.Release.reason directory.Release.removed dissent "
        "finding meetings.Answer.note meetings.Item.title meetings.Meeting.note "
        "meetings.Meeting.place meetings.Meeting.title meetings.Point.text own-cy own-gil "
        "title"
    ),
    "ben": (
        "label-cy label-gil label-knocking label-third live.LearningNote.text note typed "
        "typed-finding"
    ),
    "dot": "label",
    "hana": "directory.AddressChange.email",
}


def test_of_every_field_that_may_be_read_somebody_reads_one(world: World) -> None:
    """Else the canaries prove nothing; that they do is asked of each of them."""
    met = sorted(name for names in MET_BY.values() for name in names.split())
    assert met == sorted({one.where.split(" ")[0] for one in plant(world) if one.allowed})


def test_the_canaries_can_be_met_at_all(looked: Looked) -> None:
    assert set(MET_BY.get(looked.who, "").split()) - looked.read() == set()


def test_everybody_is_led_to_pages_and_every_link_leads_somewhere(looked: Looked) -> None:
    """Also no link shows a page only to refuse it: what one may not do is not offered."""
    nowhere = [
        f"{looked.who}: {origin} -> {path}: {looked.answers[path].code}"
        for path, origin in looked.walked.items()
        if looked.answers[path].code not in (200, 302)
    ]
    assert nowhere == []
    reached = {name_of(path) for path in looked.walked}
    assert set(LED_TO.get(looked.who, "").split()) - reached == set()
    assert reached & {*BY_ANOTHER_WAY} == set()


def test_whoever_has_a_seat_finds_back_to_it(looked: Looked) -> None:
    """Cy joined while signed in; the session stands on his home and leads to his board."""
    assert (looked.table["board"] in looked.walked) == (looked.who == "cy")
