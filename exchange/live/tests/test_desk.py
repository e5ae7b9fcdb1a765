"""The desk as the facilitator reads it and presses it: plain pages and plain forms over HTTP."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exchange.live.desk_views import MOST_SHOWN
from exchange.live.discovery import activity_of
from exchange.live.models import Run, Seat
from exchange.live.pageforms import read_page
from exchange.live.plugin import FINDINGS, LOBBY
from exchange.live.seating import cookie_name
from exchange.live.shared_moves import KINDS
from exchange.live.tests.holding import advance, hold, play, sit
from exchange.live.tests.test_plugins import DOCUMENTED, KEYS

ROLES = [Seat.Role.TEACHER, Seat.Role.LEADER, Seat.Role.HEAD]


@pytest.fixture
def ben(cast, client_of):
    return client_of(cast.ben)


def words(html):
    """What is read on a page: its text without tags, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def parts(html, opening, closing):
    """The words of each part of the page that lies between the two."""
    return [words(part) for part in re.findall(f"{opening}(.*?){closing}", html, re.DOTALL)]


def desk(client, run):
    answer = client.get(f"/runs/{run.pk}/desk/")
    assert answer.status_code == 200
    return answer.content.decode()


def earlier(run, seconds):
    """The present part began that much earlier."""
    run = Run.objects.get(pk=run.pk)
    run.room["clock"]["since"] -= seconds
    run.save()


def press(client, page, kind, about="", **filled):
    """Send a form of the page as a browser without script does; back to the page it leads to."""
    forms = [f for f in read_page(client.get(page).content.decode()).forms if f.kind == kind]
    form = next(f for f in forms if about in f.about)
    assert (form.method, form.able) == ("post", True)
    data = {box.name: box.options[-1] if box.options else box.value for box in form.boxes}
    answer = client.post(form.action, {**data, **filled})
    assert (answer.status_code, answer["Location"]) == (302, page), kind
    return data


# --- how late it is ---


def pace(client, run):
    """What the desk says of the pace and of each part; seconds left out, for they pass."""
    html = desk(client, run)
    (said,) = parts(html, '<small id="pace"[^>]*>', "</small>")
    (rail,) = re.findall(r'<ol class="rail">.*?</ol>', html, re.DOTALL)
    return said, [re.sub(r":\d\d", ":..", part) for part in parts(rail, "<small>", "</small>")]


def test_the_desk_says_how_far_behind_or_ahead(run, ben):
    """Pebbles: two minutes alone, three together, one of praise, ten for findings."""
    assert pace(ben, run) == ("on time", ["2 min", "3 min", "1 min", "10 min"])
    advance(run)
    earlier(run, 20)
    advance(run)
    ahead = ["0:.. of 2 min", "0:.. of 3 min", "1 min", "10 min"]
    assert pace(ben, run) == ("2 min ahead", ahead)
    earlier(run, 3 * 60 + 90)
    assert pace(ben, run)[0] == "on time"
    earlier(run, 60)
    advance(run)
    behind = ["0:.. of 2 min", "5:.. of 3 min", "0:.. of 1 min", "10 min"]
    assert pace(ben, run) == ("1 min behind", behind)


def test_added_minutes_stand_beside_the_plan_and_do_not_hide_that_it_is_late(run, ben):
    advance(run)
    play(run, "desk", "extend", minutes=10)
    earlier(run, 12 * 60)
    said, rail = pace(ben, run)
    assert (said, rail[0]) == ("10 min behind", "12:.. of 2 min, 10 min added")


def test_without_script_the_figures_are_the_servers(run, ben):
    """What the script counts on from is on the page only while the clock runs."""
    counted = r'data-(?:due|before|began|on-time|behind|ahead)="([^"]*)"'
    assert re.findall(counted, desk(ben, run)) == []
    advance(run)
    clock = Run.objects.get(pk=run.pk).room["clock"]
    assert re.findall(counted, desk(ben, run)) == [
        str(clock["since"] + 120), "0", "on time", "{n} min behind", "{n} min ahead",
        str(clock["since"]),
    ]  # fmt: skip
    play(run, "desk", "pause")
    assert re.findall(counted, desk(ben, run)) == []


# --- who is here ---


def test_the_desk_counts_people_and_schools(run, ben, cast):
    def here():
        return parts(desk(ben, run), "Who is here</h2>\n<p>", "</p>")

    assert here() == ["0 people, 0 schools."]
    sit(run, 1, [cast.quayside])
    assert here() == ["1 person, 1 school."]
    sit(run, 2, [cast.quayside, cast.eastway])
    sit(run, 1, people=4)
    assert here() == ["7 people, 2 schools."]


