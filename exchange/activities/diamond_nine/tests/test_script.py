"""Script in every text of a session, over HTTP: each page, in each phase, carries it escaped."""

import csv
import io
from html import escape
from html.parser import HTMLParser

import pytest
from django.test import Client

from exchange.activities.diamond_nine.diamond import SLOTS
from exchange.live.actions import close_run, play_moves
from exchange.live.models import Finding, Run
from exchange.live.seating import cookie_name
from exchange.live.tests.holding import advance, hold, move_of, play, sit

CARDS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg onload=alert(3)>",
    "</textarea></title></select><script>alert(4)</script>",
    "<a href=javascript:alert(5)>",
    "{{ 6|add:1 }}{% now 'Y' %}&",
    '=HYPERLINK("http://x7")',
    "&lt;b&gt;8",
    "<!--9",
]
C = [f"c{number}" for number in range(1, 10)]
TEXT = {
    what: f"<script>alert('{what}')</script>"
    for what in (
        "criterion", "question", "label", "own", "reason", "dissent", "asked", "note", "wording",
        "voice",
    )
}  # fmt: skip
PHASES = ("read", "choose", "sort", "groups", "present", "common", "agree", "findings")
ALWAYS = {"question"}
#: What each live page shows in each phase: how many of the cards, and which other texts.
LIVE = {
    "read": {"board": (9, "criterion"), "desk": (9, "criterion label"), "screen": (9, "criterion")},
    "choose": {"board": (9, "criterion"), "desk": (0, "label"), "screen": (0, "criterion")},
    "sort": {"board": (8, "own"), "desk": (0, "label"), "screen": (0, "")},
    "groups": {
        "board": (9, "label own reason dissent"), "desk": (0, "label"), "screen": (0, ""),
    },
    "present": {
        "board": (9, "reason dissent"), "desk": (9, "label reason dissent asked"),
        "screen": (9, "reason dissent"),
    },
    "common": {
        "board": (9, "reason dissent"), "desk": (9, "label reason dissent asked"),
        "screen": (9, ""),
    },
    "agree": {
        "board": (9, "reason dissent note"), "desk": (9, "label own reason dissent asked note"),
        "screen": (9, "note"),
    },
    "findings": {
        "board": (6, "note wording voice"), "desk": (6, "label note wording voice"),
        "screen": (6, "note wording"),
    },
}  # fmt: skip
#: What the result shows of a session closed in that phase.
RESULT = {
    "read": (0, ""), "choose": (0, ""), "sort": (9, "own"), "groups": (9, "own reason dissent"),
    "present": (9, "own reason dissent asked"), "common": (9, "own reason dissent asked"),
    "agree": (9, "own reason dissent asked note"),
    "findings": (9, "own reason dissent asked note wording"),
}  # fmt: skip


