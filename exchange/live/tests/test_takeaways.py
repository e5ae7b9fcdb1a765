"""The contract of what an activity gives to take away: its pictures and its papers."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from pypdf import PdfReader

from exchange.core import limits
from exchange.live import engine
from exchange.live.actions import close_run
from exchange.live.discovery import activity_of
from exchange.live.models import Run
from exchange.live.plugin import CLOSED
from exchange.live.tests.holding import advance, hold, made_setup, play, sit
from exchange.live.tests.playing import session
from exchange.live.tests.test_plugins import DOCUMENTED, KEYS
from exchange.live.typed import Places, Rehearsal, read, rehearse

HOSTILE = {
    "markup": '#import "x.typ": * *b* $x$ <l> @r `raw` \\ // #panic() {{7*7}} '
    "nul\u0000nul turn\u202eback party 🎉 Tŷ â thŵr",
    "long": "w" * 10_000,
    "urdu": "اردو میں ٹڈڑں",
}


@pytest.fixture(autouse=True)
def documented_activity(sample_activities, settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, DOCUMENTED]
    cache.clear()  # nobody may ask for so many papers as these tests do


@pytest.fixture(params=KEYS)
def key(request):
    return request.param


@pytest.fixture
def played(key, cast):
    """(played, run): a session to its end, and its row."""
    return session(key, cast.ben, (cast.quayside, cast.eastway), people=6)


def test_every_picture_and_every_paper(played, cast, client_of):
    pictures_are_whole(*played, cast, client_of)
    papers_are_whole(*played, client_of(cast.ben))


def pictures_are_whole(made, run, cast, client_of):
    """Each with its table, its sentence and no script."""
    room = engine.room_of(made.room)
    tables = {t.key: t.rows for t in made.activity.tables(made.state, room)}
    drawn = made.activity.pictures(made.state, room)
    assert len({picture.key for picture in drawn}) == len(drawn)
    for picture in drawn:
        assert tables[picture.table]
        answer = client_of(cast.ben).get(f"/runs/{run.pk}/pictures/{picture.key}.svg")
        assert answer["Content-Type"] == "image/svg+xml"
        svg = ElementTree.fromstring(answer.content)
        names = "{http://www.w3.org/2000/svg}"
        assert svg.find(f"{names}title").text.endswith(picture.title)
        assert svg.find(f"{names}desc").text == picture.sentence != ""
        kinds = {one.tag.removeprefix(names) for one in svg.iter()}
        assert kinds <= {
            "svg",
            "title",
            "desc",
            "rect",
            "text",
            "tspan",
            "line",
            "path",
            "g",
            "circle",
        }
        assert {name for one in svg.iter() for name in one.attrib if name.startswith("on")} == set()
    assert client_of(cast.ben).get(f"/runs/{run.pk}/pictures/no-such.svg").status_code == 404


def words_of(answer):
    """All that a PDF says, without blanks and signs that only break lines."""
    pages = PdfReader(BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def papers_are_whole(made, run, ben):
    """Each printed, tagged, with title and language and its own letters."""
    for paper in made.activity.paper:
        place = "report" if paper.after else "paper"
        answer = ben.get(f"/runs/{run.pk}/{place}/{paper.key}.pdf?groups=3")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        other = {"report": "paper", "paper": "report"}[place]
        assert ben.get(f"/runs/{run.pk}/{other}/{paper.key}.pdf").status_code == 404
        root = PdfReader(BytesIO(answer.content)).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"].lower() == "en-gb"
        assert b"pdfuaid" in root["/Metadata"].get_data()
        assert "".join(run.title.split()) in words_of(answer)
        assert letters_embedded(answer.content)


def letters_embedded(pdf):
    """Whether every font of the PDF is in it."""
    fonts = [
        font.get_object()
        for page in PdfReader(BytesIO(pdf)).pages
        for font in page["/Resources"].get("/Font", {}).values()
    ]
    inner = [one["/DescendantFonts"][0].get_object() for one in fonts if "/DescendantFonts" in one]
    held = [one["/FontDescriptor"].get_object() for one in inner]
    return bool(held) and all({"/FontFile2", "/FontFile3"} & set(one) for one in held)


@pytest.mark.parametrize("what", HOSTILE)
def test_what_people_wrote_is_printed_as_they_wrote_it(key, cast, client_of, what):
    """Title, findings and dissent of a session, in every paper that shows them."""
    text = HOSTILE[what]
    run = hold(cast.ben, key=key)
    Run.objects.filter(pk=run.pk).update(title=text[:200].replace("\0", ""))
    seats = sit(run, 2)
    advance(run, "findings")
    play(run, "desk", "propose_finding", text=text[:500])
    (found,) = [
        f["id"] for f in Run.objects.get(pk=run.pk).room["findings"] if f["settled"] is False
    ][-1:]
    play(run, seats[0], "dissent_finding", finding=found, note=text[:280])
    play(run, "desk", "settle_finding", finding=found, settled="yes")
    close_run(run=run, by=cast.ben)
    kept = text[:200].replace("\0", "").replace("\u202e", "").replace("🎉", "[party popper]")
    for paper in activity_of(key).paper:
        place = "report" if paper.after else "paper"
        answer = client_of(cast.ben).get(f"/runs/{run.pk}/{place}/{paper.key}.pdf")
        assert answer.status_code == 200
        words = words_of(answer)
        if what == "urdu":  # read back from right to left, in whatever order the reader likes
            assert set("".join(kept.split())) <= set(words)
        else:
            assert "".join(kept.split()) in words.replace("\u200b", "")


def test_a_session_to_which_nobody_came_has_its_report(key, cast, client_of):
    run = hold(cast.ben, key=key)
    close_run(run=run, by=cast.ben)
    for report in activity_of(key).reports:
        answer = client_of(cast.ben).get(f"/runs/{run.pk}/report/{report.key}.pdf")
        assert answer.status_code == 200


def test_many_papers_in_a_row_are_too_many_and_told_when_to_come_again(cast, client_of):
    path = "/activities/pebbles/paper/sheet.pdf"
    ben = client_of(cast.ben)
    assert ben.get(path).status_code == 200
    for _ in range(limits.MOST_COSTLY):
        limits.failed("costly", str(cast.ben.pk), limits.COSTLY_WINDOW)
    answer = ben.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert "many papers or files" in answer.content.decode()
    assert ben.get("/activities/pebbles/").status_code == 200
    assert client_of(cast.ada).get(path).status_code == 200


def test_a_sample_has_the_choice_asked_for_and_says_what_is_wrong_with_another(cast, client_of):
    ben = client_of(cast.ben)
    path = "/activities/pebbles/paper/"
    assert "GroupWordABC" in words_of(ben.get(f"{path}sheet.pdf?groups=3"))
    assert ben.get(f"{path}sheet.pdf?groups=²&topic=x").status_code == 200
    assert ben.get(f"{path}words.pdf").status_code == 404
    assert ben.get(f"{path}none.pdf").status_code == 404
    nine = ben.get("/activities/diamond_nine/paper/cards.pdf?cards=no-such-set")
    assert nine.status_code == 422
    assert "Choose a card set" in nine.content.decode()


NONSENSE = [
    "",
    "no-such",
    "\0",
    "x" * 5000,
    "<script>",
    "-1",
    "= = =",
    "١ ٢ ٣",
    "1t 2h 3x",
    "\n" * 60,
]


def test_whatever_is_typed_in_is_read_or_refused_and_an_empty_table_reaches_the_end(key, db):
    activity = activity_of(key)
    if activity.typing is None:
        return
    setup, places = made_setup(key), Places({1: "1"}, {"t": "teacher"})
    for words in NONSENSE:
        boxes = {field.name: words for field in activity.typing.table}
        room = {field.name: words for field in activity.typing.room}
        sheets = {
            "tables": [{"people": "3", "lines": words}, {"people": "3", **boxes}],
            "room": {**room, "findings": words},
        }
        found = read(activity, setup, sheets, places)
        assert all(fault.sentence for fault in found.faults)
    found = read(activity, setup, {"tables": [{"people": "3"}] * 3, "room": {}}, places)
    assert found.faults == []
    state = activity.start(setup, engine.chance_for("s", 0))
    made = Rehearsal(activity, engine.new_room(activity, {}, 0), state, "s", 1_000)
    assert rehearse(activity, made, found).room["phase"] == CLOSED
    assert {step.by for step in made.steps} <= {"house", "desk", "seat"}
    assert all(
        isinstance(sign, str) and isinstance(text, str)
        for sign, text in activity.typing.signs(setup)
    )
