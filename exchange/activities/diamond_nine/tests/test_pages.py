"""Every template in every phase: it renders, escapes what people wrote, and needs no script."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.activity import ACTIVITY
from exchange.activities.diamond_nine.diamond import SLOTS
from exchange.live import engine
from exchange.live.panes import Pane, filled, written
from exchange.live.plugin import Who

K = [f"k{number}" for number in range(1, 17)]
NINE = K[:9]
PHASES = ("read", "choose", "sort", "groups", "present", "common", "agree")
PAGES = {"seat": "board", "desk": "desk", "screen": "screen"}
FOLDER = Path(__file__).resolve().parents[1]


class Page(HTMLParser):
    """What a test asks of a page: ids, forms with their fields, and tags left open."""

    VOID = {"input", "br", "img", "hr", "meta", "link"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.labelled, self.forms, self.attributes, self.open = [], [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.attributes += [(tag, name) for name in given]
        if "id" in given:
            self.ids.append(given["id"])
        if "for" in given:
            self.labelled.append(given["for"])
        if tag == "form":
            self.forms.append({})
        elif given.get("name") and self.forms:
            self.forms[-1].setdefault(given["name"], given.get("value", ""))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


class Readings(HTMLParser):
    """(title, sentence) of every figure of a page: the small print and the heading above it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.title, self.into, self.found = "", [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in ("h2", "p"):
            self.into = []

    def handle_data(self, text):
        self.into.append(text)

    def handle_endtag(self, tag):
        said = " ".join("".join(self.into).split())
        if tag == "h2":
            self.title = said
        elif tag == "p" and "What it does not show:" in said:
            self.found.append((self.title, said))


def readings(text):
    return sorted(Readings(text).found)


def told_of(seen):
    """What must stand under the figures that this viewer has; each once, with its own words."""
    shown = [one for one in seen["figures"].values() if one["key"] != "own_cards" or one["cards"]]
    shown += [seen["reading"]] if seen["boards"] else []
    return sorted(
        (one["title"], f"{one['how_to_read']} What it does not show: {one['does_not_show']}")
        for one in shown
    )


class Run:
    pk = 7
    title = "What matters most?"


class Shown:
    """A group's pane, as the engine gives it to a phone's page."""

    def __init__(self, seen):
        shown = {"seen": seen, "move_url": "/runs/7/moves/"}
        self.pane = Pane("group", "diamond_nine/pane.html", shown)

    def filled(self, csrf):
        return filled(written(self.pane), (), csrf)


def page(hall, kind, seat=""):
    seen = hall.see(kind, seat)
    context = {
        "seen": seen, "run": Run, "activity": ACTIVITY, "labels": {"s1": "Ada", "s2": "Ben"},
        "move_url": "/runs/7/moves/", "school_names": {"1": "Quayside"},
    }  # fmt: skip
    group = engine.room_of(hall.room).group_of(seat) if seen["phase"] == "groups" else ""
    if kind == "seat" and group:
        context["pane"] = Shown(hall.see_as(Who("group", group=group)))
    return render_to_string(f"diamond_nine/{PAGES.get(kind, kind)}.html", context)


def played(hall, to, **values):
    """A room of eight in the midst of that phase, with words that a page must escape."""
    made = hall(blank=True, privacy="own_group", **values)
    seats = made.people(8)
    for phase in PHASES:
        made.to(phase)
        if phase == "sort":
            made.play(seats[0], "own_card", text="<b>own</b> & =cmd")
            made.sort(seats[0], ["own", *NINE[:8]])
            for number, seat in enumerate(seats[1:]):
                made.sort(seat, NINE if number % 2 else NINE[::-1])
        if phase == "groups":
            first = made.room["groups"]["A"][0]
            for code, slot in zip(NINE[:4], SLOTS, strict=False):
                made.play(first, "group_place", card=code, slot=slot)
            made.play(first, "reason", card="k1", text="<script>alert(1)</script>")
            made.play(first, "dissent", text="<svg onload=alert(1)>")
            made.play(first, "argue", card="k2")
            made.board("B", NINE)
        if phase == "present":
            made.desk("present", group="A")
            made.desk("challenge", group="A", card="k1", text="<i>Why</i>?")
        if phase == to:
            break
    if to == "sort":  # two are not ready: one still has cards in the tray, one has to choose
        made.play(seats[1], "unlock")
        made.play(seats[1], "unplace", card="k3")
        made.play(seats[2], "unlock")
        made.play(seats[2], "unchoose", card="k3")
    return made


def checked(text):
    seen = Page(text)
    assert sorted(set(seen.ids)) == sorted(seen.ids)
    assert [name for name in seen.labelled if name not in seen.ids] == []
    assert [name for _, name in seen.attributes if name == "style" or name.startswith("on")] == []
    for shape in ("<script", "<svg onload", "<i>Why", "<b>own", "{#", "{%", "{{"):
        assert shape not in text
    for form in seen.forms:
        assert {"kind", "move_id"} <= set(form)
    return seen


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("kind", sorted(PAGES))
def test_every_page_of_every_phase(hall, phase, kind):
    made = played(hall, phase)
    if phase == "agree":
        made.desk("settle", card="k1", note="<i>Why</i>")
    for seat in made.room["seats"] if kind == "seat" else [""]:
        found = checked(page(made, kind, seat))
        kinds = {form["kind"] for form in found.forms}
        by = "desk" if kind == "desk" else "seat"
        open_now = {move.key for move in ACTIVITY.moves if phase in move.phases and move.by == by}
        assert kinds <= open_now if kind != "screen" else kinds == set()


def test_every_move_can_be_made_by_a_plain_form(hall):
    offered = set()
    for phase in PHASES:
        made = played(hall, phase)
        offered |= {form["kind"] for form in checked(page(made, "desk")).forms}
        for seat in made.room["seats"]:
            offered |= {form["kind"] for form in checked(page(made, "seat", seat)).forms}
    assert offered == {move.key for move in ACTIVITY.moves}


def test_nine_cards_laid_by_the_pages_own_forms(hall):
    """A latecomer chooses and places with nothing but what the forms of the page hold."""
    made = played(hall, "sort")
    late = made.seat(9)
    for slot in SLOTS:
        forms = checked(page(made, "seat", late)).forms
        form = next(one for one in forms if one["kind"] == "choose")
        made.post("seat", late, "choose", form)
        forms = checked(page(made, "seat", late)).forms
        place = next(one for one in forms if one["kind"] == "place")
        made.post("seat", late, "place", {**place, "card": form["card"], "slot": slot})
    form = next(one for one in checked(page(made, "seat", late)).forms if one["kind"] == "lock")
    made.post("seat", late, "lock", form)
    assert made.state["seats"][late]["locked_at"] is not None


def test_the_locked_page_has_no_board_to_change(hall):
    made = played(hall, "sort")
    found = checked(page(made, "seat", "s4"))
    assert {form["kind"] for form in found.forms} == {"unlock"}


def test_a_seat_without_a_group_is_told_so(hall):
    made = played(hall, "groups")
    del made.room["groups"]["A"]
    lost = [seat for seat in made.room["seats"] if not engine.room_of(made.room).group_of(seat)]
    assert "You are not in a group yet" in page(made, "seat", lost[0])


@pytest.mark.parametrize("kind", ["result", "print"])
@pytest.mark.parametrize("until", [*PHASES, "tally"])
def test_result_and_print_of_a_session_stopped_anywhere(hall, kind, until):
    made = played(hall, until)
    if until == "tally":
        made.house("tally", question="final", cast=8, counts=["k1=5", "k2=3"])
    made.house("close")
    seen = made.record()
    context = {"seen": seen, "run": Run, "activity": ACTIVITY, "school_names": {"1": "Quayside"}}
    text = render_to_string(f"diamond_nine/{kind}.html", context)
    found = Page(text)
    assert sorted(set(found.ids)) == sorted(found.ids)
    assert "<script" not in text and "<b>own" not in text
    assert readings(text) == told_of(seen)


def test_a_session_played_to_its_end_shows_every_figure_with_its_reading(hall):
    made = played(hall, "agree")
    made.house("close")
    context = {"seen": made.record(), "run": Run, "activity": ACTIVITY, "school_names": {}}
    whole = [
        (one["title"], f"{one['how_to_read']} What it does not show: {one['does_not_show']}")
        for one in map(words.reading, words.READING)
    ]
    for kind in ("result", "print"):
        assert readings(render_to_string(f"diamond_nine/{kind}.html", context)) == sorted(whole)
    rows = [
        (one["title"], one["how_to_read"], one["does_not_show"])
        for one in map(words.reading, words.READING)
    ]
    assert made.tables()["reading"].rows == rows


@pytest.mark.parametrize("kind", ["seat", "desk"])
@pytest.mark.parametrize("phase", ["common", "agree"])
def test_phone_and_desk_say_how_to_read_each_figure(hall, kind, phase):
    made = played(hall, phase)
    seat = "s1" if kind == "seat" else ""
    assert readings(page(made, kind, seat)) == told_of(made.see(kind, seat))


def test_templates_use_translated_words_only():
    """No bare words between tags: every visible string goes through gettext."""
    for path in FOLDER.glob("*.html"):
        text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
        text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", text, flags=re.S)
        text = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", text, flags=re.S)
        assert re.findall(r"[A-Za-z]{2,}", text) == [], path.name
