"""Every sentence of this activity that is not in a template, in one place so that all can be
translated together. They are translated when they are read (core/translating.py).
"""

from exchange.core.translating import gettext_lazy as _
from exchange.core.translating import gettext_noop

# --- words for agreement. The bounds are a convention of ours; no published norm exists. ---
LITTLE, SOME, CLOSE = _("little agreement"), _("some agreement"), _("close agreement")
TOO_FEW = _("too few to say")
SOME_FROM, CLOSE_FROM = 0.3, 0.6
BOUNDS = _(
    "We say “little” below 0.3, “some” from 0.3 and “close” from 0.6. These bounds are our own "
    "convention, not a scientific norm."
)

# --- how to read each figure, and what it does not show ---
READING: dict[str, dict[str, str]] = {
    "consensus": {
        "title": _("Everyone's sorts put together"),
        "brief": _("The average of all sorts made alone. It can hide two camps."),
        "how_to_read": (
            _(
                "Each card scores 5 in the top row down to 1 in the bottom row, and 0 where it was "
                "left out; the cards with the highest average fill the diamond from the top. Cards "
                "with the same average share their places, and this is said."
            )
        ),
        "does_not_show": (
            _(
                "An average can hide two camps: look at the cards that split the room. It is not a "
                "decision of the room, and nobody need have sorted like this."
            )
        ),
    },
    "agreement": {
        "title": _("How far people agreed when they sorted alone"),
        "brief": _("0 is no common order, 1 is everybody alike. It does not say who is right."),
        "how_to_read": (
            _(
                "Kendall's W compares all the sorts made alone: 0 means no common order, 1 means "
                "that everybody sorted alike. Cards in one row count as equal, and so do all the "
                "cards a person left out."
            )
        ),
        "does_not_show": (
            _(
                "It does not say whether people are right, nor how strongly they feel, and with few "
                "people it moves a great deal. With a long list, leaving out the same cards already "
                "counts as agreement."
            )
        ),
    },
    "common": {
        "title": _("What most groups chose or rejected"),
        "brief": _("High: rows 1 and 2; low: rows 4 and 5. It counts groups, not people."),
        "how_to_read": (
            _(
                "High means rows 1 and 2 of a group's diamond; rejected means rows 4 and 5, or left "
                "out. A card is named here when more than half of the groups treated it so."
            )
        ),
        "does_not_show": (
            _(
                "Groups differ in size and in who speaks, so a count of groups is not a count of "
                "people. With a long list most cards are left out by most groups."
            )
        ),
    },
    "alone": {
        "title": _("What people chose or rejected most, sorting alone"),
        "brief": _("High: rows 1 and 2; low: rows 4 and 5. Sorted alone, before anybody talked."),
        "how_to_read": (
            _(
                "High means rows 1 and 2 of a person's own diamond; rejected means rows 4 and 5, or "
                "left out. The three cards that most people treated so are named, and any that share "
                "the third's count; never what only one person did."
            )
        ),
        "does_not_show": (
            _(
                "The most need not be a majority: read the counts. They were made before people "
                "talked, and do not say who chose what. With a long list most cards are left out by "
                "most people."
            )
        ),
    },
    "groups": {
        "title": _("The groups' diamonds"),
        "brief": _("Cards in one row count the same. It does not show who agreed."),
        "how_to_read": (
            _(
                "Each group's own diamond, as it lay when the part ended: the most important on top, "
                "the least important of the nine at the bottom; cards in one row count the same."
            )
        ),
        "does_not_show": (
            _(
                "It does not say how many of the group agreed, nor who gave which reason; what some "
                "saw differently stands under it, where they wrote it down."
            )
        ),
    },
    "polarised": {
        "title": _("What split the room"),
        "brief": _("A quarter or more at each end; it does not say who."),
        "how_to_read": (
            _(
                "A card is named here when at least a quarter of the people sorting alone put it in "
                "the top two rows and at least a quarter put it in the bottom two."
            )
        ),
        "does_not_show": (
            _(
                "It does not say who stood on which side, nor why: ask. A card that many left out "
                "altogether is not counted as low here."
            )
        ),
    },
    "movement": {
        "title": _("From alone to group"),
        "how_to_read": (
            _(
                "The average rank of a card when people sorted alone, against its rank in the "
                "diamond of their own group. A positive figure means that the groups put the card "
                "higher than their members had."
            )
        ),
        "does_not_show": (
            _(
                "It does not say that anybody changed their mind: a group may settle for what all "
                "can live with. Only people whose group filled its diamond are counted."
            )
        ),
    },
    "vote": {
        "title": _("The secret vote"),
        "brief": _("One answer from each phone, without names. The vote does not decide."),
        "how_to_read": (
            _(
                "One answer from each phone. The answers are kept without name, time or order, and "
                "counted only when the vote is over."
            )
        ),
        "does_not_show": (
            _(
                "The vote does not decide: the room agrees the one item by talking about it. A phone "
                "used by a whole table gives one answer."
            )
        ),
    },
    "participation": {
        "title": _("Who took part"),
        "how_to_read": (
            _(
                "Phones by school and by role as given on joining; a phone used by a whole table "
                "counts once. Schools and roles with few people are added up as “others”, so that "
                "nobody can be picked out."
            )
        ),
        "does_not_show": (
            _(
                "It does not say who spoke, who left early, or how far these people stand for the "
                "others in their school."
            )
        ),
    },
    "own_cards": {
        "title": _("Cards that people wrote themselves"),
        "how_to_read": (
            _(
                "Each card was written by one person, who locked it into their own diamond; here and "
                "in the groups its words stand without a name. These cards are outside the figures, "
                "because not everyone had them to choose from."
            )
        ),
        "does_not_show": _(
            "That nobody else wrote such a card does not mean nobody else thinks so."
        ),
    },
}


