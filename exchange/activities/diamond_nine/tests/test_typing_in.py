"""Diamonds on paper, as people type them: forgiving, and telling what is missing or doubled."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.activities.diamond_nine.tests.conftest import ACTIVITY, PACKS, VALUES
from exchange.live import engine, typed
from exchange.live.plugin import Refused
from exchange.live.typed import Places

SETUP = ACTIVITY.setup({**VALUES, "blank": True}, PACKS)
NINE_CARDS = {
    "packs": {
        "card_set": [
            {"key": "first", "title": "", "cards": PACKS["packs"]["card_set"][0]["cards"][:9]}
        ]
    }
}
NINE_ONLY = ACTIVITY.setup(VALUES, NINE_CARDS)
PLACES = Places({1: "11", 2: "12"}, {"t": "teacher", "h": "headteacher"})
READ = ACTIVITY.typing.read
DIAMOND = {
    "1": "F",
    "2a": "A",
    "2b": "C",
    "3a": "B",
    "3b": "D",
    "3c": "E",
    "4a": "G",
    "4b": "H",
    "5": "I",
}


def person(line, setup=SETUP):
    return READ(setup, "person", {"line": line})


def refusal(part, values, setup=SETUP):
    with pytest.raises(Refused) as caught:
        READ(setup, part, values)
    return caught.value.sentence


def table(**values):
    fields = engine.clean(ACTIVITY.typing.table, values)
    return READ(SETUP, "table", fields)


def room(**values):
    return READ(SETUP, "room", engine.clean(ACTIVITY.typing.room, values))


@pytest.mark.parametrize(
    "line",
    [
        "FACBDEGHI", "facbdeghi", "F AC BDE GH I", "F / A C / B D E / G H / I", "f, a.c; b|d e g-h>i",
        "1: F; 2: A C; 3: B D E; 4: G H; 5: I", "5) i 4) g h 3) b d e 2) a c 1) f",
        "1:F 2:AC 3:BDE 4:GH 5:I", "  F\tAC  BDE GH I ",
    ],
)  # fmt: skip
def test_many_ways_to_type_one_diamond(line):
    assert person(line) == {"sort": DIAMOND, "own": ""}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("FACBDEGH", "These are 8 letters; nine are needed."),
        ("FACBDEGHIJ", "These are 10 letters; nine are needed."),
        ("FACBDEGHF", "Typed twice: F. Each card lies in one place."),
        ("FACBDEGHQ", "There is no card Q. The cards are A to P."),
        ("FACBDEGH?", "“?” is no card. The cards are A to P."),
        ("FACBDEGH7", "“7” is no card. The cards are A to P."),
        ("1: F 2: A 3: BDE 4: GH 5: I", "These are 8 letters; nine are needed."),
        ("1: FA 2: C 3: BDE 4: GH 5: I", "Row 1 takes 1 and stands once; here it has 2."),
        ("1: F 1: A 2: CB", "Row 1 takes 1 and stands once; here it has 1."),
        ("FA 2: C", "Begin with the row's number, or type the nine letters alone."),
        ("FACBDEGHZ", "Z is a card of their own: type its words at the end, after =."),
        ("FACBDEGHI = words", "There are words after =, but no Z among the letters."),
        ("Z1ACBDEGHZ2 = w", "A person has one card of their own: Z stands once."),
        ("FACBDEGHZ = " + "w" * 121, "That is too long: 121 characters, and 120 is the most."),
    ],
)  # fmt: skip
def test_it_says_what_is_missing_doubled_or_unknown(line, sentence):
    assert refusal("person", {"line": line}) == sentence


def test_where_nine_cards_are_given_it_says_which_is_missing():
    assert refusal("person", {"line": "FACBDEG"}, NINE_ONLY) == (
        "These are 7 letters; nine are needed. Missing: H, I."
    )
    assert refusal("person", {"line": "FACBDEGHZ = x"}, NINE_ONLY) == (
        "Z stands for a card of somebody's own; there is none here."
    )


def test_a_card_of_ones_own_is_z_with_its_words():
    assert person("ZACBDEGHI =  More   time ") == {
        "sort": {**DIAMOND, "1": "Z"},
        "own": "More time",
    }


def test_a_tables_sheet():
    assert table(diamond="facbdeghi", argued="f, a f", dissent="Not me\n\nNor I",
                 reasons="F: because\na) so it is\n") == {
        "sort": DIAMOND, "argued": ["F", "A"], "reasons": [["F", "because"], ["A", "so it is"]],
        "dissent": ["Not me", "Nor I"],
    }  # fmt: skip
    assert table()["sort"] == {}
    assert table(diamond="1: F; 3: A")["sort"] == {"1": "F", "3a": "A"}
    assert refusal("table", engine.clean(ACTIVITY.typing.table, {"reasons": "no card"})) == (
        "Begin each reason with its card and a colon, for example F: because …"
    )


def test_the_rooms_sheet():
    assert room(agreed=" f ", note="if time", votes="A 5, c:3 A2", asked="B: why?") == {
        "agreed": "F", "note": "if time", "votes": {"A": 7, "C": 3}, "asked": [["B", "why?"]],
    }  # fmt: skip
    for values, sentence in (
        ({"agreed": "FA"}, "Type the letter of one card, A to P."),
        ({"agreed": "Z"}, "Type the letter of one card, A to P."),
        ({"note": "x"}, "There is a note, but no card. Type the card's letter, or empty the note."),
        ({"votes": "A 5, ?"}, "Type letters with the number of slips, for example A 5, C 3."),
        ({"votes": "Q 5"}, "There is no card Q. The cards are A to P."),
        ({"asked": "why?"}, "Begin each line with the group and a colon, for example B: why?"),
    ):
        assert refusal("room", engine.clean(ACTIVITY.typing.room, values)) == sentence


@settings(max_examples=150)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_typed_it_is_read_or_refused_with_a_sentence(line, diamond, votes):
    sheets = {
        "tables": [{"lines": line, "people": "5", "diamond": diamond, "argued": votes,
                    "reasons": line, "dissent": votes}],
        "room": {"votes": votes, "agreed": line[:8], "asked": diamond, "findings": line},
    }  # fmt: skip
    found = typed.read(ACTIVITY, SETUP, sheets, PLACES)
    assert all(fault.sentence.endswith((".", "!", "?", "…")) for fault in found.faults)
    for sort in [t["sheet"]["sort"] for t in found.typed["tables"].values()]:
        assert len(set(sort.values())) == len(sort)


# --- the session that sheets make ---


def rehearsed(sheets, setup=SETUP):
    made = typed.Rehearsal(
        ACTIVITY, engine.new_room(ACTIVITY, {}, 0), ACTIVITY.start(setup, engine.chance_for("s", 0)),
        "s", 1_000,
    )  # fmt: skip
    found = typed.read(ACTIVITY, setup, sheets, PLACES)
    assert found.faults == []
    return typed.rehearse(ACTIVITY, made, found)


def test_tables_sit_as_they_sat_and_seats_are_marked():
    sheets = {
        "tables": [
            {"lines": "1t FACBDEGHI\nFACBDEGHI", "people": "4", "school": "12", "role": "teacher"},
            {"lines": "2h FACBDEGHI\n0t FACBDEGHI", "people": ""},
        ],
        "room": {},
    }
    room = rehearsed(sheets).room
    assert room["groups"] == {"A": ["s1", "s2", "s3"], "B": ["s4", "s5"]}
    assert [(s["school"], s["role"], s["people"], s["paper"]) for s in room["seats"].values()] == [
        ("11", "teacher", 1, True), ("", "other", 1, True), ("12", "teacher", 2, True),
        ("12", "headteacher", 1, True), ("", "teacher", 1, True),
    ]  # fmt: skip


def test_own_cards_come_to_their_table_and_can_lie_in_its_diamond():
    sheets = {
        "tables": [
            {"lines": "ZACBDEGHI = First own\nFACBDEGHZ = Second own\nFACBDEGHI", "people": "3",
             "diamond": "Z2ACBDEGHZ1", "reasons": "Z1: it is ours"},
            {"lines": "ZACBDEGHI = Third own", "diamond": "ZACBDEGHI"},
        ],
        "room": {},
    }  # fmt: skip
    state = rehearsed(sheets).state
    texts = [[state["own"].get(state["groups"][letter]["sort"][slot]) for slot in ("1", "5")]
             for letter in "AB"]  # fmt: skip
    assert texts == [["Second own", "First own"], ["Third own", None]]
    assert state["own"][state["groups"]["A"]["reasons"][0]["card"]] == "First own"


def test_a_table_cannot_lay_a_card_that_nobody_of_it_brought():
    sheets = {"tables": [{"lines": "FACBDEGHI", "diamond": "ZACBDEGHI"}], "room": {}}
    with pytest.raises(Refused, match="Table A has “Z”"):
        rehearsed(sheets)


def test_nine_given_cards_need_no_choosing_and_one_may_make_room_for_an_own():
    setup = ACTIVITY.setup({**VALUES, "blank": True}, NINE_CARDS)
    sheets = {"tables": [{"lines": "ZACBDEGHI = Own\nFACBDEGHI"}], "room": {}}
    state = rehearsed(sheets, setup).state
    assert [seat["sort"]["1"] for seat in state["seats"].values()] == ["own", "k6"]


def test_votes_questions_and_the_one_item():
    table = {"people": "6", "diamond": "FACBDEGHI"}
    room = {"votes": "A 3 C 3", "agreed": "C", "note": "with time", "asked": "A: why?"}
    made = rehearsed({"tables": [table], "room": room})
    assert made.room["tallies"] == {"final": {"cast": 6, "counts": {"k1": 3, "k3": 3}}}
    assert made.state["final"] == {"card": "k3", "note": "with time"}
    assert [line["text"] for line in made.state["challenges"]] == ["why?"]


def test_there_are_no_more_votes_than_people():
    table = {"people": "6", "diamond": "FACBDEGHI"}
    with pytest.raises(Refused, match="more votes than people"):
        rehearsed({"tables": [table], "room": {"votes": "A 7"}})
