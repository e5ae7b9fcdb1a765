"""A session held on paper and typed in: kept while it is typed, played in one go, marked."""

import json
import re
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import load_workbook
from pypdf import PdfReader

from exchange.live import actions, engine, typed
from exchange.live.actions.findings import not_said, schools_involved
from exchange.live.actions.papers import rehearsed
from exchange.live.discovery import activity_of
from exchange.live.models import Ballot, Finding, PaperSession, Run
from exchange.live.paper import schools_of
from exchange.live.plugin import Refused
from exchange.live.tests.holding import hold, replayed
from exchange.live.tests.playing import session
from exchange.live.typed import Places, read_findings, read_who
from tests import make

SHEETS = (
    {"lines": "1t north\nsouth\n", "people": "4", "word": "compass"},
    {"people": "3", "word": "sail"},
)
ROOM = {"fair": "yes 4 no 2", "findings": "We steer by words.\n- Not in a calm.\nWe row."}


def being_typed(by, network=None, sheets=SHEETS, room=ROOM):
    run = hold(by, network, opened=False)
    actions.start_typing(run=run, by=by)
    for number, sheet in enumerate(sheets, 1):
        actions.keep_table(run=run, number=number, sheet=sheet, by=by)
    actions.keep_room(run=run, sheet=room, by=by)
    return Run.objects.get(pk=run.pk)


@pytest.fixture
def written(cast):
    """A session of Harbour whose sheets are all typed in and not yet played."""
    return being_typed(cast.ben, cast.harbour)


def everything(run):
    run = Run.objects.get(pk=run.pk)
    return (run.room, run.state, run.revision, run.opened_at, run.closed_at, run.moves.count(),
            run.seats.count(), run.ballots.count(), run.findings.count())  # fmt: skip


def refused(act, **words):
    with pytest.raises(Refused) as caught:
        act(**words)
    return caught.value.sentence


# --- the record ---


def test_sheets_become_seats_moves_ballots_and_findings(written, cast):
    run = actions.finish_typing(run=written, by=cast.ben)
    assert (run.closed_at is not None, run.phase, run.code) == (True, "closed", None)
    assert run.room["groups"] == {"A": ["s1", "s2", "s3"], "B": ["s4"]}
    assert [(seat["people"], seat["paper"]) for seat in run.room["seats"].values()] == [
        (1, True), (1, True), (2, True), (3, True),
    ]  # fmt: skip
    assert [run.state["groups"][letter]["word"] for letter in "AB"] == ["compass", "sail"]
    assert run.state["seats"]["s1"]["word"] == "north"
    assert dict(run.ballots.values_list("answer", "count")) == {"yes": 4, "no": 2}
    assert run.room["tallies"]["fair"] == {"cast": 6, "counts": {"yes": 4, "no": 2}}
    found = run.findings.order_by("position")
    assert [(one.text, one.dissent) for one in found] == [
        ("We steer by words.", [{"note": "Not in a calm."}]), ("We row.", []),
    ]  # fmt: skip


def test_playing_the_log_again_gives_what_is_stored(written, cast):
    run = actions.finish_typing(run=written, by=cast.ben)
    assert replayed(run) == (run.room, run.state)


def test_school_and_role_of_a_sheet_are_its_numbers(written, cast):
    run = actions.finish_typing(run=written, by=cast.ben)
    first = cast.harbour.memberships.order_by("pk").first().school
    seat = run.seats.get(key="s1")
    assert (seat.school, seat.role) == (first, "teacher")
    assert [(one.school, one.role) for one in run.seats.exclude(key="s1")] == [(None, "other")] * 3


def test_what_was_typed_is_erased_and_the_mark_stays(written, cast):
    actions.finish_typing(run=written, by=cast.ben)
    paper = PaperSession.objects.get(run=written)
    assert (paper.sheets, paper.typed_by) == ({}, cast.ben)
    assert Run.objects.get(pk=written.pk).typed_in.startswith("Typed in from paper by Ben on ")


def test_pressed_twice_it_is_done_once(written, cast):
    first = everything(actions.finish_typing(run=written, by=cast.ben))
    assert everything(actions.finish_typing(run=written, by=cast.ben)) == first
    assert Finding.objects.filter(run=written).count() == 2