def reading(key: str) -> dict[str, str]:
    """What a figure is called, how it is read and what it does not show, in today's language."""
    told = {name: str(text) for name, text in READING[key].items()}
    if key == "agreement":
        told["how_to_read"] += f" {BOUNDS}"
    return told


TOO_FEW_SORTS = _(
    "Fewer than {floor} people locked a sort, so no figure is made from what people sorted alone."
)
TOO_FEW_FOR_W = _(
    "Too few to say: with fewer than {least} sorts, a measure of agreement moves too much to be "
    "trusted."
)
TOO_FEW_GROUPS = _("Fewer than two groups filled their diamond, so there is nothing to compare.")
TOO_FEW_MOVED = _(
    "Fewer than {floor} people both locked a sort and sat in a group that filled its diamond."
)

FEW_NOT_MOVED = _(
    "Fewer than {floor} people locked a sort and sat in a group that did not fill its diamond. "
    "This figure beside the others would give their sorts away."
)

# --- announced before joining ---
TELL_PRIVATE = _(
    "Your own sort stays yours: nobody else sees it, neither your group nor the facilitator."
)
TELL_OWN_GROUP = _(
    "Your own sort opens to your own group, with your name, once you have locked it and the "
    "groups have begun. Nobody else sees it."
)
TELL_TRAY = _(
    "In the groups, the cards that its members chose lie on the table together, without names."
)
TELL_OWN_CARD = _(
    "You may write one card of your own. If you lock it into your diamond, your group sees its "
    "words without your name, and the words go on the record."
)
TELL_FIGURES = _(
    "Figures are made from the sorts only when at least five people have locked one; a phone "
    "used by a whole table counts once."
)
TELL_SEATS = _(
    "Afterwards the result, with the groups' diamonds and reasons, can be read by those who took "
    "part, the facilitator and the network's co-leaders, and by no one else."
)
TELL_NETWORK = _(
    "Afterwards the result, with the groups' diamonds and reasons, can be read by those who took "
    "part, the facilitator and the network's co-leaders, and by the whole network once the "
    "schools have released it."
)

