"""What stands on each paper, as plain data for the .typ files beside this one. Pure.

Letters name cards on paper: A to Y in the order of the set-up, Z for a card of somebody's own.
"""

from typing import Any

from exchange.activities.diamond_nine import paper_report, words
from exchange.activities.diamond_nine import paper_words as said
from exchange.activities.diamond_nine.diamond import ROWS
from exchange.core.translating import gettext_lazy as _
from exchange.live.plugin import Data, Paper

OWN_LETTER = "Z"


def lettered(setup: Data) -> dict[str, str]:
    """Letter -> code of a card, in the order of the set-up."""
    return {chr(ord("A") + at): card["code"] for at, card in enumerate(setup["cards"])}


def _shared(setup: Data, about: Data, title: str) -> Data:
    return {
        "title": f"{title}: {about['title']}",
        "question": about["title"],
        "asks": said.QUESTION.format(criterion=setup["criterion"]),
        "cards": [
            {"letter": letter, "text": card["text"]}
            for letter, card in zip(lettered(setup), setup["cards"], strict=True)
        ],
        "blank": bool(setup["blank"]),
        "rows": [list(row) for row in ROWS],
        "most": said.MOST,
        "least": said.LEAST,
        "equal": said.EQUAL,
    }


def cards(setup: Data, about: Data) -> Data:
    """One set of cards to cut out."""
    blank = {"blank_card": said.BLANK_CARD, "own": OWN_LETTER}
    return _shared(setup, about, said.CARDS) | {"cut": said.CUT, **blank}


def grid(setup: Data, about: Data) -> Data:
    """A grid for the room and one for each group."""
    groups = [said.FOR_A_GROUP.format(letter=letter) for letter in about["groups"]]
    return _shared(setup, about, said.GRID) | {"grids": [said.FOR_THE_ROOM, *groups]}


def alone(setup: Data, about: Data) -> Data:
    """The sheet for one person's own sort, with the slip for the secret question."""
    told = [
        line.format(criterion=setup["criterion"], floor=about["floor"]) for line in said.ALONE_TELL
    ]
    return _shared(setup, about, said.ALONE) | {
        "told": told,
        "own_card": said.OWN_CARD,
        "my_school": said.MY_SCHOOL,
        "my_role": said.MY_ROLE,
        "optional": said.OPTIONAL,
        "schools": [f"{one['number']} {one['name']}" for one in about["schools"]],
        "roles": [f"{one['letter']} {one['name']}" for one in about["roles"]],
        "schools_head": said.SCHOOLS,
        "roles_head": said.ROLES,
        "slip": said.SLIP,
        "slip_asks": said.SLIP_ASKS,
    }


def table(setup: Data, about: Data) -> Data:
    """The sheet on which each table writes down its diamond, its reasons and its dissent."""
    return _shared(setup, about, said.TABLE) | {
        "told": said.TABLE_TELL,
        "groups": about["groups"],
        "letter": said.LETTER,
        "people": said.PEOPLE,
        "argued": said.ARGUED,
        "reasons": said.REASONS,
        "reason_card": said.REASON_CARD,
        "because": said.BECAUSE,
        "dissent": said.DISSENT,
    }


def script(setup: Data, about: Data) -> Data:
    """The facilitator's script: what to say and do in each step, then how to read the result."""
    steps = [
        {
            "title": phase["title"],
            "minutes": said.MINUTES.format(minutes=phase["minutes"]),
            "say": said.PHASES.get(phase["key"], said.FINDINGS)[0],
            "do": said.PHASES.get(phase["key"], said.FINDINGS)[1],
        }
        for phase in about["phases"]
    ]
    reading = [
        {"title": one["title"], "read": one["how_to_read"], "not": one["does_not_show"]}
        for one in map(words.reading, words.READING)
    ]
    return _shared(setup, about, said.SCRIPT) | {
        "intro": said.INTRO,
        "before": said.BEFORE,
        "needed": said.NEEDED,
        "told_head": said.TOLD,
        "told": [*about["announce"], said.TOLD_ON_PAPER],
        "steps": steps,
        "say": said.SAY,
        "do": said.DO,
        "afterwards": said.AFTERWARDS,
        "type_in": said.TYPE_IN,
        "read_result": said.READ_RESULT,
        "reading": reading,
        "not_shown": said.NOT_SHOWN,
    }


def report(seen: Data, about: Data) -> Data:
    """The result of a closed session: what its page shows, in the same order."""
    blocks: list[Any] = paper_report.blocks(seen, about)
    return {"title": f"{said.REPORT}: {about['title']}", "question": about["title"],
            "blocks": blocks}  # fmt: skip


PAPERS = (
    Paper("cards", _("Cards to cut"), _("A4, one set. Print one for each table."), "cards.typ", cards),
    Paper("grid", _("Grids"), _("A3, one for the room and one for each group."), "grid.typ", grid),
    Paper("script", _("Facilitator's script"), _("A4: what to say and do, step by step, and how to read "
          "the result."), "script.typ", script),
    Paper("alone", _("Sheet for sorting alone"), _("A4. Copy one for each person; with a slip for the "
          "secret question."), "alone.typ", alone),
    Paper("table", _("Sheet for a table"), _("A4, one for each group: its diamond, reasons, dissent."),
          "table.typ", table),
    Paper("report", _("Result"), _("A4: the diamonds, the figures with how to read them, the findings "
          "with their dissent."), "report.typ", report, after=True),
)  # fmt: skip