class Running(HTMLParser):
    """What a page would run, or what only our texts could have made of it."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag in ("svg", "iframe") or (tag == "img" and given.get("src") == "x"):
            self.found.append((tag, given))
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append((tag, given))
        for name, value in given.items():
            if name.startswith("on") or value.startswith("javascript:"):
                self.found.append((tag, given))

    def handle_comment(self, text):
        self.found.append(("comment", text))


def lay(run, seat, kind, cards):
    play_moves(
        [
            move_of(run, seat, kind, card=code, slot=slot)
            for code, slot in zip(cards, SLOTS, strict=True)
        ]
    )


def do(run, seat, kind, **data):
    assert play(run, seat, kind, **data).sentence == ""


def sort_alone(run, seats):
    """All alike, but for one who lays a card of their own at the bottom."""
    do(run, seats[0], "unchoose", card="c9")
    do(run, seats[0], "own_card", text=TEXT["own"])
    for seat in seats:
        lay(run, seat, "place", [*C[:8], "own"] if seat == seats[0] else C)
        do(run, seat, "lock")


def sort_together(run, seats):
    run.refresh_from_db()
    by_key = {seat.key: seat for seat in seats}
    for keys in run.room["groups"].values():
        seat = by_key[keys[0]]
        lay(run, seat, "group_place", C)
        do(run, seat, "reason", card="c1", text=TEXT["reason"])
        do(run, seat, "dissent", text=TEXT["dissent"])
        do(run, seat, "argue", card="c2")


def word(run, seats):
    do(run, "desk", "propose_finding", text=TEXT["wording"])
    run.refresh_from_db()
    finding = run.room["findings"][-1]["id"]
    do(run, seats[0], "dissent_finding", finding=finding, note=TEXT["voice"])
    do(run, "desk", "settle_finding", finding=finding, settled="yes")


def played(cast, until):
    """(run, phone) of a session of six in that phase, with script in every text so far."""
    run = hold(
        cast.ben, cast.harbour, "diamond_nine", criterion=TEXT["criterion"], lines=CARDS,
        privacy="own_group", afterwards="network",
    )  # fmt: skip
    Run.objects.filter(pk=run.pk).update(title=TEXT["question"])
    seats = sit(run, 6, (cast.quayside, cast.eastway), label=TEXT["label"])
    for phase in PHASES[: PHASES.index(until) + 1]:
        advance(run)
        if phase == "sort":
            sort_alone(run, seats)
        elif phase == "groups":
            sort_together(run, seats)
        elif phase == "present":
            do(run, "desk", "present", group="A")
            do(run, "desk", "challenge", group="A", card="c1", text=TEXT["asked"])
        elif phase == "agree":
            do(run, "desk", "settle", card="c3", note=TEXT["note"])
        elif phase == "findings":
            word(run, seats)
    phone = Client()
    phone.cookies[cookie_name(run.pk)] = seats[0].token
    return Run.objects.get(pk=run.pk), phone


def read(client, path):
    """The page, which must not carry any of our texts as it was written, nor run anything."""
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8"), path
    page = answer.content.decode()
    written = [text for text in [*CARDS, *TEXT.values()] if text != escape(text) and text in page]
    assert (written, Running(page).found) == ([], []), path
    return page


def shown(page):
    """(how many of the cards, which other texts) stand escaped on the page."""
    texts = {what for what, text in TEXT.items() if escape(text) in page}
    assert texts >= ALWAYS
    return sum(escape(text) in page for text in CARDS), texts - ALWAYS


def expected(count, texts):
    return count, set(texts.split())


@pytest.mark.parametrize("phase", PHASES)
def test_live_pages_carry_script_escaped(cast, client_of, phase):
    run, phone = played(cast, phase)
    ben, guest = client_of(cast.ben), Client()
    for page, (count, texts) in LIVE[phase].items():
        client = phone if page == "board" else ben
        whole = read(client, f"/runs/{run.pk}/{page}/")
        assert shown(whole) == expected(count, texts), page
        part = read(client, f"/runs/{run.pk}/{page}/view/")
        assert [escape(text) in part for text in CARDS] == [escape(text) in whole for text in CARDS]
    for client, path in (
        (guest, f"/join/{run.code}/"), (ben, f"/runs/{run.pk}/"), (ben, "/"), (ben, "/activities/"),
        (ben, f"/networks/{run.network_id}/"),
    ):  # fmt: skip
        assert shown(read(client, path)) == (0, set())


@pytest.mark.parametrize("phase", PHASES)
def test_the_result_of_a_session_closed_in_any_phase_carries_script_escaped(cast, client_of, phase):
    run, phone = played(cast, phase)
    close_run(run=run, by=cast.ben)
    ben, (count, texts) = client_of(cast.ben), RESULT[phase]
    voice = " voice" if phase == "findings" else ""
    assert shown(read(ben, f"/runs/{run.pk}/")) == expected(count, texts)
    paper = read(ben, f"/runs/{run.pk}/print/")
    assert shown(paper) == expected(9, f"criterion {texts}{voice}")
    assert shown(read(phone, f"/runs/{run.pk}/board/")) == expected(count, texts + voice)
    wall = "wording" if phase == "findings" else ""
    screen = read(ben, f"/runs/{run.pk}/screen/")
    assert {what for what in TEXT if escape(TEXT[what]) in screen} == ALWAYS | set(wall.split())
    for finding in Finding.objects.filter(run=run):
        read(ben, f"/findings/{finding.pk}/")


def file_of(client, path, kind):
    """A download that no browser takes for a page."""
    answer = client.get(path)
    assert answer["Content-Type"].partition(";")[0] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return answer


@pytest.mark.parametrize("phase", PHASES)
def test_files_hold_the_texts_as_data(cast, client_of, phase):
    """JSON gives the words themselves; in a CSV a cell that a spreadsheet would run is quoted."""
    run, _ = played(cast, phase)
    close_run(run=run, by=cast.ben)
    ben = client_of(cast.ben)
    told = file_of(ben, f"/runs/{run.pk}/result.json", "application/json").json()
    tables = {table["key"]: table for table in told["tables"]}
    given = [row[1] for row in tables["cards"]["rows"] if row[2] == "given"]
    assert (told["title"], given) == (TEXT["question"], CARDS)
    harmless = [f"'{text}" if text.startswith("=") else text for text in CARDS]
    for key, table in tables.items():
        raw = file_of(ben, f"/runs/{run.pk}/tables/{key}.csv", "text/csv").content.decode(
            "utf-8-sig"
        )
        head, *rows = csv.reader(io.StringIO(raw))
        assert (head, len(rows)) == (table["columns"], len(table["rows"]))
        cells = [cell for row in rows for cell in row]
        assert [cell for cell in cells if cell[:1] in ("=", "@", "+", "\t", "\r")] == []
        if key == "cards":
            assert [row[1] for row in rows if row[2] == "given"] == harmless


def test_the_set_up_form_carries_script_escaped(cast, client_of):
    """Before opening the cards stand in the form again, to be changed."""
    run = hold(
        cast.ben, cast.harbour, "diamond_nine", opened=False, criterion=TEXT["criterion"],
        lines=CARDS,
    )  # fmt: skip
    page = read(client_of(cast.ben), f"/runs/{run.pk}/setup/")
    assert [text for text in CARDS if escape(text) not in page] == []
    assert escape(TEXT["criterion"]) in page
