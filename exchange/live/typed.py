"""A session held on paper, from what was typed to moves. Pure: plain values in and out.

What is typed is kept as it was typed (`sheets`), read anew each time, and becomes moves only when
all of it can be read:

    sheets = {
      "tables": [{"people": text, "school": text, "role": text, "lines": text, **fields}, ...],
      "room":   {"findings": text, **fields},
    }

A line of `lines` is one person's sheet. It may begin with the number of a school and the letter of
a role, as the sheets print them: "3t F AC BDE GH I".
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from exchange.core.translating import gettext as _
from exchange.live import engine, grouping
from exchange.live.plugin import (
    FINDINGS,
    Activity,
    BallotQuestion,
    Data,
    Moment,
    Refused,
    Typing,
)
from exchange.live.shared_moves import MOST_FINDINGS

MOST_TABLES, MOST_PEOPLE, MOST_AT_TABLE = 30, 200, 12
#: What a role's letter on the sheets means; nothing said is "other".
OTHER = "other"
WHO = re.compile(r"^(\d{1,2})([A-Za-z]?)\s+(?=\S)")
#: How a line begins that says how somebody sees the finding above it differently.
DIFFERENTLY = re.compile(r"^[-–—•*]\s*")
ROOM_SHEET = "room"


@dataclass(frozen=True)
class Fault:
    """What cannot be read: on which table's sheet (its number from 1, or "room"), in which field
    and in one sentence what to mend."""

    where: int | str
    sentence: str
    field: str = ""


class AtTable(Refused):
    """A move of the table of that number (from 1) was refused while the sheets were played."""

    def __init__(self, number: int, sentence: str, field: str = "") -> None:
        super().__init__(sentence, field)
        self.number = number


@dataclass(frozen=True)
class Places:
    """What numbers and letters on the sheets mean: number -> school id, letter -> role."""

    schools: Mapping[int, str]
    roles: Mapping[str, str]


@dataclass(frozen=True)
class SeatTyped:
    """A seat that paper makes: whose sheet it is, or a table's rest."""

    key: str
    group: str
    school: str
    role: str
    people: int


