"""A tiny activity for the tests: a word alone, one word a group, a secret question, praise.

It uses every door of the interface once: private and shared moves, a desk's move, a ballot,
groups, a phase that changes the state on entry, an upgrade from version 1.
"""

from typing import Any

from exchange.live.plugin import (
    DESK,
    ROOM,
    SCREEN,
    Activity,
    BallotQuestion,
    Field,
    Move,
    MoveKind,
    Paper,
    Phase,
    Refused,
    Room,
    Table,
    Typing,
)

FIELDS = (Field("topic", label="Topic", longest=60), Field("loud", "yes", label="Say it aloud"))


def setup(values, context):
    if values["topic"].casefold() == "nothing":
        raise Refused("Choose a topic.", "topic")
    return {"topic": values["topic"], "afterwards": "seats"}


def announce(made):
    return [f"Your word on {made['topic']} stays yours."]


def start(made, chance):
    return {"setup": made, "seats": {}, "groups": {}, "praise": "", "thrown": 0}


def join(state, seat, chance):
    state["seats"][seat] = {"word": "", "pebbles": chance.randrange(100), "locked": None}


def enter(state, room, phase, chance):
    if phase == "share":
        state["thrown"] = chance.randrange(1000)
        for letter in room.groups:
            state["groups"].setdefault(letter, {"word": "", "by": 0})


def own_word(state: Any, room: Room, move: Move) -> set[str]:
    mine = state["seats"][move.who.seat]
    if mine["locked"] is not None:
        raise Refused("Your word is locked.")
    mine["word"] = move.data["word"]
    return {f"seat:{move.who.seat}"}


def lock(state: Any, room: Room, move: Move) -> set[str]:
    mine = state["seats"][move.who.seat]
    if not mine["word"]:
        raise Refused("Write a word first.")
    mine["locked"] = mine["locked"] or move.moment.now
    return {f"seat:{move.who.seat}", DESK, SCREEN}


def unlock(state: Any, room: Room, move: Move) -> set[str]:
    state["seats"][move.who.seat]["locked"] = None
    return {f"seat:{move.who.seat}", DESK, SCREEN}


def group_word(state: Any, room: Room, move: Move) -> set[str]:
    letter = move.who.group
    if not letter:
        raise Refused("You are not in a group yet.")
    board = state["groups"].setdefault(letter, {"word": "", "by": 0})
    if move.data["word"] == "boom":
        board["word"] = "half a change"
        raise ZeroDivisionError("a fault of ours, on purpose")
    board.update(word=move.data["word"], by=board["by"] + 1)
    return {f"group:{letter}", DESK}


def praise(state: Any, room: Room, move: Move) -> set[str]:
    if move.data["group"] not in room.groups:
        raise Refused("There is no such group.", "group")
    state["praise"] = move.data["group"]
    return {ROOM, DESK, SCREEN}


def words(state, room):
    return [
        {"letter": letter, **state["groups"].get(letter, {"word": "", "by": 0})}
        for letter in room.groups
    ]


def see(state, room, who):
    seen = {"topic": state["setup"]["topic"], "praise": state["praise"]}
    if who.kind == "seat":
        mine = state["seats"].get(who.seat, {"word": "", "pebbles": 0, "locked": None})
        seen |= {
            "mine": mine,
            "ours": next((g for g in words(state, room) if g["letter"] == who.group), None),
        }
    if who.kind in {"desk", "record"} or (who.kind == "screen" and room.phase == "praise"):
        seen["groups"] = words(state, room)
    if who.kind in {"desk", "screen"}:
        seen["locked"] = sum(one["locked"] is not None for one in state["seats"].values())
    if who.kind == "record":
        seen["fair"] = room.tallies.get("fair")
    return seen


def waiting(state, room):
    if room.phase != "alone":
        return 0
    return sum(state["seats"][key]["locked"] is None for key in room.seats)