# --- refusals of the set-up ---
CHOOSE_SET = _("Choose a card set, or choose our own cards and type them.")
SET_AND_LINES = _(
    "You chose a card set and also typed cards. Choose our own cards, or empty the box."
)
TYPE_CARDS = _("Type or paste the cards, one to a line: at least nine.")
TOO_FEW_CARDS = _(
    "A Diamond 9 needs at least nine different cards; there are {count} after removing blanks "
    "and repeats."
)
TOO_MANY_CARDS = _("There are {count} cards. Keep it to {most}, so that people can read them all.")
LONG_CARD = _("Line {line} has {count} characters. Shorten that card to {most} or fewer.")
COLUMNS = _("Line {line} has several columns. Paste one column only, one card to a line.")
NO_COLUMN = _("Line {line} has no cell in the column “{column}”.")
WHO_SEES_SORTS = _("Choose who sees the sort that each person makes alone.")
WHO_SEES_GROUPS = _("Choose who may see the groups' diamonds afterwards.")

# --- refusals of moves ---
NO_SEAT = _("This seat is not in the session.")
NO_CARD = _("That card is not in this session.")
NO_PLACE = _("That place is not in the diamond.")
NINE_ALREADY = _("You have chosen nine cards. Put one back first, then choose this one.")
CHOOSE_FIRST = _("Choose that card first, then place it.")
LOCKED = _("Your diamond is locked. Unlock it to change it.")
PLACE_ALL = _("Place all nine cards before you lock: {missing} still to place.")
NO_BLANK = _("This session has no blank card.")
LONG_TEXT = _("That is too long: {count} characters, and {most} is the most.")
ON_LIST = _("That card is already on the list.")
NO_GROUP = _("You are not in a group yet. Ask the facilitator.")
NO_SUCH_GROUP = _("There is no group of that letter.")
GROUP_LOCKED = _("Your group has locked its diamond. Unlock it to move a card.")
GROUP_PLACE_ALL = _("Place all nine cards before your group locks: {missing} still to place.")
SAY_SOMETHING = _("Write a sentence first.")
ENOUGH = _("There are {most} already. Remove one first.")
GONE = _("That line is not there any more.")
BOARD_ONLY = _("Choose a card that lies in that group's diamond.")

# --- suggested findings ---
FOUND_FINAL = _("We agreed that the most important is: “{card}”.")
FOUND_FINAL_NOTE = _("We agreed that the most important is: “{card}” ({note}).")
FOUND_HIGH = _("Most of our groups put these high: {cards}.")
FOUND_LOW = _("Most of our groups put this low or left it out: {cards}.")
FOUND_SPLIT = _(
    "We differ on “{card}”: {high} of {of} people put it high when sorting alone, {low} put it low."
)
COUNTED = _("“{card}” ({count} of {of} groups)")

# --- sentences of the record ---
TIE = _("{cards} have the same average: they share {places} of {rows}.")
TIE_BEYOND = _(
    "{cards} have the same average: they share {places} of {rows}, so not all of them fit."
)
ONE_PLACE, SOME_PLACES = _("1 place"), _("{count} places")
ONE_ROW, SOME_ROWS = _("row {row}"), "rows {rows}"
AND = _(" and ")
AGREEMENT = _("Kendall's W is {w} for {sorters} sorts made alone: {words}.")
ROLES = {
    "headteacher": _("Headteachers"),
    "leader": _("Senior or middle leaders"),
    "teacher": _("Teachers"),
    "support": _("Support staff"),
    "governor": _("Governors"),
    "partner": _("Partners from outside the schools"),
    "other": _("Other"),
}
YET_SPLIT = _("Yet some cards split the room: see what lies high for some and low for others.")
MOST_HIGH, MOST_REJECTED = _("put high"), _("put low or left out")
NO_SPLIT = _("No card split the room by this measure.")
NOBODY_VOTED = _("Fewer than {floor} people voted, so the count is not shown.")
NO_VOTE = _("There was no secret vote.")
NOT_AGREED = _("The room has not recorded one most important item.")

# --- titles of the record's tables ---
TABLES = {
    "cards": _("The cards"),
    "sorts": _("Sorted alone: how many people put each card into each row"),
    "consensus": _("Everyone's sorts put together"),
    "agreement": _("Agreement and the one item"),
    "polarised": _("What split the room, sorting alone"),
    "common": _("In how many groups' diamonds each card lies"),
    "alone": _("Sorted alone: what people chose or rejected most"),
    "groups": _("The groups' diamonds"),
    "reasons": _("Reasons given in the groups"),
    "dissent": _("Dissent kept in the groups"),
    "challenges": _("What the facilitator asked"),
    "movement": _("From alone to group: mean ranks over the whole room"),
    "vote": _("The secret vote"),
    "schools": _("Who took part, by school"),
    "roles": _("Who took part, by role"),
    "reading": _("How to read the figures"),
}

