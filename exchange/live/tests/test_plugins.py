"""The contract of every activity folder, whoever wrote it. One session each, played by bots."""

import json
import re
from copy import deepcopy
from io import BytesIO

import pytest
from django.conf import settings as house
from django.template.loader import get_template
from openpyxl import load_workbook

from exchange.live import engine
from exchange.live.discovery import activity_of, folder_of
from exchange.live.models import Finding, Run
from exchange.live.plugin import CLOSED, FINDINGS, LOBBY, Activity, Refused
from exchange.live.tests import documented
from exchange.live.tests.holding import SAMPLE, advance, hold, made_setup, sit
from exchange.live.tests.playing import plain, session, shown, viewers, without_counts

DOCUMENTED = documented.folder()
KEYS = sorted(
    {
        path.parent.name
        for folder in [*house.ACTIVITY_DIRS, SAMPLE, DOCUMENTED]
        for path in folder.glob("*/activity.py")
    }
)
PAGES = ("board", "screen", "desk", "result", "print")
_played = {}


@pytest.fixture(autouse=True)
def documented_activity(sample_activities, settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, DOCUMENTED]


@pytest.fixture(params=KEYS)
def key(request):
    return request.param


@pytest.fixture
def played(key, cast):
    """The session of this activity, played once for all tests of this file."""
    if key not in _played:
        _played[key], _ = session(key, cast.ben, (cast.quayside, cast.eastway, cast.marsh_lane))
    return _played[key]


def walk(played):
    """(room, state, entry) before each move of the session; the caller must not keep them."""
    room, state = played.fresh()
    for entry in played.log:
        yield room, state, entry
        played.apply(room, state, entry)


def what_all_see(activity, room, state):
    view = engine.room_of(room)
    seen = {who: activity.see(state, view, who) for who in viewers(room)}
    return {**seen, "waiting": activity.waiting(state, view)}


# --- the declaration ---


def test_the_guide_prints_the_six_files_that_it_promises():
    assert list(documented.files()) == ["activity.py", *(f"{page}.html" for page in PAGES)]
    assert sorted(path.name for path in folder_of(documented.KEY).glob("*.*")) == sorted(
        documented.files()
    )


def test_the_declaration_is_whole(key):
    activity = activity_of(key)
    assert isinstance(activity, Activity)
    assert activity.title
    assert activity.summary
    assert activity.minutes == sum(p.minutes for p in activity.phases) + 10 or activity.minutes > 0
    phases = {p.key for p in activity.phases}
    assert phases & {LOBBY, FINDINGS, CLOSED} == set()
    assert all(p.task and p.title and p.minutes > 0 for p in activity.phases)
    assert len({m.key for m in activity.moves}) == len(activity.moves)
    assert {p for m in activity.moves for p in m.phases} <= phases
    assert {b.phase for b in activity.ballots} <= phases
    assert all(m.by == "seat" for m in activity.moves if m.private)
    if any(p.grouped for p in activity.phases):
        assert activity.group_size[0] <= activity.group_size[1]


def test_every_page_is_there(key):
    for page in PAGES:
        assert get_template(f"{key}/{page}.html")
    if any(phase.pane for phase in activity_of(key).phases):
        assert get_template(f"{key}/pane.html")
    for script in activity_of(key).scripts:
        assert (folder_of(key) / script).is_file()


def test_people_are_told_before_joining(key, db):
    told = activity_of(key).announce(made_setup(key))
    assert told
    assert all(isinstance(line, str) and line.endswith((".", "!", "?")) for line in told)


# --- a session to its end ---


def test_bots_reach_the_end(played):
    assert played.room["phase"] == CLOSED
    seats = {entry["seat"] for entry in played.log if entry["by"] == "seat"}
    assert seats == {f"s{n}" for n in range(1, 7)}


def test_replaying_the_log_gives_what_is_stored(played):
    room, state = played.fresh()
    engine.replay(played.activity, room, state, plain(played.log), played.seed)
    assert (room, state) == (played.room, played.state)


def test_everything_is_plain_json_at_every_step(played):
    activity = played.activity
    for room, state, _ in walk(played):
        assert plain(room) == room
        assert plain(state) == state
        for seen in what_all_see(activity, room, state).values():
            plain(seen)
        assert all(isinstance(t, str) for t in activity.findings(state, engine.room_of(room)))


def test_tables_fit_their_columns(played):
    tables = played.activity.tables(played.state, engine.room_of(played.room))
    assert tables
    assert len({t.key for t in tables}) == len(tables)
    for table in tables:
        assert {len(row) for row in table.rows} <= {len(table.columns)}
        plain([list(row) for row in table.rows])


def test_looking_changes_nothing(played):
    for room, state, _ in walk(played):
        before = deepcopy((room, state))
        what_all_see(played.activity, room, state)
        played.activity.findings(state, engine.room_of(room))
        played.activity.tables(state, engine.room_of(room))
        assert (room, state) == before