@dataclass
class Read:
    """What all sheets say. `typed` is what the activity gets; findings are (text, dissent)."""

    seats: list[SeatTyped] = field(default_factory=list)
    typed: Data = field(default_factory=lambda: {"tables": {}, "room": {}})
    findings: list[tuple[str, list[str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def of(self, where: int | str) -> list[Fault]:
        """The faults of one sheet."""
        return [fault for fault in self.faults if fault.where == where]


@dataclass(frozen=True)
class Step:
    """One move of the session that the sheets make."""

    by: str
    seat: str
    kind: str
    data: Data


def empty_sheets() -> Data:
    """What a session has before anything was typed."""
    return {"tables": [], "room": {}}


def is_blank(sheet: Mapping[str, Any]) -> bool:
    """Whether nothing was typed on it; the name of the sheet is none of it."""
    return not any(str(value).strip() for name, value in sheet.items() if name != "sheet")


def place_of(tables: Sequence[Mapping[str, Any]], sheet: str, number: int) -> int:
    """The number of the table whose sheet bears that name, or 0; without a name `number` tells.

    Two people may type at once, and tables move up when one is taken away: a page that was opened
    before must not write over another table.
    """
    named = [at for at, one in enumerate(tables, 1) if sheet and one.get("sheet") == sheet]
    if named or not 1 <= number <= len(tables):
        return named[0] if named else 0
    nameless = not sheet or not tables[number - 1].get("sheet")
    return number if nameless else 0


# --- reading ---


def read(activity: Activity, setup: Data, sheets: Data, places: Places) -> Read:
    """Read every sheet; what cannot be read is in `faults`, the rest is there."""
    found, typing = Read(), _typing(activity)
    for number, sheet in enumerate(sheets["tables"], 1):
        _read_table(found, typing, setup, number, sheet, places)
    if sum(seat.people for seat in found.seats) > MOST_PEOPLE:
        found.faults.append(
            Fault(ROOM_SHEET, _("These are more than {most} people.").format(most=MOST_PEOPLE))
        )
    if not found.seats:
        found.faults.append(Fault(ROOM_SHEET, _("Type in one table at least.")))
    room = sheets["room"]
    try:
        values = engine.clean(typing.room, room)
        found.typed["room"] = typing.read(setup, "room", values)
    except Refused as refused:
        found.faults.append(Fault(ROOM_SHEET, refused.sentence, refused.field))
    try:
        found.findings = read_findings(str(room.get("findings") or ""))
    except Refused as refused:
        found.faults.append(Fault(ROOM_SHEET, refused.sentence, "findings"))
    return found


def _typing(activity: Activity) -> Typing:
    if activity.typing is None:
        raise Refused(_("This activity cannot be typed in from paper."))
    return activity.typing


def _read_table(
    found: Read, typing: Typing, setup: Data, number: int, sheet: Data, places: Places
) -> None:
    group = grouping.letter(number - 1)
    lines = [line.strip() for line in str(sheet.get("lines") or "").splitlines() if line.strip()]
    people: dict[str, Data] = {}
    for at, line in enumerate(lines, 1):
        try:
            school, role, rest = read_who(line, places)
            person = typing.read(setup, "person", {"line": rest})
        except Refused as refused:
            found.faults.append(
                Fault(
                    number,
                    _("Sheet {at}: {sentence}").format(at=at, sentence=refused.sentence),
                    "lines",
                )
            )
            continue
        key = f"s{len(found.seats) + 1}"
        found.seats.append(SeatTyped(key, group, school, role, 1))
        people[key] = person
    try:
        rest_of_table = _count(sheet, len(lines))
        values = typing.read(setup, "table", engine.clean(typing.table, sheet))
        school, role = _of_table(sheet, places)
    except Refused as refused:
        found.faults.append(Fault(number, refused.sentence, refused.field))
        return
    captain = next(iter(people), "")
    if rest_of_table:
        captain = f"s{len(found.seats) + 1}"
        found.seats.append(SeatTyped(captain, group, school, role, rest_of_table))
    found.typed["tables"][group] = {"captain": captain, "sheet": values, "people": people}


def _count(sheet: Data, lines: int) -> int:
    """How many of the table handed no sheet in."""
    said = str(sheet.get("people") or "").strip()
    if not said:
        if not lines:
            raise Refused(_("Say how many people sat at this table."), "people")
        return 0
    if not said.isdecimal() or not 1 <= int(said[:4]) <= MOST_AT_TABLE:
        raise Refused(
            _("How many people: a number from 1 to {most}."), "people", most=MOST_AT_TABLE
        )
    if int(said) < lines:
        raise Refused(
            _("{lines} sheets were handed in, but you say that {people} sat here."),
            "people",
            lines=lines,
            people=int(said),
        )
    return int(said) - lines


def _of_table(sheet: Data, places: Places) -> tuple[str, str]:
    """The school and the role that a whole table has in common, if it has."""
    school, role = str(sheet.get("school") or ""), str(sheet.get("role") or "")
    if school and school not in places.schools.values():
        raise Refused(_("Choose a school of the list."), "school")
    if role and role not in {*places.roles.values(), OTHER}:
        raise Refused(_("Choose a role of the list."), "role")
    return school, role or OTHER


def read_who(line: str, places: Places) -> tuple[str, str, str]:
    """("12t F AC …") -> (school id or "", role, the rest of the line)."""
    found = WHO.match(line)
    if found is None:
        return "", OTHER, line
    number, letter = int(found[1]), found[2].lower()
    if number and number not in places.schools:
        raise Refused(
            _("There is no school {number}. Look at the list of numbers."), "lines", number=number
        )
    if letter and letter not in places.roles:
        known = ", ".join(sorted(places.roles))
        raise Refused(
            _("There is no role {letter}. The letters are {known}."),
            "lines",
            letter=letter,
            known=known,
        )
    school = places.schools[number] if number else ""
    return school, places.roles[letter] if letter else OTHER, line[found.end() :]


def read_findings(text: str) -> list[tuple[str, list[str]]]:
    """One finding to a line; a line that begins with a dash differs from the finding above it."""
    found: list[tuple[str, list[str]]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            continue
        differs = DIFFERENTLY.match(line)
        if differs and not found:
            raise Refused(_("Begin with a finding; what is seen differently comes below it."))
        if differs:
            note = DIFFERENTLY.sub("", line)
            found[-1][1].append(engine.clean_text(note, _("What is seen differently"), 280))
        else:
            found.append((engine.clean_text(line, _("A finding"), 500), []))
    if len(found) > MOST_FINDINGS:
        raise Refused(_("At most {most} findings."), most=MOST_FINDINGS)
    return found


# --- playing ---


class Rehearsal:
    """The session that sheets make, played in memory on copies; `steps` are its moves."""

    def __init__(self, activity: Activity, room: Data, state: Data, seed: str, now: int) -> None:
        self.activity, self.seed, self.now = activity, seed, now
        self.room, self.state = deepcopy(room), deepcopy(state)
        self.steps: list[Step] = []
        self.ballots: dict[str, dict[str, int]] = {}
        self.suggested: list[str] = []
        self.seq = 0

    def do(self, by: str, kind: str, data: Data, seat: str = "", *, kept: bool = True) -> None:
        """Play one move; Refused as the engine refuses it."""
        self.seq += 1
        moment = Moment(self.now, engine.chance_for(self.seed, self.seq))
        engine.apply(
            self.activity, self.room, self.state,
            by=by, seat=seat, kind=kind, data=data, moment=moment,
        )  # fmt: skip
        if kept:
            self.steps.append(Step(by, seat, kind, data))

    def advance(self, to: str, typed: Data) -> None:
        """Go on; before that the house counts a secret question that was open, as it does live."""
        for question in self.activity.ballots:
            if question.phase == self.room["phase"]:
                self.do("house", "tally", self._tally(question, typed), kept=False)
        self.do("desk", "advance", {"saw": self.room["phase"], "to": to})

    def _tally(self, question: BallotQuestion, typed: Data) -> Data:
        typing = _typing(self.activity)
        votes = typing.votes(self.state, engine.room_of(self.room), typed)
        self.ballots[question.key] = votes
        cast = sum(votes.values())
        if cast > sum(seat["people"] for seat in self.room["seats"].values()):
            raise Refused(_("There are more votes than people."))
        enough = cast >= self.room["floor"]
        counts = sorted(f"{option}={n}" for option, n in votes.items()) if enough else []
        return {"question": question.key, "cast": cast, "counts": counts}


def rehearse(activity: Activity, made: Rehearsal, found: Read) -> Rehearsal:
    """Play all that was read, from the first seat to the closed record.

    Raises Refused, with what a move was refused for, where sheets contradict one another.
    """
    for seat in found.seats:
        joining = {"seat": seat.key, "school": seat.school, "role": seat.role,
                   "people": seat.people, "group": seat.group, "paper": True}  # fmt: skip
        made.do("house", "join", joining)
    for phase in activity.phases:
        made.advance(phase.key, found.typed)
        room = engine.room_of(made.room)
        for who, kind, data in _typing(activity).moves(made.state, room, found.typed):
            if who == "desk":
                made.do("desk", kind, data)
            else:
                _at_table(made, found, who, kind, data)
    made.advance(FINDINGS, found.typed)
    _word(made, found.findings)
    made.do("house", "close", {}, kept=False)
    return made


def _at_table(made: Rehearsal, found: Read, seat: str, kind: str, data: Data) -> None:
    try:
        made.do("seat", kind, data, seat)
    except Refused as refused:
        group = next(one.group for one in found.seats if one.key == seat)
        raise AtTable(list(found.typed["tables"]).index(group) + 1, refused.sentence) from None


def _word(made: Rehearsal, findings: list[tuple[str, list[str]]]) -> None:
    """The findings as the room worded them, in place of those the activity would suggest."""
    made.suggested = [one["text"] for one in made.room["findings"]]
    for one in list(made.room["findings"]):
        made.do("desk", "drop_finding", {"finding": one["id"]})
    for text, dissent in findings:
        made.do("desk", "propose_finding", {"text": text})
        key = made.room["findings"][-1]["id"]
        for note in dissent:
            made.do("desk", "dissent_finding", {"finding": key, "note": note})
        made.do("desk", "settle_finding", {"finding": key, "settled": "yes"})
