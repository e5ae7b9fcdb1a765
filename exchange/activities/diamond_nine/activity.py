"""Diamond 9: what the engine needs to know of it. The rules are in play.py, what each viewer
may know in sight.py, the figures in analysis.py and record.py."""

from exchange.activities.diamond_nine import (
    boards,
    paper,
    pictures,
    play,
    record,
    setup,
    sight,
    tables,
    typing_in,
)
from exchange.live.plugin import Activity, BallotQuestion, Field, MoveKind, Phase

PHASES = (
    Phase("read", "Read", 5, "Read the cards on your own. Nothing to decide yet."),
    Phase("choose", "Choose nine", 5, "Choose the nine cards that matter most to you."),
    Phase("sort", "Sort alone", 10, "Lay your nine cards into the diamond, then lock it."),
    Phase(
        "groups",
        "Sort in groups",
        20,
        "Share what you chose, give your reasons, and lay one diamond together.",
        grouped=True,
    ),
    Phase("present", "Present and challenge", 15, "Each group shows its diamond and says why."),
    Phase(
        "common",
        "What we have in common",
        8,
        "See what most groups chose or rejected; then answer the secret question.",
    ),
    Phase("agree", "Agree one", 7, "Talk until the room agrees on the one most important."),
)

_CARD = Field("card", label="Card", longest=60)
_SLOT = Field("slot", label="Place", longest=2)
_CARD_IF_ANY = Field("card", label="Card", required=False, longest=60)
_LINE = Field("line", longest=12)
_TEXT = Field("text", label="Text", longest=play.LONGEST_LINE)
_GROUP = Field("group", label="Group", longest=3)

ALONE = ("choose", "sort")
MOVES = (
    MoveKind("choose", play.choose, ALONE, fields=(_CARD,), private=True),
    MoveKind("unchoose", play.unchoose, ALONE, fields=(_CARD,), private=True),
    MoveKind(
        "own_card",
        play.own_card,
        ALONE,
        fields=(Field("text", label="Your own card", required=False, longest=setup.LONGEST),),
        private=True,
    ),
    MoveKind("place", play.place, ("sort",), fields=(_CARD, _SLOT), private=True),
    MoveKind("unplace", play.unplace, ("sort",), fields=(_CARD,), private=True),
    MoveKind("lock", play.lock, ("sort",), private=True),
    MoveKind("unlock", play.unlock, ("sort",), private=True),
    MoveKind("group_place", boards.group_place, ("groups",), fields=(_CARD, _SLOT)),
    MoveKind("group_unplace", boards.group_unplace, ("groups",), fields=(_CARD,)),
    MoveKind("group_lock", boards.group_lock, ("groups",)),
    MoveKind("group_unlock", boards.group_unlock, ("groups",)),
    MoveKind("reason", boards.reason, ("groups",), fields=(_CARD, _TEXT)),
    MoveKind("dissent", boards.dissent, ("groups",), fields=(_TEXT,)),
    MoveKind("strike", boards.strike, ("groups",), fields=(_LINE,)),
    MoveKind("argue", boards.argue, ("groups",), fields=(_CARD,)),
    MoveKind("unargue", boards.unargue, ("groups",), fields=(_CARD,)),
    MoveKind(
        "present",
        play.present,
        ("present",),
        by="desk",
        fields=(Field("group", label="Group", required=False, longest=3),),
    ),
    MoveKind(
        "challenge",
        play.challenge,
        ("present", "common", "agree"),
        by="desk",
        fields=(_GROUP, _CARD_IF_ANY, _TEXT),
    ),
    MoveKind(
        "unchallenge", play.unchallenge, ("present", "common", "agree"), by="desk", fields=(_LINE,)
    ),
    MoveKind(
        "settle",
        play.settle,
        ("agree",),
        by="desk",
        fields=(
            _CARD_IF_ANY,
            Field("note", label="Note", required=False, longest=play.LONGEST_LINE),
        ),
    ),
)

ACTIVITY = Activity(
    key="diamond_nine",
    version=2,
    title="Diamond 9",
    summary="Sort nine cards into a diamond, alone and then in groups, and agree what matters most.",
    minutes=80,
    phases=PHASES,
    group_size=(3, 5),
    setup_fields=setup.FIELDS,
    setup=setup.setup,
    announce=setup.announce,
    start=play.start,
    join=play.join,
    enter=play.enter,
    moves=MOVES,
    ballots=(
        BallotQuestion(
            "final", "common", "Which one is the most important to you?", play.candidates
        ),
    ),
    see=sight.see,
    waiting=play.waiting,
    findings=record.findings,
    tables=tables.tables,
    pictures=pictures.pictures,
    paper=paper.PAPERS,
    typing=typing_in.TYPING,
    upgrade=play.upgrade,
    scripts=("board.js",),
)
