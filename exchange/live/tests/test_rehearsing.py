"""The bots' reading of pages and their habits, and what the command says of bad input."""

from random import Random

import pytest

from exchange.live.bots import Kept, Ledger
from exchange.live.habits import MOST_OF_ONE_TEXT, Habits
from exchange.live.pageforms import read_page
from exchange.live.rehearsal import doubled, main, report

PAGE = """
<!-- <form action="/hidden/"><input name="a"></form> -->
<script>document.write('<form action="/script/">')</script>
<div id="said" role="alert"><p class="note"><strong>Not done:</strong> It is <em>over</em> &amp; done.</p><div>x</div></div>
<div id="view" data-phase="alone" data-signature='room.1-seat:s1.2'>
<form method="post" action="/runs/1/board/moves/"><input type="hidden" name="csrfmiddlewaretoken" value="key">
<input type="hidden" name="kind" value="place"><input type=hidden name=card value=c1>
<select name="slot" required><option value="">Choose</option><option value="1">One</option><option disabled value="2">
<option> Three &amp; a half </option></select><button>Place <span>it</span></button></form>
<form method="POST" action="/runs/1/board/moves/"><input type="hidden" name="kind" value="lock"><button disabled>Lock</button></form>
<form method="post" action="/runs/1/board/ballots/fair/"><input type="radio" name="answer" value="yes">
<input type="radio" name="answer" value="no" checked><button name="go" value="1">Send</button></form>
<form action="/search/"><input name="q" maxlength="7"><textarea name="more">a &lt; b</textarea>
<input type="checkbox" name="loud"><input name="off" disabled></form>
</div>
"""  # noqa: E501


def test_a_page_is_read_as_a_browser_shows_it():
    page = read_page(PAGE)
    assert (page.phase, page.view["data-signature"], page.csrf) == (
        "alone", "room.1-seat:s1.2", "key",
    )  # fmt: skip
    assert page.said == "Not done: It is over & done. x"
    assert [(f.method, f.kind, f.about, f.able) for f in page.forms] == [
        ("post", "place", "kind=place&card=c1", True),
        ("post", "lock", "kind=lock", False),
        ("post", "/runs/1/board/ballots/fair/", "", True),
        ("get", "/search/", "", True),
    ]
    place, _, ballot, search = page.forms
    assert place.boxes[-1].options == ["", "1", "Three & a half"]
    assert place.boxes[-1].words == ["Choose", "One", "Three & a half"]
    assert (ballot.boxes[0].options, ballot.buttons) == (["yes", "no"], [("go", "1")])
    assert [(b.name, b.kind, b.value, b.longest) for b in search.boxes] == [
        ("q", "text", "", 7), ("more", "textarea", "a < b", 200), ("loud", "checkbox", "on", 200),
    ]  # fmt: skip
    assert page.moves() == [place, ballot]


def test_broken_pages_do_not_break_a_bot():
    for html in (
        "",
        "<",
        "<form",
        '<form action="',
        "<select name=a><option>",
        "</form></div>",
        PAGE[:700],
    ):
        assert read_page(html).moves() is not None


def form(kind, text=False, **hidden):
    fields = "".join(f'<input type="hidden" name="{k}" value="{v}">' for k, v in hidden.items())
    words = '<textarea name="text" maxlength="20"></textarea>' if text else ""
    kind = f'<input type="hidden" name="kind" value="{kind}">'
    return f'<form method="post" action="/m/">{kind}{fields}{words}</form>'


def forms(*written):
    return read_page("".join(written)).forms


def test_people_try_what_they_have_not_tried():
    habits = Habits(Random(3))
    cards = forms(*(form("place", card=n) for n in range(9)))
    for _ in range(30):
        chosen = habits.choose(cards, "sort")
        if chosen is not None:
            habits.sent(chosen, "kept")
    assert {habits.used["place", f"kind=place&card={n}"] for n in range(9)} <= {2, 3, 4, 5}


def test_what_was_refused_is_put_off_and_a_change_of_mind_brings_it_back():
    habits = Habits(Random(1))
    (choose,) = forms(form("choose"))
    (unchoose,) = forms(form("unchoose"))
    assert habits.weight(choose) == 1.0
    habits.sent(choose, "refused")
    assert habits.weight(choose) == pytest.approx(0.2)
    habits.sent(unchoose, "kept")
    assert habits.weight(choose) == 1.0


def test_people_go_on_where_something_is_left_to_do():
    habits = Habits(Random(1))
    places = '<select name="slot"><option value="1">Top (c1)</option><option value="2">Low</option></select>'
    cards = [form("place", card=n).replace("</form>", f"{places}</form>") for n in (1, 2)]
    offered = forms(*cards, form("unplace", card=1), form("group_unlock"))
    assert [f.undoes for f in offered] == ["", "", "kind=place&card=1", "kind=group_lock"]
    chosen = [c for _ in range(20) if (c := habits.choose(offered, "sort")) and c.kind == "place"]
    assert {c.about for c in chosen} == {"kind=place&card=2"}
    assert {habits.fill(c)["slot"] for c in chosen} == {"2"}


def test_people_write_little_and_what_they_write_fits():
    habits = Habits(Random(1))
    (reason,) = forms(form("reason", text=True))
    habits.phase = "groups"
    for _ in range(MOST_OF_ONE_TEXT):
        assert 0 < len(habits.fill(reason)["text"]) <= 20
        habits.sent(reason, "kept")
    assert habits.weight(reason) == 0.0


def test_what_counts_as_doubled():
    ledger = Ledger()
    ledger.keep("one", Kept("/", {}, {}, "", 4))
    ledger.keep("two", Kept("/", {}, {}, "", 5))
    assert doubled(ledger) == 0
    ledger.keep("one", Kept("/", {}, {}, "", 6))
    assert doubled(ledger) == 1
    ledger.keep("three", Kept("/", {}, {}, "", 5))
    assert doubled(ledger) == 2
    assert report(ledger, 3)[-1] == "lost 3, doubled 2"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            {"code": "nonsense"},
            "'nonsense' is not a join code. It has six letters, such as KTR-MWX.",
        ),
        (
            {"code": "KTR-MWX", "url": "ftp://example.org"},
            "'ftp://example.org' is not the address of a server, such as http://localhost:8000.",
        ),
        (
            {"code": "KTR-MWX", "facilitate": "ben@example.org"},
            "To drive the desk, set EXCHANGE_PASSWORD to the facilitator's password.",
        ),
    ],
)
def test_bad_words_are_told_in_one_line(monkeypatch, capsys, words, sentence):
    monkeypatch.delenv("EXCHANGE_PASSWORD", raising=False)
    assert main(**words) == 2
    assert capsys.readouterr().out == sentence + "\n"