# --- what leaves a seat ---


def test_a_private_move_changes_nobody_elses_view_but_for_counts(played):
    activity = played.activity
    private = {m.key for m in activity.moves if m.private}
    seen_kinds = set()
    for room, state, entry in walk(played):
        if entry["kind"] not in private:
            continue
        seen_kinds.add(entry["kind"])
        before = what_all_see(activity, room, state)
        after_room, after_state = deepcopy(room), deepcopy(state)
        played.apply(after_room, after_state, entry)
        after = what_all_see(activity, after_room, after_state)
        mover = engine.who_of(room, "seat", entry["seat"])
        for who in before:
            if who != mover:
                assert without_counts(after[who]) == without_counts(before[who]), (entry, who)
    assert private - seen_kinds <= {m.key for m in activity.moves if m.key.startswith("un")}


def test_whoever_sees_a_change_is_told_to_look_again(played):
    for room, state, entry in walk(played):
        before = what_all_see(played.activity, room, state)
        after_room, after_state = deepcopy(room), deepcopy(state)
        told = played.apply(after_room, after_state, entry).audiences
        after = what_all_see(played.activity, after_room, after_state)
        for who, seen in before.items():
            if after.get(who, seen) == seen:
                continue
            ears = {"desk"} if who == "waiting" else set(engine.audiences_of(who))
            assert told & (ears | {"room"}), (entry, who)


def test_what_was_written_in_private_reaches_nobody_else_before_its_phase(played):
    activity = played.activity
    texts = {
        m.key: [f.name for f in m.fields if f.kind == "text" and f.longest >= 30]
        for m in activity.moves
        if m.private
    }
    room, state = played.fresh()
    tokens = {}
    for entry in played.log:
        fields = texts.get(entry["kind"], [])
        token = f"canary {entry['seat']} {entry['seq']}"
        data = {**entry["data"], **dict.fromkeys(fields, token)}
        written = bool(fields) and all(entry["data"][name] for name in fields)
        try:
            played.apply(room, state, entry, data=data if written else entry["data"])
        except Refused:
            continue
        if written:
            tokens[token] = entry["seat"]
        if room["phase"] not in {p for m in activity.moves if m.private for p in m.phases}:
            continue
        for who in viewers(room):
            seen = json.dumps(activity.see(state, engine.room_of(room), who))
            foreign = [t for t, seat in tokens.items() if t in seen and seat != who.seat]
            assert foreign == [], who


def test_before_the_end_the_record_shows_nothing_private(played):
    activity = played.activity
    private = {m.key for m in activity.moves if m.private}
    record = engine.who_of(played.room, "record")
    for room, state, entry in walk(played):
        if entry["kind"] in private:
            before = activity.see(state, engine.room_of(room), record)
            after_room, after_state = deepcopy(room), deepcopy(state)
            played.apply(after_room, after_state, entry)
            after = activity.see(after_state, engine.room_of(after_room), record)
            assert without_counts(after) == without_counts(before)


# --- duplicates, late moves, nonsense ---


def tried(played, room, state, entry, **changes):
    """Whether the move was taken; a refused one must have a sentence and change nothing."""
    before = deepcopy((room, state))
    try:
        played.apply(room, state, entry, **changes)
    except Refused as refused:
        assert refused.sentence.endswith((".", "?", "!"))
        assert (room, state) == before
        return False
    plain(state)
    return True


def test_the_same_move_again_is_harmless_or_refused(played):
    for room, state, entry in walk(played):
        again_room, again_state = deepcopy(room), deepcopy(state)
        played.apply(again_room, again_state, entry)
        tried(played, again_room, again_state, entry)
        what_all_see(played.activity, again_room, again_state)


def test_moves_of_another_phase_are_refused(played):
    activity = played.activity
    last = {entry["kind"]: entry for entry in played.log if activity.move(entry["kind"])}
    done = set()
    for room, state, _ in walk(played):
        if room["phase"] in done:
            continue
        done.add(room["phase"])
        for kind, entry in last.items():
            if room["phase"] not in activity.move(kind).phases and entry["seat"] in {
                "",
                *room["seats"],
            }:
                assert not tried(played, room, state, entry)


@pytest.mark.parametrize(
    "nonsense",
    ["", "no-such", "\u0000", "x" * 5000, "<script>", "-1", None, 7, [], {}, ["a"], True],
)
def test_nonsense_is_refused_or_taken_but_never_breaks(played, nonsense):
    done = set()
    for room, state, entry in walk(played):
        kind = played.activity.move(entry["kind"])
        if kind is None or (kind.key, room["phase"]) in done:
            continue
        done.add((kind.key, room["phase"]))
        for field in kind.fields:
            copies = deepcopy(room), deepcopy(state)
            tried(played, *copies, entry, data={**entry["data"], field.name: nonsense})
            what_all_see(played.activity, *copies)
        tried(played, deepcopy(room), deepcopy(state), entry, data={})


