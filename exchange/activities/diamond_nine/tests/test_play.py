"""Bots play named cases to the end; refused moves change nothing; nobody sees too early."""

from random import Random

import pytest

from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.activity import ACTIVITY
from exchange.activities.diamond_nine.diamond import SLOTS, with_card
from exchange.live import engine
from exchange.live.plugin import Refused

K = [f"k{number}" for number in range(1, 17)]
NINE = K[:9]


def refusal(play, *args, **data):
    with pytest.raises(Refused) as refused:
        play(*args, **data)
    return refused.value.sentence


# --- to the end ---


def played_through(made):
    """Everyone sorts alike, both groups turn the top round, the room settles on k2."""
    seats = made.people(8)
    for phase in ("read", "choose"):
        made.to(phase)
    for seat in seats:
        for code in NINE:
            made.play(seat, "choose", card=code)
    made.to("sort")
    assert ACTIVITY.waiting(made.state, engine.room_of(made.room)) == 8
    for seat in seats:
        made.sort(seat, NINE)
    assert ACTIVITY.waiting(made.state, engine.room_of(made.room)) == 0
    made.to("groups")
    assert sorted(made.room["groups"]) == ["A", "B"]
    for letter in "AB":
        made.board(letter, ["k2", "k1", *K[2:9]])
    seat = made.room["groups"]["A"][0]
    made.play(seat, "reason", card="k2", text="Everything else hangs on it")
    made.play(seat, "argue", card="k1")
    made.play(seat, "dissent", text="One of us would start with the first")
    made.to("present")
    made.desk("present", group="A")
    made.desk("challenge", group="A", card="k2", text="Why over the first?")
    made.to("common")
    made.house("tally", question="final", cast=8, counts=["k2=6", "k1=2"])
    made.to("agree")
    made.desk("settle", card="k2", note="after a second round")
    made.to("findings")
    return made


def test_a_room_of_eight_plays_to_the_end(hall):
    made = played_through(hall())
    assert [finding["text"] for finding in made.room["findings"]] == [
        "We agreed that the most important is: “Card number 2” (after a second round).",
        "Most of our groups put these high: “Card number 1” (2 of 2 groups), "
        "“Card number 2” (2 of 2 groups) and “Card number 3” (2 of 2 groups).",
        "Most of our groups put this low or left it out: “Card number 7” (2 of 2 groups), "
        "“Card number 8” (2 of 2 groups) and “Card number 9” (2 of 2 groups).",
    ]
    made.house("close")
    assert made.replayed() == (made.room, made.state)


def test_the_record_of_a_room_of_eight(hall):
    made = played_through(hall())
    made.house("close")
    record = made.record()
    figures = record["figures"]
    assert [
        [card["code"] for card in row["cards"]] for row in figures["consensus"]["rows"]
    ] == [["k1"], ["k2", "k3"], ["k4", "k5", "k6"], ["k7", "k8"], ["k9"]]  # fmt: skip
    assert figures["agreement"]["sentence"] == (
        "Kendall's W is 1.00 for 8 sorts made alone: close agreement."
    )
    assert [(one["card"]["code"], one["moved"]) for one in figures["movement"]["cards"]][:3] == [
        ("k1", -1.5), ("k2", 1.5), ("k3", 0.0)
    ]  # fmt: skip
    assert figures["polarised"]["cards"] == []
    assert [(one["card"]["code"], one["votes"]) for one in figures["vote"]["cards"]] == [
        ("k2", 6), ("k1", 2)
    ]  # fmt: skip
    assert record["final"] == {
        "card": {"code": "k2", "text": "Card number 2"}, "note": "after a second round"
    }  # fmt: skip
    assert record["challenges"][0]["text"] == "Why over the first?"
    assert record["boards"][0]["reasons"][0]["lines"][0]["text"] == "Everything else hangs on it"
    assert record["boards"][0]["argued"] == [{"code": "k1", "text": "Card number 1"}]
    assert figures["participation"]["schools"] == {"shown": [], "others": 8}
    assert figures["participation"]["roles"] == {
        "shown": [{"key": "teacher", "count": 8, "name": "Teachers"}], "others": 0
    }  # fmt: skip


