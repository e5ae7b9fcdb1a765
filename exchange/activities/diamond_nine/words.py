"""Every sentence of this activity that is not in a template, in one place so that all can be
translated together. Plain English: the pure modules do not know gettext.
"""

# --- words for agreement. The bounds are a convention of ours; no published norm exists. ---
LITTLE, SOME, CLOSE = "little agreement", "some agreement", "close agreement"
TOO_FEW = "too few to say"
SOME_FROM, CLOSE_FROM = 0.3, 0.6
BOUNDS = (
    f"We say “little” below {SOME_FROM}, “some” from {SOME_FROM} and “close” from {CLOSE_FROM}. "
    "These bounds are our own convention, not a scientific norm."
)

# --- how to read each figure, and what it does not show ---
READING: dict[str, dict[str, str]] = {
    "consensus": {
        "title": "Everyone's sorts put together",
        "brief": "The average of all sorts made alone. It can hide two camps.",
        "how_to_read": (
            "Each card scores 5 in the top row down to 1 in the bottom row, and 0 where it was "
            "left out; the cards with the highest average fill the diamond from the top. Cards "
            "with the same average share their places, and this is said."
        ),
        "does_not_show": (
            "An average can hide two camps: look at the cards that split the room. It is not a "
            "decision of the room, and nobody need have sorted like this."
        ),
    },
    "agreement": {
        "title": "How far people agreed when they sorted alone",
        "brief": "0 is no common order, 1 is everybody alike. It does not say who is right.",
        "how_to_read": (
            "Kendall's W compares all the sorts made alone: 0 means no common order, 1 means "
            "that everybody sorted alike. Cards in one row count as equal, and so do all the "
            "cards a person left out. " + BOUNDS
        ),
        "does_not_show": (
            "It does not say whether people are right, nor how strongly they feel, and with few "
            "people it moves a great deal. With a long list, leaving out the same cards already "
            "counts as agreement."
        ),
    },
    "common": {
        "title": "What most groups chose or rejected",
        "brief": "High: rows 1 and 2; low: rows 4 and 5. It counts groups, not people.",
        "how_to_read": (
            "High means rows 1 and 2 of a group's diamond; rejected means rows 4 and 5, or left "
            "out. A card is named here when more than half of the groups treated it so."
        ),
        "does_not_show": (
            "Groups differ in size and in who speaks, so a count of groups is not a count of "
            "people. With a long list most cards are left out by most groups."
        ),
    },
    "alone": {
        "title": "What people chose or rejected most, sorting alone",
        "brief": "High: rows 1 and 2; low: rows 4 and 5. Sorted alone, before anybody talked.",
        "how_to_read": (
            "High means rows 1 and 2 of a person's own diamond; rejected means rows 4 and 5, or "
            "left out. The three cards that most people treated so are named, and any that share "
            "the third's count; never what only one person did."
        ),
        "does_not_show": (
            "The most need not be a majority: read the counts. They were made before people "
            "talked, and do not say who chose what. With a long list most cards are left out by "
            "most people."
        ),
    },
    "groups": {
        "title": "The groups' diamonds",
        "brief": "Cards in one row count the same. It does not show who agreed.",
        "how_to_read": (
            "Each group's own diamond, as it lay when the part ended: the most important on top, "
            "the least important of the nine at the bottom; cards in one row count the same."
        ),
        "does_not_show": (
            "It does not say how many of the group agreed, nor who gave which reason; what some "
            "saw differently stands under it, where they wrote it down."
        ),
    },
    "polarised": {
        "title": "What split the room",
        "brief": "A quarter or more at each end; it does not say who.",
        "how_to_read": (
            "A card is named here when at least a quarter of the people sorting alone put it in "
            "the top two rows and at least a quarter put it in the bottom two."
        ),
        "does_not_show": (
            "It does not say who stood on which side, nor why: ask. A card that many left out "
            "altogether is not counted as low here."
        ),
    },
    "movement": {
        "title": "From alone to group",
        "how_to_read": (
            "The average rank of a card when people sorted alone, against its rank in the "
            "diamond of their own group. A positive figure means that the groups put the card "
            "higher than their members had."
        ),
        "does_not_show": (
            "It does not say that anybody changed their mind: a group may settle for what all "
            "can live with. Only people whose group filled its diamond are counted."
        ),
    },
    "vote": {
        "title": "The secret vote",
        "brief": "One answer from each phone, without names. The vote does not decide.",
        "how_to_read": (
            "One answer from each phone. The answers are kept without name, time or order, and "
            "counted only when the vote is over."
        ),
        "does_not_show": (
            "The vote does not decide: the room agrees the one item by talking about it. A phone "
            "used by a whole table gives one answer."
        ),
    },
    "participation": {
        "title": "Who took part",
        "how_to_read": (
            "Phones by school and by role as given on joining; a phone used by a whole table "
            "counts once. Schools and roles with few people are added up as “others”, so that "
            "nobody can be picked out."
        ),
        "does_not_show": (
            "It does not say who spoke, who left early, or how far these people stand for the "
            "others in their school."
        ),
    },
    "own_cards": {
        "title": "Cards that people wrote themselves",
        "how_to_read": (
            "Each card was written by one person, who locked it into their own diamond; here and "
            "in the groups its words stand without a name. These cards are outside the figures, "
            "because not everyone had them to choose from."
        ),
        "does_not_show": "That nobody else wrote such a card does not mean nobody else thinks so.",
    },
}

