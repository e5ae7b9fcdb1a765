"""The pane: what the phones of one group, or in the findings all phones, show alike. It is written
once for all of them, and what changed in it is sent to them line by line (docs/decisions/0054).

What differs from phone to phone within it is no more than a flag: what holds for one's own seat
(`flags_of`) shows or hides parts that are written for everybody. All else that is one's own stands
outside the pane, and so changes only with what is told to the seat or to the room.
"""

import re
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from exchange.live import engine
from exchange.live.models import Run
from exchange.live.plugin import CLOSED, FINDINGS, ROOM, WORDINGS, Who
from exchange.live.templatetags.pieces import CSRF_HERE, MOVE_ID_HERE, own
from exchange.live.versions import brought_up

#: Where an attribute stands that depends on a flag, `\x02only agreed-f1\x03`.
FLAG_HERE = re.compile("\x02(only|unless) ([^\x03]*)\x03")
MOST_TEXTS = 1000
#: So many lines are changed where they stand; where more differ, some were moved.
MOST_IN_PLACE = 8
_texts: OrderedDict[tuple[object, ...], list[str]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Pane:
    """audience  whose news changes it
    template  what it is written by
    shown     all that it shows
    """

    audience: str
    template: str
    shown: dict[str, Any]


def audience_of(run: Run, who: Who) -> str:
    """Whose news changes this phone's pane; "" where its page has none."""
    if who.kind != "seat":
        return ""
    if run.phase == FINDINGS:
        return WORDINGS
    phase = brought_up(run).phase(run.phase)
    return f"group:{who.group}" if phase and phase.pane and who.group else ""


@lru_cache(maxsize=1000)
def move_url_of(run_id: int) -> str:
    """Where the run's phones post their moves."""
    return reverse("board_moves", args=[run_id])


def flags_of(run: Run) -> dict[str, list[str]]:
    """seat -> the flags that hold for it in its pane: "agreed-f1", "differs-f2"."""
    found: dict[str, list[str]] = defaultdict(list)
    for worded in run.room["findings"] if run.phase == FINDINGS else ():
        for seat in worded["agree"]:
            found[seat].append(f"agreed-{worded['id']}")
        for seat in dict.fromkeys(voice["seat"] for voice in worded["dissent"]):
            found[seat].append(f"differs-{worded['id']}")
    return found


def pane_of(run: Run, audience: str) -> Pane:
    """The pane of this audience, as `audience_of` names it."""
    more = {"move_url": move_url_of(run.pk)}
    if audience == WORDINGS:
        shown = {"findings": wordings_of(run), **more}
        return Pane(audience, "live/_findings_board.html", shown)
    activity = brought_up(run)
    who = Who("group", group=audience.partition(":")[2])
    seen = activity.see(run.state, engine.room_of(run.room), who)
    return Pane(audience, f"{activity.key}/pane.html", {"seen": seen, **more})


def wordings_of(run: Run) -> list[dict[str, Any]]:
    """The wordings on the table, with counts; whose voice it was stays out."""
    if run.phase not in {FINDINGS, CLOSED}:
        return []
    return [
        {
            "id": worded["id"],
            "text": worded["text"],
            "agree": len(worded["agree"]),
            "settled": worded["settled"],
            "dissent": [voice["note"] for voice in worded["dissent"]],
        }
        for worded in run.room["findings"]
    ]


def state_of(run: Run, audience: str) -> str:
    """Which pane it is, and in which state: equal for equal texts of one run and language."""
    counted = (f"{name}.{run.revisions.get(name, 0)}" for name in (ROOM, audience))
    return "-".join(counted)


def text_of(run: Run, audience: str, state: str = "") -> str | None:
    """`lines_of` as one text."""
    lines = lines_of(run, audience, state)
    return None if lines is None else "\n".join(lines)


def lines_of(run: Run, audience: str, state: str = "") -> Sequence[str] | None:
    """The pane's lines in the present language, with places for what is one phone's own.

    state  of which they are wanted, where not as it is now; None if they are not known any more
    """
    now = state_of(run, audience)
    key = (run.pk, run.seed, run.version, state or now, get_language())
    with _lock:
        lines = _texts.get(key)
    if lines is not None or (state and state != now):
        return lines
    lines = written(pane_of(run, audience)).split("\n")
    with _lock:
        _texts[key] = lines
        if len(_texts) > MOST_TEXTS:
            _texts.popitem(last=False)
    return lines


def let_go(run_id: int | None = None) -> None:
    """Let go of the texts that are kept, of one run or of all."""
    with _lock:
        for key in [key for key in _texts if run_id in (None, key[0])]:
            del _texts[key]


def written(pane: Pane) -> str:
    """Its text in the present language, with places for what is one phone's own."""
    context = {**pane.shown, "csrf_token": CSRF_HERE, "in_piece": True}
    return render_to_string(pane.template, context).strip("\n")


def filled(text: str, flags: Collection[str], csrf: str) -> str:
    """A pane for one phone: its token, an id for each form, its flags."""
    return own(FLAG_HERE.sub(lambda found: _attribute(found, flags), text), csrf)


def _attribute(found: re.Match[str], flags: Collection[str]) -> str:
    kind, flag = found.groups()
    hidden = "" if (flag in flags) == (kind == "only") else " hidden"
    return f' data-{kind}="{flag}"{hidden}'


def neutral(text: str) -> str:
    """A pane for whoever fills it in there: no token, no ids, no flag holds."""
    flagged = FLAG_HERE.sub(lambda found: _attribute(found, ()), text)
    return flagged.replace(CSRF_HERE, "").replace(MOVE_ID_HERE, "")


def change(old: Sequence[str], new: Sequence[str]) -> dict[str, Any]:
    """What makes the lines of one pane into those of another.

    Out: {"lines": how many there were, "cuts": [[first, past, [new lines]], ...]}, from the top;
    numbers count the lines as they were.
    """
    cuts = [[a, b, [neutral(line) for line in new[c:d]]] for a, b, c, d in _differing(old, new)]
    return {"lines": len(old), "cuts": cuts}


def _differing(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """(from, to) of old lines and (from, to) of the new ones that take their place."""
    if len(old) == len(new):
        at = [n for n, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
        if len(at) <= MOST_IN_PLACE:
            return [(n, n + 1, n, n + 1) for n in at]
    top = 0
    while top < min(len(old), len(new)) and old[top] == new[top]:
        top += 1
    end = 0
    while end < min(len(old), len(new)) - top and old[-1 - end] == new[-1 - end]:
        end += 1
    return _between(old, new, top, len(old) - end, len(new) - end)


def _between(
    old: Sequence[str], new: Sequence[str], top: int, old_end: int, new_end: int
) -> list[tuple[int, int, int, int]]:
    """The same between `top` and these ends, by the lines that each side has once: quick, and where
    lines were moved about, not the shortest."""
    once = Counter(old[top:old_end])
    there = {line: n for n, line in enumerate(new[top:new_end], top) if once[line] == 1}
    cuts, a, c = [], top, top
    for n in range(top, old_end):
        at = there.get(old[n], -1)
        if at < c or new[at] != old[n]:
            continue
        if (n, at) != (a, c):
            cuts.append((a, n, c, at))
        a, c = n + 1, at + 1
    if (a, c) != (old_end, new_end):
        cuts.append((a, old_end, c, new_end))
    return cuts