def test_two_camps_split_the_room(in_sort):
    made, seats = in_sort(8)
    for number, seat in enumerate(seats):
        made.sort(seat, NINE if number % 2 else NINE[::-1])
    made.to("agree")
    figures = made.see("screen")["figures"]
    # They left out the same seven cards, which W counts as agreement; so the page says "yet".
    assert figures["agreement"]["words"] == words.CLOSE
    assert figures["agreement"]["yet"] == words.YET_SPLIT
    assert [one["card"]["code"] for one in figures["polarised"]["cards"]] == [
        "k1", "k2", "k3", "k7", "k8", "k9"
    ]  # fmt: skip
    assert figures["consensus"]["ties"] == [
        "“Card number 1”, “Card number 2”, “Card number 3”, “Card number 4”, “Card number 5”, "
        "“Card number 6”, “Card number 7”, “Card number 8” and “Card number 9” have the same "
        "average: they share 9 places of rows 1, 2, 3, 4 and 5."
    ]
    assert ACTIVITY.findings(made.state, engine.room_of(made.room)) == [
        "We differ on “Card number 1”: 4 of 8 people put it high when sorting alone, 4 put it low.",
        "We differ on “Card number 2”: 4 of 8 people put it high when sorting alone, 4 put it low.",
    ]


def test_two_camps_over_nine_given_cards_have_little_agreement(hall):
    made = hall(cards="own", lines=[f"Thing {n}" for n in range(1, 10)])
    seats = made.people(8)
    codes = [f"c{n}" for n in range(1, 10)]
    made.to("sort")
    for number, seat in enumerate(seats):
        made.sort(seat, codes if number % 2 else codes[::-1])
    made.to("agree")
    agreement = made.see("screen")["figures"]["agreement"]
    assert (agreement["w"], agreement["words"]) == (0.0, words.LITTLE)


def test_four_sorters_make_no_figure_of_what_they_sorted_alone(in_sort):
    made, seats = in_sort(6)
    for seat in seats[:4]:
        made.sort(seat, NINE)
    for seat in seats[4:]:
        made.sort(seat, NINE, lock=False)
    made.to("agree")
    made.house("close")
    figures = made.record()["figures"]
    few = "Fewer than 5 people locked a sort, so no figure is made from what people sorted alone."
    assert {key: figures[key]["why_not"] for key in ("consensus", "agreement", "polarised")} == {
        "consensus": few, "agreement": few, "polarised": few
    }  # fmt: skip
    tables = made.tables()
    assert [tables[key].rows for key in ("sorts", "consensus", "polarised", "movement")] == [
        [], [], [], []
    ]  # fmt: skip


def test_six_sorters_get_a_diamond_but_no_measure_of_agreement(in_groups):
    made, _ = in_groups(6)
    made.to("agree")
    figures = made.see("desk")["figures"]
    assert figures["consensus"]["why_not"] == ""
    assert figures["agreement"]["w"] is None
    assert figures["agreement"]["words"] == "too few to say"


def test_one_phone_a_table_is_one_answer(hall):
    made = hall()
    for number in range(1, 5):
        made.seat(number, people=4)
    made.to("sort")
    for number in range(1, 5):
        made.sort(f"s{number}", NINE)
    made.to("groups")
    assert {letter: len(keys) for letter, keys in made.room["groups"].items()} == {
        "A": 1, "B": 1, "C": 1, "D": 1
    }  # fmt: skip
    made.to("agree")
    made.house("close")
    figures = made.record()["figures"]
    assert figures["consensus"]["why_not"] != ""  # 16 people, four answers
    assert (figures["participation"]["phones"], figures["participation"]["people"]) == (4, 16)


def test_stopped_early_still_leaves_a_record(hall, in_sort):
    made, seats = in_sort(7)
    for seat in seats:
        made.sort(seat, NINE)
    made.house("close")
    record = made.record()
    assert record["figures"]["agreement"]["w"] == 1.0
    assert record["boards"] == []
    assert record["final"] is None
    empty = hall()
    empty.house("close")
    assert empty.record()["figures"]["participation"]["phones"] == 0
    assert [len(table.rows) for table in empty.tables().values()][:2] == [16, 0]


def test_nine_given_cards_are_chosen_from_the_start(hall):
    made = hall(cards="own", lines=[f"Thing {n}" for n in range(1, 10)])
    seat = made.seat(1)
    made.to("sort")
    assert len(made.see("seat", seat)["tray"]) == 9


def test_everyone_reads_in_their_own_order(hall):
    made = hall()
    seats = made.people(6)
    made.to("read")
    orders = {tuple(one["code"] for one in made.see("seat", seat)["cards"]) for seat in seats}
    assert len(orders) == 6
    assert {frozenset(order) for order in orders} == {frozenset(K)}


# --- moves alone ---