#: The columns of the tables, by the names that code and JSON know; people read them translated.
HEADS = (
    gettext_noop("alone"), gettext_noop("argued over"), gettext_noop("card"),
    gettext_noop("challenge"), gettext_noop("code"), gettext_noop("dissent"),
    gettext_noop("figure"), gettext_noop("group"), gettext_noop("in groups"),
    gettext_noop("in words"), gettext_noop("kind"), gettext_noop("left out"),
    gettext_noop("locked"), gettext_noop("mean rank"), gettext_noop("mean score"),
    gettext_noop("measure"), gettext_noop("most often"), gettext_noop("moved up by"),
    gettext_noop("not shown"), gettext_noop("of"), gettext_noop("of groups"),
    gettext_noop("of people"), gettext_noop("of these left out"), gettext_noop("people"),
    gettext_noop("phones"), gettext_noop("place"), gettext_noop("read"), gettext_noop("reason"),
    gettext_noop("role"), gettext_noop("row"), gettext_noop("row 1"), gettext_noop("row 2"),
    gettext_noop("row 3"), gettext_noop("row 4"), gettext_noop("row 5"),
    gettext_noop("rows 1 and 2"), gettext_noop("rows 4 and 5"), gettext_noop("school"),
    gettext_noop("tie"), gettext_noop("value"), gettext_noop("votes"),
)  # fmt: skip

# --- values of the tables ---
GIVEN, WRITTEN = _("given"), _("written by a participant")
OTHERS, YES = _("others together"), _("yes")
TIE_HERE = _("tie {number}: {cards} cards, {spots} here")
SORTS_THAT_COUNT, FULL_GROUPS = _("sorts made alone that count"), _("groups with a full diamond")
KENDALL, ROOM_AGREED = _("Kendall's W"), _("most important, as the room agreed")

# --- places ---
TOP, BOTTOM = _("row 1, the top"), _("row 5, the bottom")
PLACE = _("row {row}, place {place} of {of}")

# --- pictures ---
PICTURE_ROW = _("Row {row}: {cards}.")
PICTURE_GROUP = _("Group {letter}'s diamond")
PICTURE_TIE = _("Tie {number}: {cards}")
EMPTY_PLACE, LEFT_OUT, OR = _("Empty"), _("left out"), _("or")

# --- refusals while a session held on paper is typed in ---
TYPED_STRANGE = _("“{sign}” is no card. The cards are A to {last}.")
TYPED_NO_CARD = _("There is no card {card}. The cards are A to {last}.")
TYPED_ONE_CARD = _("Type the letter of one card, A to {last}.")
TYPED_NO_OWN = _("Z stands for a card of somebody's own; there is none here.")
TYPED_ONE_OWN = _("A person has one card of their own: Z stands once.")
TYPED_OWN_WORDS = _("Z is a card of their own: type its words at the end, after =.")
TYPED_OWN_PLACE = _("There are words after =, but no Z among the letters.")
TYPED_TWICE = _("Typed twice: {cards}. Each card lies in one place.")
TYPED_COUNT = _("These are {count} letters; nine are needed.")
TYPED_MISSING = _("These are {count} letters; nine are needed. Missing: {cards}.")
TYPED_ROW = _("Row {row} takes {places} and stands once; here it has {count}.")
TYPED_ROWS = _("Begin with the row's number, or type the nine letters alone.")
TYPED_VOTES = _("Type letters with the number of slips, for example A 5, C 3.")
TYPED_REASON = _("Begin each reason with its card and a colon, for example F: because …")
TYPED_ASKED = _("Begin each line with the group and a colon, for example B: why?")
TYPED_NOTE_ALONE = _("There is a note, but no card. Type the card's letter, or empty the note.")
TYPED_WHOSE = _(
    "Table {letter} has “{card}”. Its people handed in {count} cards of their own; call them Z, or "
    "Z1 and Z2 in the order of the sheets."
)
TYPED_OWN = _("a card of somebody's own")