@pytest.mark.parametrize(
    ("sheets", "room", "sentence"),
    [
        ((), {}, "Type in one table at least."),
        (({"word": "x"},), {}, "Say how many people sat at this table."),
        (({"people": "1", "lines": "a\nb"},), {}, "2 sheets were handed in, but you say that 1 sat here."),
        (({"people": "13"},), {}, "How many people: a number from 1 to 12."),
        (({"people": "²"},), {}, "How many people: a number from 1 to 12."),
        (({"people": "2", "lines": "two words"},), {}, "Sheet 1: One word only."),
        (({"people": "2", "lines": "99t word"},), {},
         "Sheet 1: There is no school 99. Look at the list of numbers."),
        (({"people": "2", "lines": "1x word"},), {},
         "Sheet 1: There is no role x. The letters are g, h, l, o, p, s, t."),
        (({"people": "2", "school": "987654"},), {}, "Choose a school of the list."),
        (({"people": "2", "role": "king"},), {}, "Choose a role of the list."),
        (({"people": "2"},), {"findings": "- first"},
         "Begin with a finding; what is seen differently comes below it."),
        (({"people": "2"},), {"fair": "yes 3"}, "There are more votes than people."),
        (({"people": "12"},) * 17, {}, "These are more than 200 people."),
    ],
)  # fmt: skip
def test_all_or_nothing(cast, sheets, room, sentence):
    run = being_typed(cast.ben, cast.harbour, sheets, room)
    before = everything(run)
    assert refused(actions.finish_typing, run=run, by=cast.ben) == sentence
    assert everything(run) == before
    assert PaperSession.objects.get(run=run).typed_at is None


def test_a_number_means_the_same_school_when_others_come_and_go(cast):
    before = schools_of(cast.harbour)
    first = cast.harbour.memberships.order_by("pk").first()
    first.left_on, first.status = make.yesterday(), "left"
    first.save()
    make.membership(cast.harbour, make.school("A new school"))
    after = schools_of(cast.harbour)
    assert {n: after[n] for n in before if n != 1} == {n: before[n] for n in before if n != 1}
    assert (1 in after, after[len(before) + 1][1]) == (False, "A new school")


def test_what_a_table_cannot_have_done_is_told_at_its_sheet(cast):
    run = hold(cast.ben, key="diamond_nine", opened=False)
    actions.start_typing(run=run, by=cast.ben)
    twice = {"lines": "ABCDEFGHZ = Card number 1"}  # there is such a card on the list
    for number, sheet in enumerate(({"people": "2"}, twice), 1):
        actions.keep_table(run=run, number=number, sheet=sheet, by=cast.ben)
    found, made = rehearsed(run, run.paper)
    assert made is None
    assert [(f.where, f.sentence) for f in found.faults] == [
        (2, "That card is already on the list.")
    ]


def test_a_move_that_breaks_leaves_nothing_behind(cast):
    run = being_typed(cast.ben, sheets=({"people": "2", "word": "boom"},), room={})
    before = everything(run)
    with pytest.raises(ZeroDivisionError):
        actions.finish_typing(run=run, by=cast.ben)
    assert everything(run) == before


# --- while it is typed ---


def test_tables_can_be_corrected_and_taken_away_until_it_is_closed(written, cast):
    actions.keep_table(run=written, number=1, sheet={"people": "6", "word": "star"}, by=cast.ben)
    actions.drop_table(run=written, number=2, by=cast.ben)
    assert (
        refused(actions.drop_table, run=written, number=2, by=cast.ben) == "There is no such table."
    )
    sentence = refused(actions.keep_table, run=written, number=3, sheet={}, by=cast.ben)
    assert sentence == "There is no such table."
    run = actions.finish_typing(run=written, by=cast.ben)
    assert run.state["groups"]["A"]["word"] == "star"
    assert list(run.room["groups"]) == ["A"]
    over = refused(actions.keep_table, run=written, number=1, sheet={}, by=cast.ben)
    assert over == "This session is over. What was typed in cannot change any more."


