"""The record as tables: what stands in a picture on the page stands here in rows."""

from typing import Any

from exchange.activities.diamond_nine import analysis, record, words
from exchange.activities.diamond_nine.diamond import ROW_OF, SLOTS
from exchange.activities.diamond_nine.play import board_of, given, letters, text_of
from exchange.live.plugin import Room, State, Table

#: The key of the table behind the picture of the bars.
SORTS_ROWS = "sorts"


def _table(key: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Table:
    return Table(key, str(words.TABLES[key]), columns, rows)


def tables(state: State, room: Room) -> list[Table]:
    """Every table of the record. None holds a seat's key or a label."""
    return [
        _cards(state, room),
        sorts(state, room),
        _consensus(state, room),
        _measures(state, room),
        _polarised(state, room),
        _common(state, room),
        _alone(state, room),
        _groups(state, room),
        _reasons(state, room),
        _dissent(state, room),
        _challenges(state),
        _movement(state, room),
        _vote(state, room),
        *_participation(state, room),
        _reading(),
    ]


def _cards(state: State, room: Room) -> Table:
    own = record.own_cards(state, room)
    rows: list[tuple[Any, ...]] = [
        *((code, text_of(state, code), str(words.GIVEN)) for code in given(state)),
        *((one["code"], one["text"], str(words.WRITTEN)) for one in own),
    ]
    return _table("cards", ("code", "card", "kind"), rows)


def sorts(state: State, room: Room) -> Table:
    """How many people put each card into each row; no rows below the room's floor."""
    counted = record.counted_sorts(state, room)
    enough = len(counted) >= room.floor
    found = analysis.frequencies(counted, given(state)) if enough else {}
    return _table(
        SORTS_ROWS,
        ("code", "card", *(f"row {row}" for row in range(1, 6)), "left out", "mean score",
         "mean rank"),
        [
            (code, text_of(state, code), *one["rows"], one["left_out"], one["score"], one["rank"])
            for code, one in found.items()
        ],
    )  # fmt: skip


def _consensus(state: State, room: Room) -> Table:
    figure = record.consensus_figure(state, room)
    rows: list[tuple[Any, ...]] = []
    for row in figure.get("rows", []):
        rows += [(row["row"], one["code"], one["text"], "") for one in row["cards"]]
        for tie in row["tied"]:
            note = words.TIE_HERE.format(
                number=tie["number"], cards=len(tie["cards"]), spots=len(tie["spots"])
            )
            rows += [(row["row"], one["code"], one["text"], note) for one in tie["cards"]]
    return _table("consensus", ("row", "code", "card", "tie"), rows)


def _measures(state: State, room: Room) -> Table:
    agreement = record.agreement_figure(state, room)
    settled = record.final(state)
    boards = record.full_boards(state, room)
    rows: list[tuple[Any, ...]] = [
        (str(words.SORTS_THAT_COUNT), len(record.counted_sorts(state, room)), ""),
        (str(words.FULL_GROUPS), len(boards), ""),
        (str(words.KENDALL), agreement.get("w"), agreement["why_not"] or agreement["words"]),
        (
            str(words.ROOM_AGREED),
            settled["card"]["text"] if settled else None,
            settled["note"] if settled else str(words.NOT_AGREED),
        ),
    ]
    return _table("agreement", ("measure", "value", "in words"), rows)


def _polarised(state: State, room: Room) -> Table:
    return _table(
        "polarised",
        ("code", "card", "rows 1 and 2", "rows 4 and 5", "of"),
        [
            (one["card"]["code"], one["card"]["text"], one["high"], one["low"], one["of"])
            for one in record.polarised_figure(state, room)["cards"]
        ],
    )


def _common(state: State, room: Room) -> Table:
    boards = list(record.full_boards(state, room).values())
    counts = analysis.common(boards, given(state)) if boards else []
    return _table(
        "common",
        ("code", "card", "rows 1 and 2", "rows 4 and 5", "left out", "of groups"),
        [
            (one["card"], text_of(state, one["card"]), one["high"], one["low"], one["left_out"],
             one["of"])
            for one in counts
        ],
    )  # fmt: skip


def _alone(state: State, room: Room) -> Table:
    figure = record.alone_figure(state, room)
    rows: list[tuple[Any, ...]] = [
        (str(words.MOST_HIGH), one["card"]["code"], one["card"]["text"], one["high"], one["of"], "")
        for one in figure["high"]
    ]
    rows += [
        (str(words.MOST_REJECTED), one["card"]["code"], one["card"]["text"], one["rejected"], one["of"],
         one["left_out"])
        for one in figure["rejected"]
    ]  # fmt: skip
    columns = ("most often", "code", "card", "people", "of people", "of these left out")
    return _table("alone", columns, rows)


def _groups(state: State, room: Room) -> Table:
    rows: list[tuple[Any, ...]] = []
    for letter in letters(state, room):
        board = board_of(state, letter)
        rows += [
            (letter, ROW_OF[slot], slot, code, text_of(state, code),
             str(words.YES) if code in board["argued"] else "",
             str(words.YES) if board["locked_at"] is not None else "")
            for slot in SLOTS
            if (code := board["sort"].get(slot))
        ]  # fmt: skip
    columns = ("group", "row", "place", "code", "card", "argued over", "locked")
    return _table("groups", columns, rows)


def _reasons(state: State, room: Room) -> Table:
    rows = [
        (letter, line["card"], text_of(state, line["card"]), line["text"])
        for letter in letters(state, room)
        for line in board_of(state, letter)["reasons"]
    ]
    return _table("reasons", ("group", "code", "card", "reason"), rows)


def _dissent(state: State, room: Room) -> Table:
    rows = [
        (letter, line["text"])
        for letter in letters(state, room)
        for line in board_of(state, letter)["dissent"]
    ]
    return _table("dissent", ("group", "dissent"), rows)


def _challenges(state: State) -> Table:
    rows = [
        (line["group"], line["card"], text_of(state, line["card"]), line["text"])
        for line in state["challenges"]
    ]
    columns = ("group", "code", "card", "challenge")
    return _table("challenges", columns, rows)


def _movement(state: State, room: Room) -> Table:
    return _table(
        "movement",
        ("code", "card", "alone", "in groups", "moved up by"),
        [
            (one["card"]["code"], one["card"]["text"], one["alone"], one["group"], one["moved"])
            for one in record.movement_figure(state, room)["cards"]
        ],
    )


def _vote(state: State, room: Room) -> Table:
    return _table(
        "vote",
        ("code", "card", "votes"),
        [
            (one["card"]["code"], one["card"]["text"], one["votes"])
            for one in record.vote_figure(state, room)["cards"]
        ],
    )


def _participation(state: State, room: Room) -> list[Table]:
    found = record.participation_figure(state, room)
    schools = [(one["key"], one["count"]) for one in found["schools"]["shown"]]
    roles = [(one["name"], one["count"]) for one in found["roles"]["shown"]]
    for rows, part in ((schools, found["schools"]), (roles, found["roles"])):
        if part["others"]:
            rows.append((str(words.OTHERS), part["others"]))
    return [
        _table("schools", ("school", "phones"), list(schools)),
        _table("roles", ("role", "phones"), list(roles)),
    ]


def _reading() -> Table:
    read = map(words.reading, words.READING)
    rows = [(one["title"], one["how_to_read"], one["does_not_show"]) for one in read]
    return _table("reading", ("figure", "read", "not shown"), rows)