TOO_FEW_SORTS = (
    "Fewer than {floor} people locked a sort, so no figure is made from what people sorted alone."
)
TOO_FEW_FOR_W = (
    "Too few to say: with fewer than {least} sorts, a measure of agreement moves too much to be "
    "trusted."
)
TOO_FEW_GROUPS = "Fewer than two groups filled their diamond, so there is nothing to compare."
TOO_FEW_MOVED = (
    "Fewer than {floor} people both locked a sort and sat in a group that filled its diamond."
)

FEW_NOT_MOVED = (
    "Fewer than {floor} people locked a sort and sat in a group that did not fill its diamond. "
    "This figure beside the others would give their sorts away."
)

# --- announced before joining ---
TELL_PRIVATE = (
    "Your own sort stays yours: nobody else sees it, neither your group nor the facilitator."
)
TELL_OWN_GROUP = (
    "Your own sort opens to your own group, with your name, once you have locked it and the "
    "groups have begun. Nobody else sees it."
)
TELL_TRAY = (
    "In the groups, the cards that its members chose lie on the table together, without names."
)
TELL_OWN_CARD = (
    "You may write one card of your own. If you lock it into your diamond, your group sees its "
    "words without your name, and the words go on the record."
)
TELL_FIGURES = (
    "Figures are made from the sorts only when at least five people have locked one; a phone "
    "used by a whole table counts once."
)
TELL_SEATS = (
    "Afterwards the result, with the groups' diamonds and reasons, can be read by those who took "
    "part, the facilitator and the network's co-leaders, and by no one else."
)
TELL_NETWORK = (
    "Afterwards the result, with the groups' diamonds and reasons, can be read by those who took "
    "part, the facilitator and the network's co-leaders, and by the whole network once the "
    "schools have released it."
)

# --- refusals of the set-up ---
CHOOSE_SET = "Choose a card set, or choose our own cards and type them."
SET_AND_LINES = "You chose a card set and also typed cards. Choose our own cards, or empty the box."
TYPE_CARDS = "Type or paste the cards, one to a line: at least nine."
TOO_FEW_CARDS = (
    "A Diamond 9 needs at least nine different cards; there are {count} after removing blanks "
    "and repeats."
)
TOO_MANY_CARDS = "There are {count} cards. Keep it to {most}, so that people can read them all."
LONG_CARD = "Line {line} has {count} characters. Shorten that card to {most} or fewer."
COLUMNS = "Line {line} has several columns. Paste one column only, one card to a line."
NO_COLUMN = "Line {line} has no cell in the column “{column}”."
WHO_SEES_SORTS = "Choose who sees the sort that each person makes alone."
WHO_SEES_GROUPS = "Choose who may see the groups' diamonds afterwards."

# --- refusals of moves ---
NO_SEAT = "This seat is not in the session."
NO_CARD = "That card is not in this session."
NO_PLACE = "That place is not in the diamond."
NINE_ALREADY = "You have chosen nine cards. Put one back first, then choose this one."
CHOOSE_FIRST = "Choose that card first, then place it."
LOCKED = "Your diamond is locked. Unlock it to change it."
PLACE_ALL = "Place all nine cards before you lock: {missing} still to place."
NO_BLANK = "This session has no blank card."
LONG_TEXT = "That is too long: {count} characters, and {most} is the most."
ON_LIST = "That card is already on the list."
NO_GROUP = "You are not in a group yet. Ask the facilitator."
NO_SUCH_GROUP = "There is no group of that letter."
GROUP_LOCKED = "Your group has locked its diamond. Unlock it to move a card."
GROUP_PLACE_ALL = "Place all nine cards before your group locks: {missing} still to place."
SAY_SOMETHING = "Write a sentence first."
ENOUGH = "There are {most} already. Remove one first."
GONE = "That line is not there any more."
BOARD_ONLY = "Choose a card that lies in that group's diamond."