def test_two_who_type_at_once_do_not_write_over_each_other(written, cast, client_of):
    """Ben and Ada both have the page of table 3 open; then Ada takes table 1 away."""
    actions.add_facilitator(run=written, person=cast.ada, by=cast.ben)
    path, ben, ada = (
        f"/runs/{written.pk}/typing/tables/3/",
        client_of(cast.ben),
        client_of(cast.ada),
    )
    names = [re.search(r'name="sheet" value="(\w+)"', page.get(path).content.decode())[1]
             for page in (ben, ada)]  # fmt: skip
    by_itself = {"headers": {"Accept": "application/json"}}
    sheets = [{"people": "3", "word": word, "sheet": name}
              for word, name in zip(("moon", "sun"), names, strict=True)]  # fmt: skip
    assert ben.post(path, sheets[0], **by_itself).status_code == 204
    assert ada.post(path, sheets[1], **by_itself).status_code == 204
    answer = ada.post(path, sheets[1], follow=True)
    assert "Yours is kept as table D." in answer.content.decode()
    assert answer.redirect_chain[-1][0].endswith("/tables/5/")

    def words():
        return [one["word"] for one in PaperSession.objects.get(run=written).sheets["tables"]]

    assert words()[2:] == ["moon", "sun"]
    actions.drop_table(run=written, number=1, by=cast.ada)
    ben.post(path, {**sheets[0], "word": "full moon"})
    assert words()[1:] == ["full moon", "sun"]
    ben.post(f"{path}removal/", {"sheet": names[0]})
    assert words()[1:] == ["sun"]
    assert ben.post(f"{path}removal/", {"sheet": names[0]}).status_code == 409
    ben.post(path, {"sheet": names[0]})  # nothing was typed: nothing new is kept
    assert words()[1:] == ["sun"]


def test_a_half_written_sheet_is_kept_as_it_is(cast):
    run = being_typed(cast.ben, sheets=({"people": "two", "lines": "half a"},))
    assert PaperSession.objects.get(run=run).sheets["tables"] == [
        {"sheet": "", "people": "two", "school": "", "role": "", "lines": "half a", "word": ""}
    ]


def test_a_session_on_paper_has_no_door_and_its_set_up_stands(written, cast):
    told = "Sheets of this session are being typed in. Finish that, or erase what was typed."
    assert refused(actions.open_run, run=written, by=cast.ben) == told
    change = {"title": "Else", "setup": {}, "minutes": {}}
    assert refused(actions.change_run, run=written, by=cast.ben, **change) == told
    actions.drop_typing(run=written, by=cast.ben)
    assert not PaperSession.objects.filter(run=written).exists()
    assert actions.open_run(run=written, by=cast.ben).code


def test_one_on_phones_is_not_typed_in(cast):
    run = hold(cast.ben)
    assert refused(actions.start_typing, run=run, by=cast.ben).startswith(
        "This session was opened on phones."
    )
    assert (
        refused(actions.finish_typing, run=run, by=cast.ben)
        == "Nobody has begun to type this session in."
    )


def test_cancelling_erases_what_was_typed(written, cast):
    actions.cancel_run(run=written, by=cast.ben)
    assert not PaperSession.objects.filter(run=written).exists()
    assert refused(actions.start_typing, run=written, by=cast.ben)


def test_only_its_facilitator_types_it_in(written, cast):
    for who in (cast.ada, cast.cy, cast.max):
        for act, words in (
            (actions.start_typing, {}), (actions.drop_typing, {}), (actions.finish_typing, {}),
            (actions.keep_table, {"number": 1, "sheet": {}}), (actions.keep_room, {"sheet": {}}),
            (actions.drop_table, {"number": 1}),
        ):  # fmt: skip
            with pytest.raises(PermissionDenied):
                act(run=written, by=who, **words)


def test_the_preview_is_the_record_and_writes_nothing(written, cast):
    before = everything(written)
    _found, made = rehearsed(written, written.paper)
    assert everything(written) == before
    run = actions.finish_typing(run=written, by=cast.ben)
    assert (made.room["groups"], made.room["findings"], made.room["tallies"]) == (
        run.room["groups"], run.room["findings"], run.room["tallies"],
    )  # fmt: skip
    assert made.state["groups"] == run.state["groups"]


# --- pages ---


def test_typing_page_by_page(cast, client_of):
    ben = client_of(cast.ben)
    run = hold(cast.ben, cast.harbour, opened=False)
    base = f"/runs/{run.pk}/typing/"
    assert "Begin to type in" in ben.get(base).content.decode()
    assert ben.post(base, follow=True).redirect_chain[-1][0] == f"{base}tables/1/"
    answer = ben.post(f"{base}tables/1/", SHEETS[0])
    assert answer["Location"] == f"{base}tables/2/"
    wrong = ben.post(f"{base}tables/2/", {"people": "2", "lines": "two words"}, follow=True)
    page = wrong.content.decode()
    assert "Sheet 1: One word only." in page
    assert "two words" in page
    assert "To mend" in ben.get(f"{base}room/").content.decode()
    assert "Sheet 1: One word only." in ben.get(f"{base}record/").content.decode()
    assert ben.post(f"{base}record/").status_code == 409
    itself = ben.post(f"{base}tables/2/", SHEETS[1], headers={"accept": "application/json"})
    assert itself.status_code == 204
    assert ben.post(f"{base}tables/3/", {"people": ""})["Location"] == f"{base}room/"
    assert ben.post(f"{base}room/", {**ROOM, "held_on": "2031-01-01"}).status_code == 422
    room = ben.post(f"{base}room/", {**ROOM, "held_on": "2026-03-03"})
    assert room["Location"] == f"{base}record/"
    preview = ben.get(f"{base}record/").content.decode()
    assert "We steer by words." in preview
    assert "compass" in preview
    assert ben.post(f"{base}record/")["Location"] == f"/runs/{run.pk}/"
    assert ben.get(f"{base}tables/1/").status_code == 404
    assert ben.get(base)["Location"] == f"/runs/{run.pk}/"