def findings(state, room):
    return [f"A group said: {g['word']}" for g in words(state, room) if g["word"]]


def tables(state, room):
    rows = [(g["letter"], g["word"], g["by"]) for g in words(state, room)]
    return [Table("words", "Words of the groups", ("group", "word", "changes"), rows)]


def upgrade(state, version):
    """Version 1 had no praise."""
    return {"praise": "", **state} if version < 2 else state


def sheet(made, about):
    """A sheet for each group, with a line for its word."""
    rows = [[letter, ""] for letter in about["groups"]]
    return {
        "title": f"{made['topic']}: {about['title']}",
        "blocks": [
            {"kind": "table", "columns": ["Group", "Word"], "rows": rows, "numbers": []},
            {"kind": "list", "items": about["announce"]},
        ],
    }


def told(seen, about):
    """The words of the groups, and what was found."""
    found = [one["text"] for one in about["findings"]]
    words = [f"{group['letter']}: {group['word']}" for group in seen["groups"]]
    return {"title": about["title"], "blocks": [{"kind": "list", "items": [*words, *found]}]}


def read_sheet(made, part, values):
    """One word each; for the room how often yes and no were said: "yes 3"."""
    if part == "room":
        said = {"yes": 0, "no": 0}
        parts = [*values["fair"].split(), ""]
        for word, count in zip(parts[:-1:2], parts[1::2], strict=False):
            if word not in said or not count.isdecimal():
                raise Refused("Type yes and no with their numbers.", "fair")
            said[word] = int(count)
        return said
    word = values["line" if part == "person" else "word"].strip()
    if len(word.split()) > 1:
        raise Refused("One word only.", "lines" if part == "person" else "word")
    return {"word": word}


def sheet_moves(state, room, typed):
    made = []
    for table in typed["tables"].values():
        if room.phase == "alone":
            for seat, one in table["people"].items():
                made += [(seat, "word", {"word": one["word"]}), (seat, "lock", {})]
        if room.phase == "share" and table["sheet"]["word"]:
            made.append((table["captain"], "group_word", {"word": table["sheet"]["word"]}))
    return made


ACTIVITY = Activity(
    key="pebbles",
    version=2,
    title="Pebbles",
    summary="One word each, then one word a group.",
    minutes=6,
    phases=(
        Phase("alone", "Alone", 2, "Write one word."),
        Phase("share", "Together", 3, "Agree on one word.", grouped=True),
        Phase("praise", "Praise", 1, "Listen to each group."),
    ),
    setup_fields=FIELDS,
    setup=setup,
    announce=announce,
    start=start,
    join=join,
    moves=(
        MoveKind("word", own_word, ("alone",), fields=(Field("word", longest=40),), private=True),
        MoveKind("lock", lock, ("alone",), private=True),
        MoveKind("unlock", unlock, ("alone",), private=True),
        MoveKind("group_word", group_word, ("share",), fields=(Field("word", longest=40),)),
        MoveKind("praise", praise, ("praise",), by="desk", fields=(Field("group", longest=3),)),
    ),
    see=see,
    waiting=waiting,
    findings=findings,
    tables=tables,
    group_size=(2, 3),
    ballots=(
        BallotQuestion("fair", "share", "Was it fair?", lambda s, r: [("yes", "Yes"), ("no", "No")]),
    ),
    enter=enter,
    paper=(
        Paper("sheet", "Sheet", "One for each group.", "sheet.typ", sheet),
        Paper("words", "Words", "What was said.", "sheet.typ", told, after=True),
    ),
    typing=Typing(
        read=read_sheet,
        moves=sheet_moves,
        votes=lambda state, room, typed: {k: n for k, n in typed["room"].items() if n},
        table=(Field("word", label="Our word", longest=40, required=False),),
        room=(Field("fair", label="Was it fair?", longest=40, required=False),),
        person=Field("lines", "lines", label="Words", required=False),
    ),
    upgrade=upgrade,
)  # fmt: skip
