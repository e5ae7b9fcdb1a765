"""Sessions stopped early: what was promised before joining holds, and what there is is shown."""

import pytest

K = [f"k{number}" for number in range(1, 17)]
NINE = K[:9]
#: Where the desk goes after sorting alone, before it closes; none of these enters the groups.
PASSED_OVER = ("", "present", "common", "agree", "findings")


def closed_after_sorting(made, seats, texts, to=""):
    """Everyone locks a sort, those with a text hold their own card in it; then it is over."""
    for seat, text in zip(seats, texts, strict=True):
        if text:
            made.play(seat, "own_card", text=text)
        made.sort(seat, ["own", *NINE[:8]] if text else NINE)
    if to:
        made.to(to)
    made.house("close")
    return made


def own_cards_of(made):
    """The own cards on the page of the result, and their rows in the table of cards."""
    shown = made.record()["figures"]["own_cards"]["cards"]
    rows = [row for row in made.tables()["cards"].rows if row[2] != "given"]
    return shown, rows


@pytest.mark.parametrize("to", PASSED_OVER)
def test_own_cards_are_on_the_record_of_a_session_that_had_no_groups(in_sort, to):
    """Announced: if you lock it into your diamond, the words go on the record."""
    made, seats = in_sort(4, blank=True)
    closed_after_sorting(made, seats, ["Zeal", "", "apples", "Zeal"], to)
    assert own_cards_of(made) == (
        [
            {"card": {"code": "own-1", "text": "apples"}, "placed": []},
            {"card": {"code": "own-2", "text": "Zeal"}, "placed": []},
            {"card": {"code": "own-3", "text": "Zeal"}, "placed": []},
        ],
        [
            ("own-1", "apples", "written by a participant"),
            ("own-2", "Zeal", "written by a participant"),
            ("own-3", "Zeal", "written by a participant"),
        ],
    )
    assert made.replayed() == (made.room, made.state)


def test_the_record_is_the_same_whoever_wrote_which_own_card(in_sort):
    """Neither the order of the cards nor anything else points at a seat."""
    texts = ["Zeal", "apples", "Apples", "mist", "", "oaks"]
    records = []
    for turn in range(len(texts)):
        made, seats = in_sort(6, blank=True)
        closed_after_sorting(made, seats, [*texts[turn:], *texts[:turn]])
        records.append((made.record(), [table.rows for table in made.tables().values()]))
    assert records == [records[0]] * len(texts)
    own = records[0][0]["figures"]["own_cards"]["cards"]
    assert [one["card"]["text"] for one in own] == ["Apples", "apples", "mist", "oaks", "Zeal"]


def test_only_own_cards_locked_into_a_diamond_are_on_the_record(in_sort):
    made, (kept, open_, aside, gone, *_) = in_sort(6, blank=True)
    for seat in (kept, open_, aside, gone):
        made.play(seat, "own_card", text=f"Written at {seat}")
    made.sort(kept, ["own", *NINE[:8]])
    made.sort(open_, ["own", *NINE[:8]], lock=False)
    made.sort(aside, NINE)
    made.sort(gone, ["own", *NINE[:8]])
    made.house("remove", seat=gone)
    made.house("close")
    shown, rows = own_cards_of(made)
    assert [one["card"]["text"] for one in shown] == [f"Written at {kept}"]
    assert rows == [("own-1", f"Written at {kept}", "written by a participant")]


def test_before_closing_nobody_but_the_author_sees_an_own_card_that_came_to_no_group(in_sort):
    made, seats = in_sort(6, blank=True)
    made.play(seats[0], "own_card", text="CANARY")
    made.sort(seats[0], ["own", *NINE[:8]])
    for phase in ("present", "common", "agree", "findings"):
        made.to(phase)
        others = [made.see("seat", seat) for seat in seats[1:]]
        assert "CANARY" not in str([*others, *(made.see(kind) for kind in ("desk", "screen"))])
    assert "CANARY" in str(made.see("seat", seats[0]))


# --- what people chose and rejected most ---

TOO_FEW = "Fewer than 5 people locked a sort, so no figure is made from what people sorted alone."


def most_of(made):
    """What is shown as chosen and rejected most, as (card, people), and the rows of the table."""
    figure = made.record()["figures"]["alone"]
    shown = {
        key: [(one["card"]["code"], one[key]) for one in figure[key]]
        for key in ("high", "rejected")
    }
    return figure["why_not"], shown, made.tables()["alone"].rows


def test_chosen_and_rejected_most_come_from_the_sorts_made_alone(in_sort):
    made, seats = in_sort(6)
    for number, seat in enumerate(seats):
        made.sort(seat, NINE if number < 4 else K[2:11])
    made.house("close")
    assert made.record()["figures"]["common"]["why_not"] == (
        "Fewer than two groups filled their diamond, so there is nothing to compare."
    )
    left_out = [f"k{number}" for number in range(12, 17)]
    assert most_of(made) == (
        "",
        {
            "high": [("k3", 6), ("k1", 4), ("k2", 4)],
            "rejected": [("k9", 6), ("k10", 6), ("k11", 6), *((code, 6) for code in left_out)],
        },
        [
            ("put high", "k3", "Card number 3", 6, 6, ""),
            ("put high", "k1", "Card number 1", 4, 6, ""),
            ("put high", "k2", "Card number 2", 4, 6, ""),
            ("put low or left out", "k9", "Card number 9", 6, 6, 0),
            ("put low or left out", "k10", "Card number 10", 6, 6, 4),
            ("put low or left out", "k11", "Card number 11", 6, 6, 4),
            *(
                ("put low or left out", code, f"Card number {code[1:]}", 6, 6, 6)
                for code in left_out
            ),
        ],
    )


def test_four_sorts_show_nothing_chosen_or_rejected(in_sort):
    made, seats = in_sort(4)
    closed_after_sorting(made, seats, [""] * 4)
    assert most_of(made) == (TOO_FEW, {"high": [], "rejected": []}, [])
