"""What the room has in common, read from the pages: the projector says what it leaves out."""

from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string

from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.activity import ACTIVITY

K = [f"k{number}" for number in range(1, 17)]
NINE = K[:9]
BRIEF = {key: str(texts["brief"]) for key, texts in words.READING.items() if "brief" in texts}


class Blocks(HTMLParser):
    """heading -> the texts of the paragraphs and list items that follow it, as people read them."""

    HEADINGS, TEXTS = {"h1", "h2", "h3", "summary"}, {"p", "li"}

    def __init__(self, text):
        super().__init__()
        self.found, self.into, self.heading = {"": []}, None, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in self.HEADINGS or tag in self.TEXTS:
            self.into = []

    def handle_data(self, text):
        if self.into is not None:
            self.into.append(text)

    def handle_endtag(self, tag):
        if self.into is None or tag not in self.HEADINGS | self.TEXTS:
            return
        said, self.into = " ".join("".join(self.into).split()), None
        if tag in self.HEADINGS:
            self.heading = said
            self.found[said] = []
        else:
            self.found[self.heading].append(said)


def blocks(made, kind, seat=""):
    page = {"seat": "board"}.get(kind, kind)
    context = {"seen": made.see(kind, seat), "labels": {}, "move_url": "/runs/7/moves/"}
    return Blocks(render_to_string(f"diamond_nine/{page}.html", context)).found


def line(number, count, of, more=""):
    return f"Card number {number} {count} of {of}{more}"


@pytest.fixture
def three_groups(in_groups):
    """Three groups of which two put each of k1 to k4 high, and all left k12 to k16 out."""
    made, _ = in_groups(12)
    assert list(made.room["groups"]) == ["A", "B", "C"]
    made.board("A", ["k1", "k2", "k3", *K[4:10]])
    made.board("B", ["k1", "k2", "k4", *K[4:10]])
    made.board("C", ["k3", "k4", "k11", *K[4:10]])
    made.to("common")
    return made


def test_the_projector_names_what_most_groups_chose_and_rejected(three_groups):
    shown = blocks(three_groups, "screen")
    assert shown["Put high by most groups"] == [
        line(1, 2, 3), line(2, 2, 3), line(3, 2, 3, " and 1 more")
    ]  # fmt: skip
    assert shown["Put low or left out by most groups"] == [
        line(8, 3, 3), line(9, 3, 3), line(10, 3, 3, " and 6 more"), BRIEF["common"]
    ]  # fmt: skip


def test_a_phone_names_all_that_most_groups_chose_and_rejected(three_groups):
    shown = blocks(three_groups, "seat", "s1")
    high = [f"Card number {number}: 2 of 3 groups" for number in (1, 2, 3, 4)]
    assert shown["Put high by most groups"] == high
    placed = [f"Card number {number}: 3 of 3 groups" for number in (8, 9, 10)]
    out = [f"Card number {n}: 3 of 3 groups (3 left it out)" for n in range(12, 17)]
    mostly = ["Card number 11: 2 of 3 groups (2 left it out)"]
    reading = words.reading("common")
    told = f"{reading['how_to_read']} What it does not show: {reading['does_not_show']}"
    assert shown["Put low or left out by most groups"] == [*placed, *out, *mostly, told]


def test_without_two_groups_wall_and_phone_show_what_people_chose_alone(in_sort):
    made, seats = in_sort(6)
    for seat in seats:
        made.sort(seat, NINE)
    made.to("common")
    shown = blocks(made, "screen")
    assert shown["Put high most often"] == [line(1, 6, 6), line(2, 6, 6), line(3, 6, 6)]
    assert shown["Put low or left out most often"] == [
        line(7, 6, 6), line(8, 6, 6), line(9, 6, 6, " and 7 more"), BRIEF["alone"]
    ]  # fmt: skip
    shown = blocks(made, "seat", seats[0])
    assert shown["Put high most often"] == [f"Card number {n}: 6 of 6 people" for n in (1, 2, 3)]
    reading = words.reading("alone")
    assert shown["Put low or left out most often"] == [
        *(f"Card number {n}: 6 of 6 people" for n in (7, 8, 9)),
        *(f"Card number {n}: 6 of 6 people (6 left it out)" for n in range(10, 17)),
        f"{reading['how_to_read']} What it does not show: {reading['does_not_show']}",
    ]


def test_without_groups_and_sorts_the_wall_says_why_there_is_nothing(hall):
    made = hall()
    made.people(3)
    made.to("common")
    few = words.TOO_FEW_SORTS.format(floor=5)
    assert blocks(made, "screen") == {
        "": [],
        "Everyone's sorts put together": [few],
        "What most groups chose or rejected": [words.TOO_FEW_GROUPS],
    }


def test_the_wall_says_how_many_votes_reasons_and_voices_it_leaves_out(in_groups):
    made, _ = in_groups(8)
    made.board("A", NINE)
    first = made.room["groups"]["A"][0]
    for code in NINE[:5]:
        made.play(first, "reason", card=code, text=f"Why {code}")
    made.play(first, "reason", card="k1", text="And why else")
    for number in range(3):
        made.play(first, "dissent", text=f"Voice {number}")
    made.to("present")
    made.desk("present", group="A")
    shown = blocks(made, "screen")
    seen = [reason["card"]["code"] for reason in made.see("screen")["presenting"]["reasons"]]
    more = {"k1": " and 1 more"}
    assert shown["Group A"] == [
        *(f"Card number {c[1:]}: Why {c}{more.get(c, '')}" for c in seen[:4]), "and 1 more"
    ]  # fmt: skip
    assert shown["Seen differently"] == ["Voice 0", "Voice 1 and 1 more"]
    made.house("tally", question="final", cast=8, counts=["k1=3", "k2=2", "k3=2", "k4=1"])
    made.to("agree")
    assert blocks(made, "screen")["The secret vote"] == [
        "Card number 1 3", "Card number 2 2", "Card number 3 2 and 1 more", BRIEF["vote"]
    ]  # fmt: skip


def split_room(made, seats):
    """Half of the room sorts the other way round."""
    for number, seat in enumerate(seats):
        made.sort(seat, NINE if number % 2 else NINE[::-1])


@pytest.mark.parametrize(
    ("phase", "groups", "keys"),
    [
        ("present", True, {"groups"}),
        ("common", True, {"consensus", "agreement", "common", "polarised"}),
        ("common", False, {"consensus", "agreement", "alone", "polarised"}),
        ("agree", True, {"consensus", "agreement", "vote"}),
    ],
)
def test_every_figure_on_the_wall_bears_one_line_on_what_it_says(in_sort, phase, groups, keys):
    made, seats = in_sort(8)
    split_room(made, seats)
    if groups:
        made.to("groups")
        for letter in made.room["groups"]:
            made.board(letter, NINE)
    if phase == "present":
        made.to("present")
        made.desk("present", group="A")
    else:
        made.to("common")
        made.house("tally", question="final", cast=8, counts=["k1=8"])
    if phase == "agree":
        made.to("agree")
    seen = made.see("screen")
    text = render_to_string("diamond_nine/screen.html", {"seen": seen, "activity": ACTIVITY})
    assert {key for key, said in BRIEF.items() if said in text} == keys
    assert {key for key, said in BRIEF.items() if text.count(said) > 1} == set()
    assert [said for said in BRIEF.values() if len(said) > 80] == []