def test_a_table_taken_away_in_another_window_loses_nothing_that_was_typed(
    written, cast, client_of
):
    actions.drop_table(run=written, number=2, by=cast.ben)
    answer = client_of(cast.ben).post(f"/runs/{written.pk}/typing/tables/3/", SHEETS[1])
    assert answer["Location"] == f"/runs/{written.pk}/typing/tables/3/"
    tables = PaperSession.objects.get(run=written).sheets["tables"]
    assert [table["word"] for table in tables] == ["compass", "sail"]


def test_record_print_and_every_file_say_that_it_was_typed_in(written, cast, client_of):
    actions.keep_room(run=written, sheet=ROOM, held_on=None, by=cast.ben)
    run, ben = actions.finish_typing(run=written, by=cast.ben), client_of(cast.ben)
    mark = run.typed_in
    for page in ("", "print/"):
        assert mark in ben.get(f"/runs/{run.pk}/{page}").content.decode()
    assert ben.get(f"/runs/{run.pk}/result.json").json()["paper"] == mark
    assert mark in ben.get(f"/findings/{run.findings.first().pk}/").content.decode()
    table = ben.get(f"/runs/{run.pk}/tables/words.csv")
    assert f"run-{run.pk}-from-paper-words.csv" in table["Content-Disposition"]
    book = load_workbook(BytesIO(ben.get(f"/runs/{run.pk}/result.xlsx").content))
    assert ("On paper", mark) in [tuple(c.value for c in row) for row in book["About"].iter_rows()]
    report = PdfReader(BytesIO(ben.get(f"/runs/{run.pk}/report/words.pdf").content))
    words = " ".join(report.pages[0].extract_text().split())
    assert mark in words


def test_where_schools_are_not_said_all_of_the_network_are_asked(written, cast):
    """Silence is never a yes: a school that took part without saying so is asked, too."""
    run = actions.finish_typing(run=written, by=cast.ben)
    everyone = {m.school for m in cast.harbour.memberships.current()}
    assert (set(schools_involved(run)), not_said(run)) == (everyone, 6)


def test_where_every_sheet_says_its_school_those_are_asked(cast):
    sheets = ({"lines": "1t north\n3 south", "people": "2"},)
    run = actions.finish_typing(run=being_typed(cast.ben, cast.harbour, sheets, {}), by=cast.ben)
    named = [schools_of(cast.harbour)[number][1] for number in (1, 3)]
    assert ([one.name for one in schools_involved(run)], not_said(run)) == (sorted(named), 0)


# --- the same figures ---


WANTED = {"cards", "sorts", "consensus", "agreement", "groups", "reasons", "movement"}


def finished(by, schools):
    """A session of bots that came to all figures: not each of them fills every diamond.

    On paper the room votes by the letters of the list, so nobody here votes for a card of their own.
    """
    for seed in range(1, 20):
        made, run = session("diamond_nine", by, schools, people=8, seed=seed, rounds=20)
        there = {key for key, rows in figures(run).items() if rows}
        counts = made.room["tallies"].get("final", {}).get("counts") or {}
        listed = {card["code"] for card in made.setup["cards"]}
        if there >= WANTED and made.state["own"] and listed.issuperset(counts):
            return made, run
    raise AssertionError("no session of bots came to all figures")