def test_the_desk_says_how_many_are_not_finished(run, ben):
    def waiting():
        return re.findall(r"\d+ (?:is|are) not finished; [^.]*\.", words(desk(ben, run)))

    seats = sit(run, 3)
    assert waiting() == []
    advance(run)
    assert waiting() == ["3 are not finished; what they did is kept."]
    for seat in seats[:2]:
        play(run, seat, "word", word="trust")
        play(run, seat, "lock")
    assert waiting() == ["1 is not finished; what they did is kept."]
    play(run, seats[2], "word", word="time")
    play(run, seats[2], "lock")
    assert waiting() == []


def test_the_desk_says_what_the_groups_could_not_do(run, ben, cast):
    def said():
        (section,) = re.findall(r"Who is here.*?<details", desk(ben, run), re.DOTALL)
        return parts(section, '<p class="soft">', "</p>")

    for school, role in zip([cast.quayside, cast.eastway, cast.marsh_lane], ROLES, strict=True):
        sit(run, 1, [school], role=role)
    assert said() == []
    advance(run, "share")
    assert said() == ["Groups mix schools and roles."]
    sit(run, 1, [cast.quayside], role=Seat.Role.TEACHER)
    assert said() == [
        "One pair from the same school could not be split.",
        "One pair with the same role could not be split.",
        "Group A has 4; groups work best with 2 to 3.",
    ]
    sit(run, 1, people=6)
    assert said()[3:] == ["Group B has 6; groups work best with 2 to 3."]


# --- the door, names, groups ---


def test_the_door_is_locked_and_unlocked_from_the_desk(run, ben):
    def door():
        return parts(desk(ben, run), "The door</h2>\n<p>", "<br>")

    page, action = f"/runs/{run.pk}/desk/", f"/runs/{run.pk}/door/"
    code = f"{run.code[:3]}-{run.code[3:]}"
    assert door() == [code]
    press(ben, page, action)
    assert (door(), Run.objects.get(pk=run.pk).door_locked_at is None) == (["Locked"], False)
    press(ben, page, action)
    assert (door(), Run.objects.get(pk=run.pk).door_locked_at) == ([code], None)


def test_a_seat_is_renamed_from_the_desk(run, ben):
    sit(run, 2)
    press(ben, f"/runs/{run.pk}/desk/", f"/runs/{run.pk}/seats/s1/label/", label="  Cyan ")
    assert list(run.seats.order_by("pk").values_list("label", flat=True)) == ["Cyan", "Person 1"]
    names = parts(desk(ben, run), r'<li id="seat-s\d"><span>', "<br>")
    assert names == ["Cyan", "Person 1"]


def test_a_person_can_be_moved_into_a_new_group(run, ben):
    sit(run, 4)
    advance(run, "share")
    page = f"/runs/{run.pk}/desk/"
    form = next(f for f in read_page(desk(ben, run)).forms if f.kind == "move_seat")
    (choice,) = [box for box in form.boxes if box.kind == "select"]
    assert choice.options == ["A", "B", "C"]
    assert choice.words == ["A", "B", "a new group (C)"]
    press(ben, page, "move_seat", "seat=s1")
    assert Run.objects.get(pk=run.pk).room["groups"]["C"] == ["s1"]


# --- every shared move by a plain form, in its phase ---


def expected(activity, phase, formed):
    """The shared moves that desk and phone should offer: (desk, phone)."""
    order = activity.order
    at_work = min((order.index(p.key) for p in activity.phases if p.grouped), default=len(order))
    desk = {"advance"} if phase != FINDINGS else set()
    if phase != LOBBY:
        desk |= {"pause", "extend"}
    if activity.group_size and order.index(phase) < at_work:
        desk |= {"regroup"}
    if formed:
        desk |= {"move_seat"}
    if phase != FINDINGS:
        return desk, set()
    shared = {"propose_finding", "dissent_finding"}
    return desk | shared | {"word_finding", "drop_finding", "settle_finding"}, shared | {
        "agree_finding"
    }


def offered(client, page):
    """The shared moves for which the page has a plain form."""
    answer = client.get(page)
    assert answer.status_code == 200
    forms = read_page(answer.content.decode()).forms
    return {form.kind for form in forms if form.method == "post"} & KINDS.keys()


def phone(seat):
    client = Client()
    client.cookies[cookie_name(seat.run_id)] = seat.token
    return client


