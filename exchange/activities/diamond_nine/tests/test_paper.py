"""The printed pack: right sizes and numbers of sheets, every card by its letter, words as words."""

from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from exchange.activities.diamond_nine import paper_words as said
from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.paper import PAPERS, lettered
from exchange.activities.diamond_nine.tests.conftest import ACTIVITY
from exchange.core.printing import pdf

FOLDER = Path(said.__file__).parent
HOSTILE = [
    '#import "x": *', "*bold* _not_ $x$", "// nothing", "<label> @ref", "`raw` \\", "Tŷ â thŵr",
    "=1+1", "-1", "#panic(1)", "w" * 120, "[content] {code}", "ends with \\",
]  # fmt: skip
ABOUT = {
    "lang": "en", "region": "gb", "activity": "Diamond 9", "network": "", "floor": 5,
    "title": "What matters?", "line": "Diamond 9", "marks": ["Invented"], "words": {"page": "Page"},
    "schools": [{"number": 3, "name": "Quayside"}], "roles": [{"letter": "t", "name": "Teacher"}],
    "groups": ["A", "B", "C"], "findings": [], "school_names": {}, "announce": ["Yours stays yours."],
    "phases": [{"key": p.key, "title": p.title, "minutes": p.minutes, "task": p.task}
               for p in ACTIVITY.phases],
}  # fmt: skip


def printed(key, given):
    paper = next(one for one in PAPERS if one.key == key)
    made = pdf(FOLDER / paper.template, {"about": ABOUT, "paper": paper.fill(given, ABOUT)})
    return PdfReader(BytesIO(made)).pages


def words_of(pages):
    return "".join("".join(page.extract_text() for page in pages).split())


def millimetres(page):
    return tuple(round(float(side) * 25.4 / 72) for side in page.mediabox[2:])


@pytest.fixture
def setup(hall):
    return hall(cards="own", lines=HOSTILE, blank=True).setup


@pytest.mark.parametrize(
    ("key", "sheets", "size"),
    [
        ("cards", 2, (297, 210)),  # twelve cards and a blank one, nine to a sheet
        ("grid", 4, (297, 420)),
        ("alone", 1, (210, 297)),
        ("table", 3, (210, 297)),
    ],
)
def test_as_many_sheets_as_are_needed_in_the_size_that_fits(setup, key, sheets, size):
    pages = printed(key, setup)
    assert [millimetres(page) for page in pages] == [size] * sheets


@pytest.mark.parametrize("key", ["cards", "alone"])
def test_every_card_stands_there_by_its_letter_word_for_word(setup, key):
    found = words_of(printed(key, setup)).replace("\u200b", "")
    for letter, card in zip(lettered(setup), setup["cards"], strict=True):
        assert letter + "".join(card["text"].split()) in found
    assert list(lettered(setup)) == list("ABCDEFGHIJKL")


def test_nine_cards_fill_one_sheet(hall):
    cards = [f"Card {number} " + "word " * 20 for number in range(9)]
    assert len(printed("cards", hall(cards="own", lines=cards).setup)) == 1


def test_the_most_and_longest_cards_still_fit_on_one_sheet_for_a_person(hall):
    cards = [f"{number} " + "word " * 23 for number in range(25)]
    assert len(printed("alone", hall(cards="own", lines=cards, blank=True).setup)) == 1


def test_the_script_has_every_step_its_time_and_how_to_read_each_figure(setup):
    found = words_of(printed("script", setup))
    for phase in ACTIVITY.phases:
        assert "".join(f"{phase.title}{phase.minutes} min".split()) in found
        for line in [line for part in said.PHASES[phase.key] for line in part]:
            assert "".join(line.split()) in found.replace("’", "'").replace("“", '"')
    for one in map(words.reading, words.READING):
        assert "".join(one["title"].split()) in found.replace("’", "'")


def test_the_report_says_what_the_record_shows(in_groups):
    made, _ = in_groups(6)
    made.board("A", [f"k{n}" for n in range(1, 10)])
    group = made.room["groups"]["A"]
    made.play(group[0], "group_unlock")
    made.play(group[0], "reason", card="k1", text="#panic() because")
    made.play(group[0], "dissent", text="*not* me")
    made.to("agree")
    made.desk("challenge", group="A", card="k1", text="Why $this$?")
    made.desk("settle", card="k2", note="with _time_")
    made.house("close")
    found = words_of(printed("report", made.record()))
    figures = made.record()["figures"]
    wanted = [
        "Card number 1: #panic() because", "*not* me", "Why $this$?", "with _time_",
        "6 people, 6 phones or sheets, 2 groups.", figures["agreement"]["why_not"],
        *(figure["title"] for figure in figures.values() if figure["key"] != "own_cards"),
    ]  # fmt: skip
    for sentence in wanted:
        assert "".join(sentence.split()) in found.replace("’", "'"), sentence
