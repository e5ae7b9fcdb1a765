"""How a bot decides: which form to send and what to write. Knows no activity; reads the forms.

People try what they have not tried yet, write less than they press, change their mind now and
then, and leave alone for a while what was refused.
"""

from collections import Counter
from collections.abc import Mapping
from random import Random

from exchange.live.pageforms import BOOKKEEPING, Box, Form

SENTENCES = (
    "We do this already, but nobody outside our school knows it.",
    "It depends on who has time to visit.",
    "Our pupils said so in the spring survey; that's why.",
    "Year 5 & 6 teachers disagree about it (politely).",
    "Without it the rest doesn't hold.",
    "We tried it twice. The second time it worked.",
    "Trust comes first – café visits helped more than meetings.",
    "It costs nothing, so it's a good start.",
    "Fewer than 3 of us had heard of it <before today>.",
    "I'd rather ask the children.",
)
WRITING, CHANGING, UNLOCKING, LOCKING, PRESSING, SORTING = 0.25, 0.12, 0.02, 0.5, 1.0, 3.0
#: What could be done in an earlier part already draws less.
OLD_NEWS = 0.15
MOST_OF_ONE_TEXT, MOST_IN_A_PHASE = 4, 45
#: After so many things in one part people slow down, by this much with each.
FRESH_FOR, SLOWING = 12, 0.85
CHANGES = ("un", "strike", "drop")


class Habits:
    """One person's memory of what they did, and their way to choose the next thing."""

    def __init__(self, chance: Random, own_weights: Mapping[str, float] | None = None) -> None:
        self.chance = chance
        self.own_weights = own_weights or {}
        self.used: Counter[tuple[str, ...]] = Counter()
        self.put_off: Counter[str] = Counter()
        self.since: dict[str, str] = {}
        self.phase = ""
        self.done = 0

    def weight(self, form: Form) -> float:
        """How much this person feels like sending such a form now."""
        kind = form.kind
        writes = any(box.kind in {"text", "textarea"} for box in form.boxes)
        if kind in self.own_weights:
            base = self.own_weights[kind]
        elif kind.startswith(CHANGES) or "_un" in kind or form.value("settled") == "no":
            base = (UNLOCKING if "lock" in kind else CHANGING) * 0.3 ** self.used[self.phase, kind]
        elif writes:
            base = WRITING
        elif kind.endswith("lock") or "/ballots/" in kind:
            base = LOCKING
        elif any(box.kind == "select" for box in form.boxes):
            base = SORTING
        else:
            base = PRESSING
        if writes and self.used[self.phase, kind] >= MOST_OF_ONE_TEXT:
            return 0.0
        if any(box.kind == "select" and box.options and not free(box) for box in form.boxes):
            base *= CHANGING
        if self.since.setdefault(kind, self.phase) != self.phase:
            base *= OLD_NEWS
        return base * float(0.2 ** self.put_off[kind])

    def choose(self, forms: list[Form], phase: str) -> Form | None:
        """The form to send now, or None to wait and look."""
        if phase != self.phase:
            self.phase, self.done = phase, 0
        undone = {form.undoes for form in forms}
        left = {form.kind for form in forms if form.about not in undone}
        weights = {
            form.kind: self.weight(form) * (1.0 if form.kind in left else CHANGING)
            for form in forms
        }
        total = min(1.0, sum(weights.values())) * SLOWING ** max(0, self.done - FRESH_FOR)
        if self.done >= MOST_IN_A_PHASE or self.chance.random() >= total:
            return None
        kind = self.chance.choices(list(weights), list(weights.values()))[0]
        same = [form for form in forms if form.kind == kind]
        same = [form for form in same if form.about not in undone] or same
        least = min(self.used[kind, form.about] for form in same)
        fresh = [form for form in same if self.used[kind, form.about] == least]
        return self.chance.choice(same if self.chance.random() < 0.15 else fresh)

    def fill(self, form: Form) -> dict[str, str]:
        """What this person enters into the form."""
        data = {}
        for box in form.boxes:
            value = self.enter(form.kind, box)
            if value is not None:
                data[box.name] = value
        for name, value in form.buttons[:1]:
            data[name] = value
        return data

    def enter(self, kind: str, box: Box) -> str | None:
        """The value of one input; None to leave it out as a browser does."""
        if box.kind in {"select", "radio"}:
            offered = free(box) or [value for value in box.options if value] or box.options
            if not offered:
                return None
            least = min(self.used[kind, box.name, value] for value in offered)
            fresh = [v for v in offered if self.used[kind, box.name, v] == least]
            chosen = self.chance.choice(fresh)
            self.used[kind, box.name, chosen] += 1
            return chosen
        if box.kind in {"text", "textarea", "search"}:
            return self.chance.choice(SENTENCES)[: box.longest].strip()
        if box.kind == "number":
            return str(self.chance.randint(1, 5))
        if box.kind == "checkbox":
            return box.value if box.required or self.chance.random() < 0.5 else None
        return box.value

    def sent(self, form: Form, status: str) -> None:
        """Remember what became of it."""
        kind = form.kind
        self.done += 1
        self.used[self.phase, kind] += 1
        self.used[kind, form.about] += 1
        if status == "refused":
            self.put_off[kind] += 1
            return
        del self.put_off[kind]
        if kind.startswith("un"):
            del self.put_off[kind[2:]]
            self.since[kind[2:]] = self.phase


def free(box: Box) -> list[str]:
    """The options that do not say in brackets that something is there already."""
    return [v for v, said in zip(box.options, box.words, strict=False) if v and "(" not in said]


def bare(data: Mapping[str, str]) -> dict[str, str]:
    """What is said about a move, without its bookkeeping."""
    return {name: value for name, value in data.items() if name not in BOOKKEEPING}