# --- pages ---


def test_every_move_can_be_made_by_a_plain_form(played):
    assert {m.key for m in played.activity.moves} - played.offered == set()


def test_pages_carry_no_script_or_style_of_their_own(played):
    for html in played.pages:
        assert re.findall(r"<script|<style|\son\w+=|\sstyle=|javascript:", html) == []
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)


def test_forms_are_labelled(played):
    """Every box has a label or a name for a screen reader."""
    for html in played.pages[:: max(1, len(played.pages) // 40)]:
        labelled = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html))
        for box in re.findall(r"<(?:select|textarea|input)\b[^>]*>", html):
            if 'type="hidden"' in box:
                continue
            ident = re.search(r'\sid="([^"]+)"', box)
            inside = ident and re.search(
                rf"<label[^>]*>[^<]*(?:<[^/l][^>]*>)*[^<]*{re.escape(box)}", html
            )
            assert "aria-label" in box or inside or (ident and ident.group(1) in labelled), box


def test_record_print_and_every_live_page_open(key, cast, client_of):
    _, run = session(key, cast.ben, (cast.quayside, cast.eastway), people=6, rounds=5)
    ben = client_of(cast.ben)
    for page in ("", "print/", "screen/"):
        answer = ben.get(f"/runs/{run.pk}/{page}")
        assert answer.status_code == 200
        assert re.findall(r"<style|\son\w+=|\sstyle=", answer.content.decode()) == []
    record = ben.get(f"/runs/{run.pk}/result.json").json()
    assert [f["text"] for f in record["findings"]] == list(
        Finding.objects.filter(run=run).order_by("position").values_list("text", flat=True)
    )
    for table in record["tables"]:
        answer = ben.get(f"/runs/{run.pk}/tables/{table['key']}.csv")
        assert answer.status_code == 200
        assert len(answer.content.decode().splitlines()) >= len(table["rows"]) + 1
    assert sheets_of(ben, run) == [
        ("About", None),
        ("Findings", None),
        *((t["key"].replace("_", " ").capitalize(), len(t["rows"]) + 1) for t in record["tables"]),
    ]


def sheets_of(client, run):
    """(name, rows) of each sheet of the result's workbook; the first two are the house's."""
    book = load_workbook(BytesIO(client.get(f"/runs/{run.pk}/result.xlsx").content))
    kinds = {cell.data_type for page in book for row in page.iter_rows() for cell in row}
    assert "f" not in kinds
    return [(page.title, None if at < 2 else max(1, page.max_row)) for at, page in enumerate(book)]


def test_an_empty_session_can_be_held_to_the_end(key, cast, client_of):
    """Nobody comes: every page of desk and screen opens in every phase, and the record too."""
    run, ben = hold(cast.ben, key=key), client_of(cast.ben)
    for phase in activity_of(key).order[1:-1]:
        answer = ben.post(
            f"/runs/{run.pk}/desk/moves/",
            {
                "kind": "advance",
                "saw": Run.objects.get(pk=run.pk).phase,
                "move_id": f"empty-{phase}",
            },
            headers={"accept": "application/json"},
        )
        assert answer.status_code == 200
        assert {ben.get(f"/runs/{run.pk}/{p}/").status_code for p in ("desk", "screen")} == {200}
    ben.post(f"/runs/{run.pk}/closure/")
    assert {ben.get(f"/runs/{run.pk}/{p}").status_code for p in ("", "print/", "result.json")} == {
        200
    }


def test_one_person_alone_sees_every_phase(key, cast):
    run = hold(cast.ben, key=key)
    (seat,) = sit(run)
    from exchange.live.tests.playing import Played

    made = Played(key, {}, "", 0, {})
    for _ in activity_of(key).order[1:-1]:
        run = advance(run)
        assert shown(run, seat.key, seat, made)
        assert run.room["groups"] in ({}, {"A": ["s1"]})


# --- versions ---


def test_stored_states_of_past_versions_are_brought_up(key):
    activity = activity_of(key)
    for version in range(1, activity.version):
        path = folder_of(key) / "states" / f"{version}.json"
        state = activity.upgrade(json.loads(path.read_text(encoding="utf-8")), version)
        room = engine.new_room(activity, {}, 0)
        for seat in state["seats"]:
            room["seats"][seat] = {"school": "", "role": "teacher", "people": 1}
        for phase in activity.order:
            room["phase"] = phase
            what_all_see(activity, room, state)
            activity.see(state, engine.room_of(room), engine.who_of(room, "record"))
        activity.tables(state, engine.room_of(room))


def test_the_present_state_is_left_as_it_is(played):
    activity = played.activity
    assert activity.upgrade(deepcopy(played.state), activity.version) == played.state