# --- suggested findings ---
FOUND_FINAL = "We agreed that the most important is: “{card}”."
FOUND_FINAL_NOTE = "We agreed that the most important is: “{card}” ({note})."
FOUND_HIGH = "Most of our groups put these high: {cards}."
FOUND_LOW = "Most of our groups put this low or left it out: {cards}."
FOUND_SPLIT = (
    "We differ on “{card}”: {high} of {of} people put it high when sorting alone, {low} put it low."
)
COUNTED = "“{card}” ({count} of {of} groups)"

# --- sentences of the record ---
TIE = "{cards} have the same average: they share {places} of {rows}."
TIE_BEYOND = "{cards} have the same average: they share {places} of {rows}, so not all of them fit."
ONE_PLACE, SOME_PLACES = "1 place", "{count} places"
ONE_ROW, SOME_ROWS = "row {row}", "rows {rows}"
AND = " and "
AGREEMENT = "Kendall's W is {w} for {sorters} sorts made alone: {words}."
ROLES = {
    "headteacher": "Headteachers",
    "leader": "Senior or middle leaders",
    "teacher": "Teachers",
    "support": "Support staff",
    "governor": "Governors",
    "partner": "Partners from outside the schools",
    "other": "Other",
}
YET_SPLIT = "Yet some cards split the room: see what lies high for some and low for others."
MOST_HIGH, MOST_REJECTED = "put high", "put low or left out"
NO_SPLIT = "No card split the room by this measure."
NOBODY_VOTED = "Fewer than {floor} people voted, so the count is not shown."
NO_VOTE = "There was no secret vote."
NOT_AGREED = "The room has not recorded one most important item."

# --- titles of the record's tables ---
TABLES = {
    "cards": "The cards",
    "sorts": "Sorted alone: how many people put each card into each row",
    "consensus": "Everyone's sorts put together",
    "agreement": "Agreement and the one item",
    "polarised": "What split the room, sorting alone",
    "common": "In how many groups' diamonds each card lies",
    "alone": "Sorted alone: what people chose or rejected most",
    "groups": "The groups' diamonds",
    "reasons": "Reasons given in the groups",
    "dissent": "Dissent kept in the groups",
    "challenges": "What the facilitator asked",
    "movement": "From alone to group: mean ranks over the whole room",
    "vote": "The secret vote",
    "schools": "Who took part, by school",
    "roles": "Who took part, by role",
    "reading": "How to read the figures",
}

# --- places ---
TOP, BOTTOM = "row 1, the top", "row 5, the bottom"
PLACE = "row {row}, place {place} of {of}"

# --- pictures ---
PICTURE_ROW = "Row {row}: {cards}."
PICTURE_GROUP = "Group {letter}'s diamond"
PICTURE_TIE = "Tie {number}: {cards}"
EMPTY_PLACE, LEFT_OUT, OR = "Empty", "left out", "or"

# --- refusals while a session held on paper is typed in ---
TYPED_STRANGE = "“{sign}” is no card. The cards are A to {last}."
TYPED_NO_CARD = "There is no card {card}. The cards are A to {last}."
TYPED_ONE_CARD = "Type the letter of one card, A to {last}."
TYPED_NO_OWN = "Z stands for a card of somebody's own; there is none here."
TYPED_ONE_OWN = "A person has one card of their own: Z stands once."
TYPED_OWN_WORDS = "Z is a card of their own: type its words at the end, after =."
TYPED_OWN_PLACE = "There are words after =, but no Z among the letters."
TYPED_TWICE = "Typed twice: {cards}. Each card lies in one place."
TYPED_COUNT = "These are {count} letters; nine are needed."
TYPED_MISSING = "These are {count} letters; nine are needed. Missing: {cards}."
TYPED_ROW = "Row {row} takes {places} and stands once; here it has {count}."
TYPED_ROWS = "Begin with the row's number, or type the nine letters alone."
TYPED_VOTES = "Type letters with the number of slips, for example A 5, C 3."
TYPED_REASON = "Begin each reason with its card and a colon, for example F: because …"
TYPED_ASKED = "Begin each line with the group and a colon, for example B: why?"
TYPED_NOTE_ALONE = "There is a note, but no card. Type the card's letter, or empty the note."
TYPED_WHOSE = (
    "Table {letter} has “{card}”. Its people handed in {count} cards of their own; call them Z, or "
    "Z1 and Z2 in the order of the sheets."
)
TYPED_OWN = "a card of somebody's own"