@pytest.mark.parametrize("key", KEYS)
def test_every_shared_move_is_offered_where_it_is_allowed(key, cast, ben, settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, DOCUMENTED]
    run, activity = hold(cast.ben, cast.harbour, key), activity_of(key)
    one = phone(sit(run, 5)[0])
    board, place = f"/runs/{run.pk}/board/", f"/runs/{run.pk}/desk/"
    seen = set()
    for phase in activity.order[:-1]:
        if phase != LOBBY:
            press(ben, place, "advance")
        if phase == FINDINGS:
            press(ben, place, "propose_finding", text="We found this.")
        now = Run.objects.get(pk=run.pk)
        here = offered(ben, place), offered(one, board)
        assert (phase, *here) == (phase, *expected(activity, now.phase, now.room["groups"]))
        seen |= {("desk", kind) for kind in here[0]} | {("seat", kind) for kind in here[1]}
    press(ben, place, "pause")
    assert offered(ben, place) == expected(activity, FINDINGS, now.room["groups"])[0] ^ {
        "pause", "resume",
    }  # fmt: skip
    grouped = {("desk", "regroup"), ("desk", "move_seat")} if not activity.group_size else set()
    every = {(by, kind) for kind, shared in KINDS.items() for by in shared.by if by != "house"}
    assert every - seen == grouped | {("desk", "resume")}


def test_every_shared_move_can_be_pressed(run, ben):
    """Each form as it stands on the page, without script, is kept as that move."""
    one = phone(sit(run, 5)[0])
    board, place = f"/runs/{run.pk}/board/", f"/runs/{run.pk}/desk/"
    sent = []

    def by_desk(kind, *about, **filled):
        press(ben, place, kind, *about, **filled)
        sent.append(("desk", kind))

    def by_phone(kind, *about, **filled):
        press(one, board, kind, *about, **filled)
        sent.append(("seat", kind))

    for kind in ("regroup", "regroup", "advance", "pause", "resume", "extend", "advance"):
        by_desk(kind)
    by_desk("move_seat", "seat=s2")
    by_desk("advance")
    by_desk("advance")
    by_desk("propose_finding", text="First.")
    by_phone("propose_finding", text="Second.")
    by_phone("agree_finding", "finding=f1")
    by_phone("dissent_finding", "finding=f2", note="Not here.")
    by_desk("dissent_finding", "finding=f1", note="Nor there.")
    by_desk("word_finding", "finding=f1", text="First, in other words.")
    by_desk("settle_finding", "finding=f1")
    by_desk("drop_finding", "finding=f2")
    moves = run.moves.exclude(by="house").order_by("seq")
    assert list(moves.values_list("by", "kind")) == sent
    assert {(by, kind) for kind, shared in KINDS.items() for by in shared.by if by != "house"} == {
        *sent
    }
    (finding,) = Run.objects.get(pk=run.pk).room["findings"]
    assert (finding["text"], finding["settled"]) == ("First, in other words.", True)
    assert [voice["note"] for voice in finding["dissent"]] == ["Nor there."]


# --- a hall ---


def test_a_halls_desk_names_nobody_but_leads_to_them_all(cast, client_of):
    run = hold(cast.ben, cast.harbour, key="diamond_nine")
    sit(run, MOST_SHOWN, (cast.quayside,))
    ben = client_of(cast.ben)
    few = ben.get(f"/runs/{run.pk}/desk/").content.decode()
    assert few.count('id="label-s') == MOST_SHOWN
    sit(run, 11, (cast.eastway,))
    many = ben.get(f"/runs/{run.pk}/desk/").content.decode()
    people = f"/runs/{run.pk}/desk/people/"
    assert (many.count('id="label-s'), many.count(f'href="{people}"')) == (0, 1)
    pages = [ben.get(people), ben.get(f"{people}?page=2")]
    assert [len(page.context["page_obj"]) for page in pages] == [50, 1]
    found = ben.get(f"{people}?find=person%2039").context["page_obj"]
    assert [seat.key for seat in found] == ["s40"]
    assert "Nobody of that name is here." in ben.get(f"{people}?find=nobody").content.decode()
    forms = pages[0].content.decode()
    assert f'action="/runs/{run.pk}/seats/s1/label/"' in forms
    ben.post(f"/runs/{run.pk}/seats/s1/label/", {"label": "Nora"})
    assert [s.label for s in ben.get(f"{people}?find=nora").context["page_obj"]] == ["Nora"]


def test_a_halls_desk_costs_the_same_queries_however_many_are_in(cast, client_of):
    run = hold(cast.ben, cast.harbour, key="diamond_nine")
    asked = []
    ben = client_of(cast.ben)
    for more in (MOST_SHOWN + 1, 60):
        sit(run, more, (cast.quayside, cast.eastway))
        for address in ("desk/view/", "desk/people/"):
            with CaptureQueriesContext(connection) as queries:
                assert ben.get(f"/runs/{run.pk}/{address}").status_code == 200
            asked.append((address, len(queries)))
    assert asked[:2] == asked[2:]
