"""Every sentence of the printed pack: the facilitator's script and what stands on the sheets.

Plain English, our own; in one place, as in words.py, so that all can be translated together.
"""

CARDS = "Cards"
CUT = (
    "One set for each table. Cut along the dashed lines. The letter of a card is how it is written "
    "down on the sheets."
)
BLANK_CARD = "A card of our own:"
GRID = "Grid"
FOR_THE_ROOM, FOR_A_GROUP = "For the room", "Group {letter}"
MOST, LEAST = "the most important", "the least important of the nine"
EQUAL = "Cards in one row count the same."
SCRIPT, ALONE, TABLE = "Facilitator's script", "Sorting alone", "Our diamond"
REPORT = "Result"

QUESTION = "Which are {criterion}?"

# --- the sheet of one person ---
ALONE_TELL = [
    "Choose the nine that are {criterion}, and write their letters into the places: one on top, "
    "one at the bottom, equal within a row. What you leave out counts, too.",
    "Do not write your name. If you hand this sheet in, the person who types it in reads it; then "
    "it is destroyed. Only counts are shown, and only from {floor} sheets on.",
]
OWN_CARD = "A card of my own (write Z for it above):"
MY_SCHOOL, MY_ROLE = "My school, its number:", "My role, its letter:"
OPTIONAL = "Only if you like."
SCHOOLS, ROLES = "Schools", "Roles"
SLIP = "The secret question. Tear off here, fold, and hand in: the slip bears no name."
SLIP_ASKS = "The one most important of all, to me:"

# --- the sheet of a table ---
TABLE_TELL = (
    "One for each table. Go round before anybody moves a card: one card high, one card low, and "
    "why. Then agree one diamond, and write its letters here. No names."
)
LETTER, PEOPLE = "Group", "How many we are"
ARGUED = "Cards we argued over (letters):"
REASONS, REASON_CARD, BECAUSE = "Reasons", "Card", "because"
DISSENT = "Where somebody does not go along, in their words"

# --- the script ---
INTRO = [
    "People choose nine cards and lay them into a diamond of 1, 2, 3, 2 and 1: first alone, then "
    "in groups; then the room agrees on the one that matters most. The sorting matters less than "
    "the reasons people give each other for it.",
    "Do not use it where there is a right order, or where the decision has been taken already.",
]
BEFORE = "Before you begin"
NEEDED = [
    "For each table of three to five people who do not usually work together: one set of cards, "
    "one grid (A3), one sheet for the table.",
    "For each person: one sheet for sorting alone, a pen. For you: this script, a clock.",
    "Read aloud what is written below under “What people are told”, before anybody writes.",
]
TOLD = "What people are told"
TOLD_ON_PAPER = (
    "On paper there is one exception: whoever types in a sheet that was handed in reads it. The "
    "sheets bear no names and are destroyed afterwards. Nobody need hand theirs in."
)
PHASES: dict[str, tuple[list[str], list[str]]] = {
    "read": (
        ["Read everything. You do not have to like any of it."],
        ["Put the question where everybody sees it. Hand out the sheets for sorting alone."],
    ),
    "choose": (
        ["What you leave out tells us as much as what you take."],
        ["If somebody has ten, ask which one they could do without, not which one is wrong."],
    ),
    "sort": (
        ["Nobody sees yours. Write it down when you can stand by it."],
        ["Silence. Do not walk round and look. Collect the sheets of those who hand them in."],
    ),
    "groups": (
        ["Before anyone moves a card, go round: one card high, one card low, and why."],
        [
            "Give out cards, grid and the table's sheet.",
            "Ask each group for a reason on its top three, for what it argued over, and to write "
            "down where somebody does not go along.",
        ],
    ),
    "present": (
        [
            "Why this above that?",
            "What would have to be true for this to drop?",
            "Who would disagree?",
        ],
        ["Two minutes a group. Ask one question of each, and note it."],
    ),
    "common": (
        ["What did most groups put high? What did most leave out?"],
        [
            "Lay the grids side by side. Look for what is shared before you look for what differs.",
            "Then the secret question, on the slips: only if five or more people are here.",
        ],
    ),
    "agree": (
        ["Which one can all of us stand by, and on what condition?"],
        ["The slips inform, the room decides. Record the card and the condition."],
    ),
}
FINDINGS_TITLE = "Word our findings"
FINDINGS = (
    ["What have we found, in a sentence that somebody who was not here understands?"],
    ["Write each sentence down, and under it, word for word, how somebody sees it differently."],
)
SAY, DO = "Say", "Do"
MINUTES = "{minutes} min"
AFTERWARDS = "Afterwards"
TYPE_IN = [
    "Collect the tables' sheets, the sheets handed in and the slips. On the session's page choose "
    "“Held on paper”: one person types it in within minutes, and the result is the same as with "
    "phones. It is marked as typed in from paper.",
    "Destroy the sheets of single people and the slips when you have closed the session.",
]
READ_RESULT = "How to read the result"
NOT_SHOWN = "What it does not show:"

# --- the report ---
FINDINGS_HEAD, SEEN_DIFFERENTLY = "Findings", "Seen differently:"
NO_FINDINGS = "The room settled no wording."
AGREED = "The room agreed on the most important"
FROM_SORTS = "From {count} sorts made alone."
HIGH_GROUPS, LOW_GROUPS = "Put high by most groups", "Put low or left out by most groups"
HIGH_PEOPLE, LOW_PEOPLE = "Put high most often", "Put low or left out most often"
NO_CARD = "No card."
OF_GROUPS, OF_PEOPLE = "{card}: {count} of {of} groups", "{card}: {count} of {of} people"
SPLIT = "{card}: high for {high}, low for {low}, of {of} people"
VOTES, VOTED = "{card}: {votes}", "{count} answers."
MOVED_HEAD = ["Card", "Alone", "In groups", "Moved up by"]
MOVED = "{count} people, over the whole room. Rank 1 is the highest."
GROUP = "Group {letter}"
NOT_FULL = "This group had not filled its diamond; it is not counted."
ARGUED_OVER = "Argued over: {cards}"
ASKED = "The facilitator asked about “{card}”: {text}"
ASKED_ALL = "The facilitator asked: {text}"
TOOK_PART = "{people} people, {phones} phones or sheets, {groups} groups."
COUNT = "{name}: {count}"
OTHERS = "Others together"
TIE = "Tie {number}"
EMPTY = "Empty"
ALL_CARDS = "The cards"
