"""Pictures of the record: they say in form and words what their tables hold."""

from exchange.activities.diamond_nine.pictures import pictures, wrapped
from exchange.activities.diamond_nine.tests.conftest import ACTIVITY

NINE = [f"k{number}" for number in range(1, 10)]


def closed(made, *, agreed=""):
    for letter in made.room["groups"]:
        made.board(letter, NINE)
    made.to("agree")
    if agreed:
        made.desk("settle", card=agreed)
    made.house("close")
    return {one.key: one for one in pictures(made.state, made.engine_room())}


def test_a_picture_for_each_diamond_and_one_for_the_spread(in_groups):
    made, _ = in_groups(6)
    drawn = closed(made)
    assert list(drawn) == ["consensus", "spread", "group-a", "group-b"]
    assert [one.table for one in drawn.values()] == ["consensus", "sorts", "groups", "groups"]


def test_below_the_floor_no_picture_of_what_was_sorted_alone(in_groups):
    made, _ = in_groups(4)
    assert list(closed(made)) == ["group-a"]


def test_a_diamond_has_its_rows_and_marks_the_card_agreed(in_groups):
    made, _ = in_groups(6)
    picture = closed(made, agreed="k1")["group-a"]
    cards = picture.drawn["cards"]
    assert [card["code"] for card in cards] == NINE
    assert [card["code"] for card in cards if card["agreed"]] == ["k1"]
    assert [sum(card["y"] == y for card in cards) for y in sorted({c["y"] for c in cards})] == [
        1, 2, 3, 2, 1,
    ]  # fmt: skip
    assert picture.sentence == (
        "Row 1: Card number 1. Row 2: Card number 2; Card number 3. "
        "Row 3: Card number 4; Card number 5; Card number 6. "
        "Row 4: Card number 7; Card number 8. Row 5: Card number 9."
    )


def test_the_bars_are_the_table(in_groups):
    made, _ = in_groups(9)
    bars = closed(made)["spread"].drawn["bars"]
    table = {row[1]: list(row[2:8]) for row in made.tables()["sorts"].rows}
    assert len(bars) == len(table) == 16
    for bar in bars:
        text = " ".join(line["text"] for line in bar["lines"])
        assert [part["count"] for part in bar["parts"]] == [n for n in table[text] if n]
        assert round(sum(part["width"] for part in bar["parts"])) == 380


def test_long_words_are_broken_and_too_many_cut(in_groups):
    assert wrapped("x" * 60) == ["x" * 26, "x" * 26, "x" * 8]
    assert wrapped("word " * 60)[-1].endswith("…")
    assert len(wrapped("word " * 60)) == 6
    assert wrapped("") == [""]


def test_a_card_pasted_from_our_own_file_is_the_card_it_was():
    lines = ["'=Equal", "'- dash", "''=quoted", *(f"Card {n}" for n in range(7))]
    values = {
        "criterion": "c", "cards": "own", "lines": lines, "blank": False, "privacy": "private",
        "afterwards": "seats",
    }  # fmt: skip
    texts = [card["text"] for card in ACTIVITY.setup(values, {"packs": {}})["cards"]]
    assert texts[:3] == ["=Equal", "- dash", "'=quoted"]
