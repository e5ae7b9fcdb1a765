"""Nobody speaks quietly for a school: whoever speaks for it already is told, until they note it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from exchange.directory import actions
from exchange.directory.actions.invitations import confirm_by_site
from exchange.directory.models import Affiliation, NewVoice, Person
from tests import make

pytestmark = pytest.mark.django_db
NEW = {"name": "Nia New", "password": "four plain words here"}


def again(person):
    return Person.objects.get(pk=person.pk)


def told() -> list[tuple[str, str, str | None]]:
    """(who was told, of whom, brought by whom), by name."""
    rows = NewVoice.objects.select_related("told", "tie__person", "brought_by")
    return sorted(
        (row.told.name, row.tie.person.name, row.brought_by.name if row.brought_by else None)
        for row in rows
    )


def invited(cast, **offer):
    """Ada invites Nia to Marsh Lane, which Hana heads; Nia accepts."""
    letter = actions.invite(
        cast.harbour, by=cast.ada, email="nia@example.org", school=cast.marsh_lane, **offer
    )
    return actions.accept_invitation(letter, by=None, **NEW)


@pytest.mark.parametrize(
    "offer", [{"job": "headteacher"}, {"is_link": True}, {"job": "headteacher", "is_link": True}]
)
def test_the_head_is_told_of_a_second_head_or_link_person(cast, offer):
    invited(cast, **offer)
    assert told() == [("Hana", "Nia New", "Ada")]


def test_a_teacher_is_no_news(cast):
    invited(cast, job="teacher")
    assert told() == []


def test_the_first_who_speaks_is_news_to_nobody(cast):
    letter = actions.invite(
        cast.harbour, by=cast.ned, email="x@example.org", school=cast.quayside, job="headteacher"
    )
    actions.accept_invitation(letter, by=None, **NEW)
    assert told() == []


def test_a_tie_that_does_not_count_yet_is_no_news(cast):
    actions.ask_tie(cast.marsh_lane, by=cast.pam, job="headteacher")
    assert told() == []


def test_a_confirmed_head_and_a_named_link_person_are_news(cast):
    tie = actions.ask_tie(cast.marsh_lane, by=cast.pam, job="headteacher")
    actions.confirm_tie(tie, by=cast.ned)
    assert told() == [("Hana", "Pam", "Ned")]
    actions.set_link(tie, by=cast.ada, is_link=True)  # Pam spoke before
    actions.set_link(cast.cy.schools[0], by=cast.ada, is_link=True)
    assert told() == [("Hana", "Cy", "Ada"), ("Hana", "Pam", "Ned"), ("Pam", "Cy", "Ada")]


def test_somebody_let_in_from_the_command_line_is_news(cast, client_of):
    lin = make.person("Lin")
    assert confirm_by_site(lin, cast.marsh_lane, "headteacher")
    assert told() == [("Hana", "Lin", None)]
    page = client_of(cast.hana).get(reverse("home")).content.decode()
    assert page.count("No name is on record for who let them in") == 1


def test_who_did_it_knows(cast):
    actions.set_link(cast.cy.schools[0], by=cast.hana, is_link=True)
    assert told() == []


def test_a_letter_taken_up_by_who_speaks_already_is_no_news(cast):
    make.tie(cast.pam, cast.marsh_lane, job=Affiliation.Job.HEAD)
    letter = actions.invite(
        cast.harbour, by=cast.ada, email=cast.pam.email, school=cast.marsh_lane, is_link=True
    )
    actions.accept_invitation(letter, by=again(cast.pam))
    assert told() == []


# On the page


def card(client) -> list[NewVoice]:
    """The new voices that a home page shows."""
    words = client.get(reverse("home")).content.decode()
    return [voice for voice in NewVoice.objects.all() if f"voices/{voice.pk}/note/" in words]


def test_it_stands_on_the_home_page_until_it_is_noted(cast, client_of):
    invited(cast, job="headteacher")
    (voice,), hana = NewVoice.objects.all(), client_of(cast.hana)
    page = hana.get(reverse("home")).content.decode()
    sentence = "<strong>Nia New</strong> speaks for Marsh Lane School since"
    assert [page.count(words) for words in (sentence, "as headteacher.", "named by Ada.")] == [
        1, 1, 1,
    ]  # fmt: skip
    assert [card(client_of(one)) for one in (cast.ada, cast.cy, cast.dot)] == [[], [], []]
    url = reverse("voice_note", args=[voice.pk])
    assert client_of(cast.ada).post(url).status_code == 404
    assert (hana.post(url).url, hana.post(url).url) == ("/", "/")
    voice.refresh_from_db()
    assert (card(hana), voice.noted_at is not None) == ([], True)


def test_only_who_was_told_notes_it(cast):
    invited(cast, job="headteacher")
    with pytest.raises(PermissionDenied):
        actions.note_voice(NewVoice.objects.get(), by=cast.ada)
    assert NewVoice.objects.unnoted().count() == 1


def test_the_head_ends_a_tie_that_is_wrong_from_there(cast, client_of):
    nia, hana = invited(cast, is_link=True), client_of(cast.hana)
    page = hana.get(reverse("home")).content.decode()
    end = reverse("tie_end", args=[nia.schools[0].pk])
    assert [page.count(words) for words in (f'action="{end}"', "as link person.")] == [1, 1]
    assert hana.post(end).status_code == 302
    assert again(nia).spoken_school_ids() == set()
    assert hana.get(reverse("home")).content.decode().count("This tie has ended since.") == 1


def test_who_no_longer_speaks_for_the_school_is_not_shown_it(cast, client_of):
    invited(cast, job="headteacher")
    actions.end_tie(cast.hana.schools[0], by=cast.ada)
    assert card(client_of(cast.hana)) == []
