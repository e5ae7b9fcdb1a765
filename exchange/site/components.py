"""The parts of which pages are made, each with invented content: what `/about/components/` shows.

A part is a template below `site/components/parts`, a whole page one below `site/components/frames`.
What they say is an example and is not translated.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import segno
from django import forms
from django.core.paginator import Paginator
from django.template.loader import get_template
from django.utils.text import slugify

FOLDER = "site/components"
#: The names of the parts, as docs/components.md has them, in the order of the page.
PARTS = (
    "card", "columns", "row of things", "button", "tag", "notification", "empty state", "pages",
    "a list as files", "summary list", "task list", "list of cards or rows", "steps", "table",
    "details", "invented", "for print only, or never", "for screen readers only", "forms",
    "one question", "search", "bare elements",
)  # fmt: skip
#: Of a part whose own template asks for a list that exists: what one writes.
WRITTEN = {
    "a list as files": '{% include "parts/_files.html" with name="network_people_file" pk=… %}\n',
}
#: Whole pages: the word in the address and what it is.
FRAMES = {
    "fields": "A form with every kind of field",
    "wrong": "The same form, sent empty",
    "search": "A list that is searched",
    "desk": "The facilitator’s desk",
    "join": "The phone: joining",
    "choose": "The phone: choosing nine, without a connection",
    "phone": "The phone: sorting",
    "hall-join": "The projector while people join",
    "hall-result": "The projector with a result",
}
CARDS = [
    "Pupils explain their thinking",
    "Time to plan together",
    "One shared question",
    "Visits between schools",
    "Evidence we trust",
    "Heads take part",
    "New ways of leading",
    "Parents involved",
    "A common timetable",
]


class Everything(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name of the network", help_text="As people will say it.")
    email = forms.EmailField(label="E-mail address", required=False)
    purpose = forms.CharField(label="What is it for?", widget=forms.Textarea)
    phase = forms.ChoiceField(label="Phase", choices=[("p", "Primary"), ("s", "Secondary")])
    who = forms.ChoiceField(
        label="Who sees your sort?",
        help_text="This cannot be changed once the door is open.",
        choices=[("me", "Nobody but me"), ("group", "My own group, after I lock")],
        widget=forms.RadioSelect,
    )
    schools = forms.MultipleChoiceField(
        label="Which schools take part?",
        choices=[("1", "Quayside"), ("2", "St Brannoc"), ("3", "Marsh Lane")],
        widget=forms.CheckboxSelectMultiple,
    )
    agreed = forms.BooleanField(
        label="The heads have agreed", help_text="In words is enough.", required=True
    )
    minutes = forms.IntegerField(label="Minutes", min_value=1)
    on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))


@dataclass(frozen=True)
class Part:
    """One part: its name, the anchor on the page, the template that shows it, what one writes."""

    name: str
    key: str
    template: str
    markup: str


@cache
def parts() -> tuple[Part, ...]:
    """Every part, in the order of the page; the markup is the template's own text."""
    found = []
    for name in PARTS:
        key = slugify(name)
        path = f"{FOLDER}/parts/{key}.html"
        # Django's own engine, whose templates keep their text; the stubs know none of it.
        source = get_template(path).template.source  # type: ignore[attr-defined]
        found.append(Part(name, key, path, WRITTEN.get(name, source)))
    return tuple(found)


@cache
def matrix() -> tuple[int, str]:
    """A QR code as the size of its side and the path of its dark modules."""
    rows = list(segno.make("https://exchange.example/j/invented", error="m").matrix_iter(border=4))
    marks = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return len(rows), marks


def content(frame: str = "") -> dict[str, Any]:
    """What the templates of a frame, or of the parts, are filled with."""
    side, marks = matrix()
    return {
        "form": Everything({}) if frame == "wrong" else Everything(),
        "page_obj": Paginator(range(70), 10).page(2),
        "cards": CARDS,
        "rows": [CARDS[0:1], CARDS[1:3], CARDS[3:6], CARDS[6:8], CARDS[8:9]],
        "side": side,
        "marks": marks,
    }
