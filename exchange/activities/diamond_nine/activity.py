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
from exchange.core.translating import gettext_lazy as _
from exchange.live.plugin import Activity, BallotQuestion, Field, MoveKind, Phase

PHASES = (
    Phase("read", _("Read"), 5, _("Read the cards on your own. Nothing to decide yet.")),
    Phase("choose", _("Choose nine"), 5, _("Choose the nine cards that matter most to you.")),
    Phase("sort", _("Sort alone"), 10, _("Lay your nine cards into the diamond, then lock it.")),
    Phase(
        "groups",
        _("Sort in groups"),
        20,
        _("Share what you chose, give your reasons, and lay one diamond together."),
        grouped=True,
        pane=True,
    ),
    Phase(
        "present", _("Present and challenge"), 15, _("Each group shows its diamond and says why.")
    ),
    Phase(
        "common",
        _("What we have in common"),
        8,
        _("See what most groups chose or rejected; then answer the secret question."),
    ),
    Phase("agree", _("Agree one"), 7, _("Talk until the room agrees on the one most important.")),
)

_CARD = Field("card", label=_("Card"), longest=60)
_SLOT = Field("slot", label=_("Place"), longest=2)
_CARD_IF_ANY = Field("card", label=_("Card"), required=False, longest=60)
_LINE = Field("line", longest=12)
_TEXT = Field("text", label=_("Text"), longest=play.LONGEST_LINE)
_GROUP = Field("group", label=_("Group"), longest=3)

ALONE = ("choose", "sort")
MOVES = (
    MoveKind("choose", play.choose, ALONE, fields=(_CARD,), private=True),
    MoveKind("unchoose", play.unchoose, ALONE, fields=(_CARD,), private=True),
    MoveKind(
        "own_card",
        play.own_card,
        ALONE,
        fields=(Field("text", label=_("Your own card"), required=False, longest=setup.LONGEST),),
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
        fields=(Field("group", label=_("Group"), required=False, longest=3),),
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
            Field("note", label=_("Note"), required=False, longest=play.LONGEST_LINE),
        ),
    ),
)

ACTIVITY = Activity(
    key="diamond_nine",
    version=2,
    title=_("Diamond 9"),
    summary=_(
        "Sort nine cards into a diamond, alone and then in groups, and agree what matters most."
    ),
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
            "final", "common", _("Which one is the most important to you?"), play.candidates
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
