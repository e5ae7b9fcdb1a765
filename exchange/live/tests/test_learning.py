"""A person's own record of learning: which sessions, what of them, for whose eyes."""

import csv
import io
from datetime import timedelta

import pypdf
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from openpyxl import load_workbook

from exchange.live import actions, learning
from exchange.live.models import LearningNote, Run
from exchange.live.plugin import Refused
from exchange.live.tests.holding import advance, hold, play, sit
from exchange.live.tests.test_desk import earlier


@pytest.fixture
def held(run, cast):
    """A closed session of Ben's: Cy sat in it with two guests; one finding, one voice against."""
    cy, _token = actions.join_run(run=run, person=cast.cy, school=cast.marsh_lane)
    sit(run, 2)
    advance(run)
    earlier(run, 150)
    advance(run, "findings")
    earlier(run, 60)
    for words, settled in (("We visit each other.", "yes"), ("Not settled.", "no")):
        play(run, "desk", "propose_finding", text=words)
        key = Run.objects.get(pk=run.pk).room["findings"][-1]["id"]
        play(run, cy, "agree_finding", finding=key)
        play(run, "desk", "settle_finding", finding=key, settled=settled)
    return actions.close_run(run=Run.objects.get(pk=run.pk), by=cast.ben)


def rows(person):
    return learning.whole(person)


def test_a_session_stands_in_the_record_of_whoever_sat_in_it_or_held_it(held, cast):
    (row,) = rows(cast.cy)
    assert (row.question, row.activity, row.network) == (held.title, "Pebbles", "Harbour network")
    assert (row.role, row.minutes, row.findings) == ("took part", 4, ("We visit each other.",))
    assert [one.role for one in rows(cast.ben)] == ["held it"]
    assert [rows(who) for who in (cast.ada, cast.hana, cast.dot, cast.max)] == [[], [], [], []]


def test_who_held_it_with_another_or_sat_in_their_own_has_both_roles(run, cast):
    actions.add_facilitator(run=run, person=cast.eve, by=cast.ben)
    actions.join_run(run=run, person=cast.eve)
    actions.close_run(run=run, by=cast.eve)
    assert [row.role for row in rows(cast.eve)] == ["held it, took part"]


def test_open_cancelled_and_removed_are_not_in_it(cast):
    open_run, cancelled, removed = (hold(cast.ben, cast.harbour) for _ in range(3))
    for run in (open_run, cancelled, removed):
        seat, _token = actions.join_run(run=run, person=cast.cy)
    actions.cancel_run(run=cancelled, by=cast.ben)
    actions.remove_seat(run=removed, seat=seat, by=cast.ben)
    actions.close_run(run=Run.objects.get(pk=removed.pk), by=cast.ben)
    assert rows(cast.cy) == []


def test_findings_stand_there_as_far_as_one_may_read_them_now(held, cast, client_of):
    """Whoever lost the seat's school or network still reads what the room of theirs found."""
    cast.cy.affiliations.update(ended_on=timezone.localdate() - timedelta(days=1))
    page = client_of(cast.cy).get("/account/learning/").content.decode()
    assert (page.count("We visit each other."), page.count("Not settled.")) == (1, 0)


def test_the_note_is_ones_own_in_the_page_and_the_files(held, cast, client_of):
    cy, ben = client_of(cast.cy), client_of(cast.ben)
    address = f"/account/learning/{held.pk}/"
    assert cy.post(address, {"text": " Ask first.\r\nThen listen. "}).status_code == 302
    assert ben.post(address, {"text": "Ben's."}).status_code == 302
    assert sorted(LearningNote.objects.values_list("person__name", "text")) == [
        ("Ben", "Ben's."), ("Cy", "Ask first.\nThen listen."),
    ]  # fmt: skip
    for path in ("", "print/"):
        page = cy.get(f"/account/learning/{path}").content.decode()
        assert (page.count("Ask first."), page.count("Ben&#x27;s.")) == (1, 0)
    assert cy.post(address, {"text": "  "}).status_code == 302
    assert LearningNote.objects.filter(person=cast.cy).count() == 0
    assert cy.post(address, {"text": "x" * 2001}).status_code == 422


def test_nobody_writes_into_a_record_that_is_not_theirs(held, cast, client_of):
    for person in (cast.ada, cast.dot):
        answer = client_of(person).post(f"/account/learning/{held.pk}/", {"text": "x"})
        assert answer.status_code == 404
        with pytest.raises(PermissionDenied):
            actions.write_learning_note(run=held, text="x", by=person)
    assert LearningNote.objects.count() == 0


def test_cancelling_erases_what_was_taken_from_it(run, cast):
    actions.write_learning_note(run=run, text="Mine.", by=cast.ben)
    actions.cancel_run(run=run, by=cast.ben)
    assert LearningNote.objects.count() == 0
    with pytest.raises(Refused, match="cancelled"):
        actions.write_learning_note(run=Run.objects.get(pk=run.pk), text="x", by=cast.ben)


def test_the_table_has_one_row_a_session_and_no_formula(held, cast, client_of):
    actions.write_learning_note(run=held, text="=1+1", by=cast.cy)
    cy = client_of(cast.cy)
    answer = cy.get("/account/learning.csv")
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    day = timezone.localdate(held.closed_at).isoformat()
    assert table[0] == [
        "date", "activity", "question", "network", "role", "minutes", "findings",
        "what I take from it",
    ]  # fmt: skip
    assert table[1:] == [
        [
            day,
            "Pebbles",
            held.title,
            "Harbour network",
            "took part",
            "4",
            "We visit each other.",
            "'=1+1",
        ]
    ]
    book = load_workbook(io.BytesIO(cy.get("/account/learning.xlsx").content))
    assert [cell.value for cell in book.active[2]][5:] == [4, "We visit each other.", "=1+1"]
    assert book.active["H2"].data_type == "s"
    assert cy.get("/account/learning.doc").status_code == 404


def test_the_paper_says_whose_it_is_what_was_found_and_what_is_taken(held, cast, client_of):
    actions.write_learning_note(run=held, text="Ask first.\n#panic[no markup]", by=cast.cy)
    answer = client_of(cast.cy).get("/account/learning.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    for said in (
        "Cy",
        "1 session, 0 h 4 min",
        held.title,
        "We visit each other.",
        "#panic[no markup]",
    ):
        assert words.count(said) >= 1, said
    assert "Not settled." not in words


def test_an_empty_record_is_a_page_and_a_paper(cast, client_of):
    eve = client_of(cast.eve)
    assert "No session yet." in eve.get("/account/learning/").content.decode()
    assert [
        eve.get(f"/account/learning.{form}").status_code for form in ("pdf", "csv", "xlsx")
    ] == [200] * 3


def test_an_activity_that_is_gone_keeps_its_place(held, cast, settings):
    settings.ACTIVITY_DIRS = []
    assert [row.activity for row in rows(cast.cy)] == ["pebbles"]
