"""Every sentence of the printed pack: the facilitator's script and what stands on the sheets.

Our own; in one place, as in words.py, so that all can be translated together.
"""

from exchange.core.translating import gettext_lazy as _

CARDS = _("Cards")
CUT = _(
    "One set for each table. Cut along the dashed lines. The letter of a card is how it is written "
    "down on the sheets."
)
BLANK_CARD = _("A card of our own:")
GRID = _("Grid")
FOR_THE_ROOM, FOR_A_GROUP = _("For the room"), _("Group {letter}")
MOST, LEAST = _("the most important"), _("the least important of the nine")
EQUAL = _("Cards in one row count the same.")
SCRIPT, ALONE, TABLE = _("Facilitator's script"), _("Sorting alone"), _("Our diamond")
REPORT = _("Result")

QUESTION = _("Which are {criterion}?")

# --- the sheet of one person ---
ALONE_TELL = [
    _(
        "Choose the nine that are {criterion}, and write their letters into the places: one on top, "
        "one at the bottom, equal within a row. What you leave out counts, too."
    ),
    _(
        "Do not write your name. If you hand this sheet in, the person who types it in reads it; then "
        "it is destroyed. Only counts are shown, and only from {floor} sheets on."
    ),
]
OWN_CARD = _("A card of my own (write Z for it above):")
MY_SCHOOL, MY_ROLE = _("My school, its number:"), _("My role, its letter:")
OPTIONAL = _("Only if you like.")
SCHOOLS, ROLES = _("Schools"), _("Roles")
SLIP = _("The secret question. Tear off here, fold, and hand in: the slip bears no name.")
SLIP_ASKS = _("The one most important of all, to me:")

# --- the sheet of a table ---
TABLE_TELL = _(
    "One for each table. Go round before anybody moves a card: one card high, one card low, and "
    "why. Then agree one diamond, and write its letters here. No names."
)
LETTER, PEOPLE = _("Group"), _("How many we are")
ARGUED = _("Cards we argued over (letters):")
REASONS, REASON_CARD, BECAUSE = _("Reasons"), _("Card"), _("because")
DISSENT = _("Where somebody does not go along, in their words")

# --- the script ---
INTRO = [
    _(
        "People choose nine cards and lay them into a diamond of 1, 2, 3, 2 and 1: first alone, then "
        "in groups; then the room agrees on the one that matters most. The sorting matters less than "
        "the reasons people give each other for it."
    ),
    _("Do not use it where there is a right order, or where the decision has been taken already."),
]
BEFORE = _("Before you begin")
NEEDED = [
    _(
        "For each table of three to five people who do not usually work together: one set of cards, "
        "one grid (A3), one sheet for the table."
    ),
    _("For each person: one sheet for sorting alone, a pen. For you: this script, a clock."),
    _("Read aloud what is written below under “What people are told”, before anybody writes."),
]
TOLD = _("What people are told")
TOLD_ON_PAPER = _(
    "On paper there is one exception: whoever types in a sheet that was handed in reads it. The "
    "sheets bear no names and are destroyed afterwards. Nobody need hand theirs in."
)
PHASES: dict[str, tuple[list[str], list[str]]] = {
    "read": (
        [_("Read everything. You do not have to like any of it.")],
        [_("Put the question where everybody sees it. Hand out the sheets for sorting alone.")],
    ),
    "choose": (
        [_("What you leave out tells us as much as what you take.")],
        [_("If somebody has ten, ask which one they could do without, not which one is wrong.")],
    ),
    "sort": (
        [_("Nobody sees yours. Write it down when you can stand by it.")],
        [_("Silence. Do not walk round and look. Collect the sheets of those who hand them in.")],
    ),
    "groups": (
        [_("Before anyone moves a card, go round: one card high, one card low, and why.")],
        [
            _("Give out cards, grid and the table's sheet."),
            _(
                "Ask each group for a reason on its top three, for what it argued over, and to write "
                "down where somebody does not go along."
            ),
        ],
    ),
    "present": (
        [
            _("Why this above that?"),
            _("What would have to be true for this to drop?"),
            _("Who would disagree?"),
        ],
        [_("Two minutes a group. Ask one question of each, and note it.")],
    ),
    "common": (
        [_("What did most groups put high? What did most leave out?")],
        [
            _(
                "Lay the grids side by side. Look for what is shared before you look for what differs."
            ),
            _("Then the secret question, on the slips: only if five or more people are here."),
        ],
    ),
    "agree": (
        [_("Which one can all of us stand by, and on what condition?")],
        [_("The slips inform, the room decides. Record the card and the condition.")],
    ),
}
FINDINGS_TITLE = _("Word our findings")
FINDINGS = (
    [_("What have we found, in a sentence that somebody who was not here understands?")],
    [_("Write each sentence down, and under it, word for word, how somebody sees it differently.")],
)
SAY, DO = _("Say"), _("Do")
MINUTES = _("{minutes} min")
AFTERWARDS = _("Afterwards")
TYPE_IN = [
    _(
        "Collect the tables' sheets, the sheets handed in and the slips. On the session's page choose "
        "“Held on paper”: one person types it in within minutes, and the result is the same as with "
        "phones. It is marked as typed in from paper."
    ),
    _("Destroy the sheets of single people and the slips when you have closed the session."),
]
READ_RESULT = _("How to read the result")
NOT_SHOWN = _("What it does not show:")

# --- the report ---
FINDINGS_HEAD, SEEN_DIFFERENTLY = _("Findings"), _("Seen differently:")
NO_FINDINGS = _("The room settled no wording.")
AGREED = _("The room agreed on the most important")
FROM_SORTS = _("From {count} sorts made alone.")
HIGH_GROUPS, LOW_GROUPS = _("Put high by most groups"), _("Put low or left out by most groups")
HIGH_PEOPLE, LOW_PEOPLE = _("Put high most often"), _("Put low or left out most often")
NO_CARD = _("No card.")
OF_GROUPS, OF_PEOPLE = "{card}: {count} of {of} groups", "{card}: {count} of {of} people"
SPLIT = _("{card}: high for {high}, low for {low}, of {of} people")
VOTES, VOTED = "{card}: {votes}", _("{count} answers.")
MOVED_HEAD = [_("Card"), _("Alone"), _("In groups"), _("Moved up by")]
MOVED = _("{count} people, over the whole room. Rank 1 is the highest.")
GROUP = _("Group {letter}")
NOT_FULL = _("This group had not filled its diamond; it is not counted.")
ARGUED_OVER = _("Argued over: {cards}")
ASKED = _("The facilitator asked about “{card}”: {text}")
ASKED_ALL = _("The facilitator asked: {text}")
TOOK_PART = _("{people} people, {phones} phones or sheets, {groups} groups.")
COUNT = "{name}: {count}"
OTHERS = _("Others together")
TIE = _("Tie {number}")
EMPTY = _("Empty")
ALL_CARDS = _("The cards")
