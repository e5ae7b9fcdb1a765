"""Setting up: cards from a pack, typed or pasted; refusals name the line."""

import pytest

from exchange.activities.diamond_nine import setup
from exchange.activities.diamond_nine.activity import ACTIVITY
from exchange.live.plugin import Refused

LINES = [f"Thing {number}" for number in range(1, 10)]
PACK = {
    "key": "first",
    "title": "First",
    "about": "",
    "cards": [{"code": f"k{n}", "text": f"Card {n}"} for n in range(1, 17)],
}
CONTEXT = {"packs": {"card_set": [PACK]}}
VALUES = {
    "criterion": "", "cards": "own", "lines": LINES, "blank": False, "privacy": "private",
    "afterwards": "seats",
}  # fmt: skip


def made(**values):
    return ACTIVITY.setup({**VALUES, **values}, CONTEXT)


def refusal(**values):
    with pytest.raises(Refused) as refused:
        made(**values)
    return refused.value.field, refused.value.sentence


def test_choices_are_the_packs_and_our_own():
    assert setup.pack_choices(CONTEXT) == [
        ("first", "First (16 cards)"), ("own", "Our own cards, typed or pasted below")
    ]  # fmt: skip
    assert [value for value, _ in setup.pack_choices({})] == ["own"]


def test_typed_cards_without_blanks_and_repeats():
    cards = made(lines=["", "  Thing 1 ", *LINES, "thing 1.", "- Thing   2"])["cards"]
    assert [card["text"] for card in cards] == LINES
    assert [card["code"] for card in cards] == [f"c{number}" for number in range(1, 10)]


def test_a_pack_keeps_its_codes():
    found = made(cards="first", lines=[])
    assert found == {
        "criterion": "most important", "cards": PACK["cards"], "source": "First", "blank": False,
        "privacy": "private", "afterwards": "seats",
    }  # fmt: skip


def test_a_pack_whose_codes_look_like_own_cards_is_numbered_again():
    cards = [{"code": "own" if n == 1 else f"k{n}", "text": f"Card {n}"} for n in range(1, 10)]
    context = {"packs": {"card_set": [{**PACK, "cards": cards}]}}
    found = ACTIVITY.setup({**VALUES, "cards": "first", "lines": []}, context)
    assert [card["code"] for card in found["cards"]] == [f"c{n}" for n in range(1, 10)]


@pytest.mark.parametrize(
    "lines",
    [
        LINES,
        ["\ufeffcard", *LINES],
        ['"card"', *(f'"{line}"' for line in LINES)],
        ["no,card,who", *(f"{n},{line},x" for n, line in enumerate(LINES))],
        ["no;text", *(f"{n};{line}" for n, line in enumerate(LINES))],
        ["no\ttext", *(f"{n}\t{line}" for n, line in enumerate(LINES))],
        [f"{n}. {line}" for n, line in enumerate(LINES, 1)],
        [f"{line}\t" for line in LINES],
    ],
)
def test_pasted_columns(lines):
    assert setup.read_lines(lines) == LINES


def test_commas_belong_to_a_card():
    odd = ["Reading, writing and talk", 'The word "enough"', '"Why?" asked daily', '"One, two"']
    assert setup.read_lines(odd) == [
        "Reading, writing and talk", 'The word "enough"', '"Why?" asked daily', "One, two"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"lines": []}, "lines", "Type or paste the cards, one to a line: at least nine."),
        ({"lines": LINES[:8]}, "lines",
         "A Diamond 9 needs at least nine different cards; there are 8 after removing blanks and "
         "repeats."),
        ({"lines": [f"Thing {n}" for n in range(26)]}, "lines",
         "There are 26 cards. Keep it to 25, so that people can read them all."),
        ({"lines": [*LINES, "x" * 121]}, "lines",
         "Line 10 has 121 characters. Shorten that card to 120 or fewer."),
        ({"lines": [*LINES, "a\tb"]}, "lines",
         "Line 10 has several columns. Paste one column only, one card to a line."),
        ({"lines": [*LINES, '"a","b"']}, "lines",
         "Line 10 has several columns. Paste one column only, one card to a line."),
        ({"lines": ["no,card", "1,Thing", "2"]}, "lines",
         "Line 3 has no cell in the column “card”."),
        ({"cards": "first"}, "lines",
         "You chose a card set and also typed cards. Choose our own cards, or empty the box."),
        ({"cards": "none such", "lines": []}, "cards",
         "Choose a card set, or choose our own cards and type them."),
        ({"privacy": "everyone"}, "privacy",
         "Choose who sees the sort that each person makes alone."),
        ({"afterwards": ""}, "afterwards",
         "Choose who may see the groups' diamonds afterwards."),
    ],
)  # fmt: skip
def test_refusals(values, field, sentence):
    assert refusal(**values) == (field, sentence)


def test_announced_before_joining():
    private = ACTIVITY.announce(made())
    assert private[0].startswith("Your own sort stays yours")
    assert private[-1].endswith("and by no one else.")
    assert len(private) == 4
    opened = ACTIVITY.announce(made(privacy="own_group", blank=True, afterwards="network"))
    assert opened[0].startswith("Your own sort opens to your own group")
    assert opened[-1].endswith("once the schools have released it.")
    assert len(opened) == 5
