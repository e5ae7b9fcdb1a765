"""The test of the architecture: an activity written into a temporary folder is listed, set up,
joined, played by plain forms, printed and closed into findings, with no other file touched."""

import shutil

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import Client

from exchange.live.discovery import activities
from exchange.live.models import Finding, Move, Run
from exchange.live.pageforms import read_page
from exchange.live.tests.holding import SAMPLE


@pytest.fixture
def toy(tmp_path, settings):
    """A folder of our own with one activity in it, found by its place alone."""
    folder = tmp_path / "sails"
    shutil.copytree(SAMPLE / "pebbles", folder, ignore=shutil.ignore_patterns("__pycache__"))
    source = (folder / "activity.py").read_text()
    source = source.replace('key="pebbles"', 'key="sails"').replace('"Pebbles"', '"Set the sails"')
    source = source.replace("def words(", "from .shown import words\n\n\ndef _unused(")
    (folder / "activity.py").write_text(
        source.replace("waiting=waiting,", 'waiting=waiting, scripts=("sails.js",),')
    )
    (folder / "shown.py").write_text(
        "def words(state, room):\n"
        "    empty = {'word': '', 'by': 0}\n"
        "    return [{'letter': one, **state['groups'].get(one, empty)} for one in room.groups]\n"
    )
    (folder / "sails.js").write_text("// improves the forms\n")
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS[:-1], tmp_path]
    engines["django"].engine.template_loaders[0].reset()
    yield folder
    engines["django"].engine.template_loaders[0].reset()


def press(client, path, kind, about="", **typed):
    """Open a page, find the form of that kind, fill it in and send it, as without script."""
    page = read_page(client.get(path).content.decode())
    form = next(
        f for f in page.forms
        if f.kind.endswith(kind) and about in f.about and f.able
        if set(typed) <= {box.name for box in f.boxes}
    )  # fmt: skip
    data = {box.name: box.value for box in form.boxes if box.value or box.kind == "hidden"}
    answer = client.post(form.action or path, {**data, **typed}, follow=True)
    assert answer.status_code == 200, (kind, answer.status_code)
    return answer.content.decode()


def six_guests(run, cast):
    """Six phones that joined by the code, after reading what is announced."""
    people = [Client(enforce_csrf_checks=True) for _ in range(6)]
    for number, person in enumerate(people):
        page = press(
            person, f"/join/{run.code}/", "", label=f"Guest {number}", role="teacher", people="1",
            school=str((cast.quayside, cast.eastway)[number % 2].pk),
        )  # fmt: skip
        assert "Your word on Wind stays yours." in page
    return people


def test_an_activity_in_a_folder_of_its_own_is_played_to_its_findings(toy, cast, client_of):
    assert activities()["sails"].title == "Set the sails"
    ben = client_of(cast.ben)
    assert "Set the sails" in ben.get("/activities/").content.decode()
    assert "Write one word." in ben.get("/activities/sails/").content.decode()
    assert finders.find("activities/sails/sails.js") == str(toy / "sails.js")
    assert finders.find("activities/sails/activity.py") is None

    minutes = {"minutes_alone": 1, "minutes_share": 1, "minutes_praise": 1, "minutes_findings": 1}
    told = press(
        ben, "/activities/sails/runs/new/", "", title="Where to?", topic="Wind",
        network=str(cast.harbour.pk), **minutes,
    )  # fmt: skip
    assert "Your word on Wind stays yours." in told
    run = Run.objects.get()
    press(ben, f"/runs/{run.pk}/", "/opening/")
    run.refresh_from_db()
    desk, board = f"/runs/{run.pk}/desk/", f"/runs/{run.pk}/board/"

    people = six_guests(run, cast)
    press(ben, desk, "advance")
    for number, person in enumerate(people):
        assert "activities/sails/sails.js" in person.get(board).content.decode()
        assert f"secret {number}" in press(person, board, "word", word=f"secret {number}")
        press(person, board, "lock")
    assert "6 locked" in ben.get(desk).content.decode()
    assert "secret" not in ben.get(desk).content.decode()

    press(ben, desk, "advance")
    letters = list(Run.objects.get(pk=run.pk).room["groups"])
    assert letters == ["A", "B"]
    for person in people:
        press(person, board, "group_word", word="north-west")
        press(person, board, "/ballots/fair/", answer="yes")
    press(ben, desk, "advance")
    assert (
        "Praise for B"
        in press(ben, desk, "praise", "group=B") + people[0].get(board).content.decode()
    )

    press(ben, desk, "advance")
    press(people[0], board, "propose_finding", text="We steer by words.")
    press(people[1], board, "agree_finding", "finding=f3")
    press(people[2], board, "dissent_finding", "finding=f3", note="Not in a calm.")
    press(ben, desk, "settle_finding", "finding=f3")
    press(ben, desk, "/closure/")

    finding = Finding.objects.get(run=run)
    assert (finding.text, finding.dissent, finding.agreed) == (
        "We steer by words.", [{"note": "Not in a calm."}], 1,
    )  # fmt: skip
    for page in ("", "print/", "screen/"):
        assert "We steer by words." in ben.get(f"/runs/{run.pk}/{page}").content.decode()
    for page in ("", "print/"):
        assert "north-west" in ben.get(f"/runs/{run.pk}/{page}").content.decode()
    assert "Fair: 6" in ben.get(f"/runs/{run.pk}/").content.decode()
    record = ben.get(f"/runs/{run.pk}/result.json").json()
    assert record["tables"][0]["rows"] == [["A", "north-west", 3], ["B", "north-west", 3]]
    assert "north-west" in ben.get(f"/runs/{run.pk}/tables/words.csv").content.decode()
    assert Move.objects.filter(run=run, kind="word").count() == 6


def test_a_folder_that_is_taken_away_takes_its_activity_with_it(toy, settings):
    assert "sails" in activities()
    settings.ACTIVITY_DIRS = settings.ACTIVITY_DIRS[:-1]
    assert "sails" not in activities()