def test_placing_on_a_filled_place_swaps(in_sort):
    assert with_card({"1": "a", "2a": "b"}, "a", "2a") == {"1": "b", "2a": "a"}
    assert with_card({"1": "a"}, "b", "1") == {"1": "b"}
    assert with_card({"1": "a"}, "a", "1") == {"1": "a"}
    made, (seat, *_) = in_sort()
    for code in NINE[:3]:
        made.play(seat, "choose", card=code)
    made.play(seat, "place", card="k1", slot="1")
    made.play(seat, "place", card="k2", slot="2a")
    made.play(seat, "place", card="k1", slot="2a")
    assert made.state["seats"][seat]["sort"] == {"1": "k2", "2a": "k1"}
    made.play(seat, "place", card="k3", slot="1")
    assert made.state["seats"][seat]["sort"] == {"1": "k3", "2a": "k1"}
    made.play(seat, "unplace", card="k3")
    made.play(seat, "unchoose", card="k1")
    assert made.state["seats"][seat]["sort"] == {}
    assert made.state["seats"][seat]["chosen"] == ["k2", "k3"]


def test_refused_moves_alone(in_sort):
    made, (seat, *_) = in_sort()
    play = made.play
    assert refusal(play, seat, "choose", card="k99") == words.NO_CARD
    assert refusal(play, seat, "choose", card="own") == words.NO_CARD
    assert refusal(play, seat, "choose") == "Card is missing."
    assert refusal(play, seat, "place", card="k1", slot="1") == words.CHOOSE_FIRST
    assert refusal(play, seat, "lock") == "Place all nine cards before you lock: 9 still to place."
    assert refusal(play, seat, "own_card", text="Mine") == words.NO_BLANK
    assert refusal(play, seat, "group_lock") == (
        "That part of the session is not open: it is now “Sort alone”."
    )
    made.sort(seat, NINE)
    assert refusal(play, seat, "choose", card="k10") == words.LOCKED
    assert refusal(play, seat, "place", card="k1", slot="5") == words.LOCKED
    made.play(seat, "unlock")
    assert refusal(play, seat, "choose", card="k10") == words.NINE_ALREADY
    assert refusal(play, seat, "place", card="k1", slot="6") == words.NO_PLACE
    made.to("groups")
    assert refusal(play, seat, "lock") == (
        "That part of the session is not open: it is now “Sort in groups”."
    )


def test_an_own_card_stands_outside_the_figures(in_sort):
    made, seats = in_sort(6, blank=True)
    mine = seats[0]
    assert refusal(made.play, mine, "own_card", text=" card NUMBER 1 ") == words.ON_LIST
    assert refusal(made.play, mine, "own_card", text="x" * 121) == (
        "Your own card is too long: 121 characters, at most 120."
    )
    made.play(mine, "own_card", text="Wörds\nof <my> own")
    made.sort(mine, ["own", *NINE[:8]])
    for seat in seats[1:]:
        made.sort(seat, NINE)
    made.to("groups")
    group = made.room["groups"][engine.room_of(made.room).group_of(mine)]
    seen = made.see("seat", group[-1])["board"]
    given = {card["code"] for card in made.state["setup"]["cards"]}
    assert [one["text"] for one in seen["tray"] if one["code"] not in given] == [
        "Wörds of <my> own"
    ]
    made.to("agree")
    made.house("close")
    record = made.record()
    assert record["figures"]["own_cards"]["cards"] == [
        {"card": {"code": "own-1", "text": "Wörds of <my> own"}, "placed": []}
    ]
    ranked = {row[0] for row in made.tables()["sorts"].rows}
    assert ranked == set(K)


def test_taking_the_own_card_away_takes_it_out_of_the_diamond(in_sort):
    made, (seat, *_) = in_sort(blank=True)
    made.play(seat, "own_card", text="Mine")
    made.play(seat, "place", card="own", slot="1")
    made.play(seat, "own_card", text="")
    assert made.state["seats"][seat]["sort"] == {}
    assert made.state["seats"][seat]["chosen"] == []


# --- groups ---


def test_the_tray_holds_what_three_or_more_chose_and_else_the_whole_list(in_groups):
    made, _seats = in_groups(6)
    seat = made.room["groups"]["A"][0]
    board = made.see("seat", seat)["board"]
    assert {one["code"] for one in board["tray"]} == set(NINE)
    assert {one["code"] for one in board["rest"]} == set(K[9:])
    pair, _ = in_groups(2)
    assert {one["code"] for one in pair.see("seat", "s1")["board"]["tray"]} == set(K)


def test_any_member_moves_the_groups_board_and_others_see_it(in_groups):
    made, _ = in_groups(6)
    first, second, *_rest = made.room["groups"]["A"]
    told = made.play(first, "group_place", card="k1", slot="1")
    assert told == {"group:A", "desk"}
    made.play(second, "group_place", card="k2", slot="1")
    assert made.see("seat", first)["board"]["rows"][0]["places"][0]["card"]["code"] == "k2"
    made.play(first, "group_unplace", card="k2")
    assert made.see("seat", second)["board"]["placed"] == 0