def test_the_same_sorts_give_the_same_figures_on_phones_and_on_paper(cast):
    """Bots play a Diamond 9 on phones; what they did is typed in as from paper."""
    schools = (cast.quayside, cast.eastway, cast.marsh_lane)
    made, phones = finished(cast.ben, schools)
    run = hold(cast.ben, key="diamond_nine", opened=False)
    Run.objects.filter(pk=run.pk).update(setup=made.setup)
    run.refresh_from_db()
    run.state["setup"] = made.setup
    run.save()
    actions.start_typing(run=run, by=cast.ben)
    tables, room = as_written(made)
    for number, sheet in enumerate(tables, 1):
        actions.keep_table(run=run, number=number, sheet=sheet, by=cast.ben)
    actions.keep_room(run=run, sheet=room, by=cast.ben)
    paper = actions.finish_typing(run=run, by=cast.ben)
    assert figures(paper) == figures(phones)
    assert WANTED - {key for key, rows in figures(paper).items() if rows} == set()
    assert made.state["own"]
    assert replayed(paper) == (paper.room, paper.state)


def as_written(made):
    """What people would have written on paper of a session that was played on phones."""
    state, room = made.state, made.room
    letters = {c["code"]: chr(65 + at) for at, c in enumerate(made.setup["cards"])}
    tables = []
    for group, seats in room["groups"].items():
        owned = [
            s
            for s in seats
            if s in state["counted"] and "own" in state["seats"][s]["sort"].values()
        ]
        named = {state["seats"][s]["own_code"]: f"Z{at}" for at, s in enumerate(owned, 1)} | letters
        lines = []
        for seat in (s for s in seats if s in state["counted"]):
            mine = state["seats"][seat]
            nine = "".join(letters.get(mine["sort"][slot], "Z") for slot in SLOTS)
            lines.append(nine + (f" = {mine['own']}" if "Z" in nine else ""))
        board = state["groups"][group]
        rows = [
            f"{row}: "
            + " ".join(
                named[board["sort"][s]] for s in SLOTS if s[0] == str(row) and s in board["sort"]
            )
            for row in range(1, 6)
        ]
        tables.append({
            "lines": "\n".join(lines), "people": str(sum(room["seats"][s]["people"] for s in seats)),
            "diamond": "; ".join(rows) if board["sort"] else "",
            "argued": " ".join(named[code] for code in board["argued"]),
            "reasons": "\n".join(f"{named[r['card']]}: {r['text']}" for r in board["reasons"]),
            "dissent": "\n".join(line["text"] for line in board["dissent"]),
        })  # fmt: skip
    final, counts = state["final"], room["tallies"].get("final", {}).get("counts") or {}
    return tables, {
        "agreed": letters.get(final["card"], "") if final else "",
        "note": final["note"] if final else "",
        "votes": ", ".join(f"{letters[code]} {n}" for code, n in counts.items()),
    }


SLOTS = ("1", "2a", "2b", "3a", "3b", "3c", "4a", "4b", "5")


def figures(run):
    """Every table that comes from what people sorted and said, without codes and places."""
    activity, view = activity_of(run.activity), engine.room_of(run.room)
    found = {}
    for table in activity.tables(run.state, view):
        if table.key in {"schools", "roles", "challenges", "reading"}:
            continue  # who took part is typed as far as it is known; questions without a card
        dropped = {"code", "place", "locked"}
        keep = [at for at, name in enumerate(table.columns) if name not in dropped]
        found[table.key] = sorted(json.dumps([row[at] for at in keep]) for row in table.rows)
    return found


# --- small readers ---


def test_findings_with_what_is_seen_differently():
    assert read_findings("One.\n - not me\n\n– nor I\nTwo.") == [
        ("One.", ["not me", "nor I"]), ("Two.", []),
    ]  # fmt: skip
    with pytest.raises(Refused, match="At most 12 findings"):
        read_findings("\n".join(f"Finding {n}" for n in range(13)))


def test_a_line_may_begin_with_school_and_role():
    places = Places({1: "11"}, {"t": "teacher"})
    assert read_who("1t FAC", places) == ("11", "teacher", "FAC")
    assert read_who("0T F A C", places) == ("", "teacher", "F A C")
    assert read_who("1 FAC", places) == ("11", "other", "FAC")
    assert read_who("FAC", places) == ("", "other", "FAC")
    assert read_who("1: F; 2: A", places) == ("", "other", "1: F; 2: A")


def test_a_run_begun_under_an_older_version_is_brought_up(cast):
    run = being_typed(cast.ben, cast.harbour)
    Run.objects.filter(pk=run.pk).update(
        version=1, state={k: v for k, v in run.state.items() if k != "praise"}
    )
    run = actions.finish_typing(run=run, by=cast.ben)
    assert (run.version, run.state["praise"]) == (2, "")
    assert Ballot.objects.filter(run=run).count() == 2
    assert typed.empty_sheets() == {"tables": [], "room": {}}