def test_refused_moves_in_groups(in_groups):
    made, _ = in_groups(6)
    play, seat = made.play, made.room["groups"]["A"][0]
    assert refusal(play, seat, "group_place", card="own-1", slot="1") == words.NO_CARD
    assert refusal(play, seat, "group_place", card="k1", slot="x") == words.NO_PLACE
    assert refusal(play, seat, "group_lock") == (
        "Place all nine cards before your group locks: 9 still to place."
    )
    assert refusal(play, seat, "reason", card="k1", text=" \n ") == "Text is missing."
    assert refusal(play, seat, "strike", line="n9") == words.GONE
    made.board("A", NINE)
    assert refusal(play, seat, "group_place", card="k1", slot="5") == words.GROUP_LOCKED
    for number in range(12):
        made.play(seat, "reason", card="k1", text=f"Reason {number}")
    assert refusal(play, seat, "reason", card="k1", text="One more") == (
        "There are 12 already. Remove one first."
    )
    made.play(seat, "strike", line="n1")
    made.play(seat, "reason", card="k1", text="One more")
    assert made.see("seat", seat)["board"]["reasons"][0]["lines"][-1] == {
        "id": "n13", "card": "k1", "text": "One more"
    }  # fmt: skip


def test_a_latecomer_joins_a_group_and_works_with_it(in_groups):
    made, _ = in_groups(6)
    late = made.seat(7)
    letter = engine.room_of(made.room).group_of(late)
    made.play(late, "group_place", card="k16", slot="1")
    assert made.see("seat", late)["mine"] is None
    assert made.state["groups"][letter]["sort"] == {"1": "k16"}
    captain = made.seat(8, people=4)
    assert made.see("seat", captain)["board"]["group"] == "C"
    made.board("C", NINE)
    assert made.see("seat", captain)["board"]["locked"] is True


def test_somebody_removed_after_the_groups_began_stays_in_the_figures(in_groups):
    """Otherwise the figure before and after would tell what that person had done."""
    made, seats = in_groups(8)
    made.to("agree")
    before = made.see("screen")["figures"]["consensus"]
    made.house("remove", seat=seats[0])
    assert made.see("screen")["figures"]["consensus"] == before


def test_the_desk_runs_the_presenting_and_settles(in_groups):
    made, _ = in_groups(6)
    made.board("A", NINE)
    made.to("present")
    assert refusal(made.desk, "present", group="Z") == words.NO_SUCH_GROUP
    assert refusal(made.desk, "challenge", group="A", card="k10", text="Why?") == words.BOARD_ONLY
    assert refusal(made.play, "s1", "present", group="A") == (
        "This move does not exist in this activity."
    )
    made.desk("challenge", group="A", card="", text="Who else needs to hear this?")
    line = made.see("desk")["challenges"][0]["id"]
    made.desk("unchallenge", line=line)
    assert made.see("desk")["challenges"] == []
    made.to("common")
    options = ACTIVITY.ballots[0].options(made.state, engine.room_of(made.room))
    assert options == [(code, f"Card number {code[1:]}") for code in NINE[:3]]
    made.to("agree")
    assert refusal(made.desk, "settle", card="k99") == words.NO_CARD
    made.desk("settle", card="k1", note="")
    made.desk("settle", card="", note="")
    assert made.state["final"] is None


# --- anything at all ---


def test_children_of_chance_a_hundred_careless_people(hall):
    """Random moves, most of them wrong: a refused one changes nothing, the rest replay alike."""
    made = hall(blank=True)
    chance = Random(4)
    seats = made.people(7)
    kinds = list(ACTIVITY.moves)
    for phase in (phase.key for phase in ACTIVITY.phases):
        made.to(phase)
        for _ in range(150):
            kind = chance.choice(kinds)
            data = {
                field.name: {
                    "card": chance.choice([*K, "own", "own-1", "k99", ""]),
                    "slot": chance.choice([*SLOTS, "9z"]),
                    "group": chance.choice(["A", "B", "Q", ""]),
                    "line": f"n{chance.randint(1, 9)}",
                }.get(field.name, chance.choice(["", "A line", "x" * 400]))
                for field in kind.fields
            }
            by = chance.choice([kind.by, "seat"])
            seat = chance.choice(seats) if by == "seat" else ""
            try:
                made.post(by, seat, kind.key, data)
            except Refused as refused:
                assert refused.sentence.endswith((".", "?"))
            for viewer in ("seat", "desk", "screen", "record"):
                made.see(viewer, seats[0] if viewer == "seat" else "")
    made.house("close")
    assert made.record()["figures"]["participation"]["phones"] == 7
    assert made.replayed() == (made.room, made.state)


def test_stored_states_of_this_version_stay_as_they_are(in_groups):
    made, _ = in_groups()
    assert ACTIVITY.upgrade(made.state, ACTIVITY.version) == made.state
