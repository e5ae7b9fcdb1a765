"""The door: what projector and desk show of code and lock, and what a refused button answers."""

import html
import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
import segno
from django.utils import timezone

from exchange.live.actions import close_run, lock_door, open_run, unlock_door
from exchange.live.codes import show_code
from exchange.live.models import Run, Seat
from exchange.live.tests.holding import advance, sit

LOCKED = "The door is locked. Ask the facilitator to be let in."
ENDED = "The code has ended. Ask the facilitator for a new one."


@pytest.fixture
def ben(client_of, cast):
    return client_of(cast.ben)


def fresh(run):
    return Run.objects.get(pk=run.pk)


def looked(client, run, page="screen"):
    """The fragment as the browser has it, and the signature with which it asks again."""
    answer = client.get(f"/runs/{run.pk}/{page}/view/")
    assert answer.status_code == 200
    text = html.unescape(answer.content.decode())
    return text, text.split('data-signature="')[1].split('"')[0]


def again(client, run, signature, page="screen"):
    return client.get(f"/runs/{run.pk}/{page}/view/", {"have": signature})


@pytest.mark.parametrize("page", ["screen", "desk"])
def test_a_new_code_replaces_the_dead_one_wherever_it_stands(run, ben, cast, page):
    old, signature = show_code(run.code), looked(ben, run, page)[1]
    assert again(ben, run, signature, page).status_code == 304
    new = show_code(open_run(run=run, by=cast.ben).code)
    answer = again(ben, run, signature, page)
    assert answer.status_code == 200
    assert (answer.content.count(old.encode()), answer.content.count(new.encode())) == (0, 1)


def test_the_picture_has_another_address_for_another_code(run, ben, cast):
    first = looked(ben, run)[0].split('<img src="')[1].split('"')[0]
    open_run(run=run, by=cast.ben)
    second = looked(ben, run)[0].split('<img src="')[1].split('"')[0]
    assert first != second
    assert [ben.get(address).status_code for address in (first, second)] == [200, 200]


def encoded(address):
    """The QR picture of an address, as another program draws it: which of its squares are dark."""
    return [[bool(dark) for dark in row] for row in segno.make(address, error="m").matrix]


def drawn(svg):
    """The dark squares of our picture: SVG strokes of one module's height, with a border of two."""
    stroke = next(part for part in ET.fromstring(svg).iter() if part.get("stroke"))
    size = int(ET.fromstring(svg).get("viewBox").split()[-1]) - 4
    dark, x, y = [[False] * size for _ in range(size)], 0, 0
    for verb, first, second in re.findall(
        r"([Mmh])\s*(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", stroke.get("d")
    ):
        if verb == "h":
            for n in range(int(first)):
                dark[y - 2][x - 2 + n] = True
            x += int(first)
        else:
            x = int(first) + (x if verb == "m" else 0)
            y = int(float(second)) + (y if verb == "m" else 0)
    return dark


def test_the_picture_leads_to_the_present_token_and_that_to_a_seat(run, ben, client, settings):
    picture = ben.get(f"/runs/{run.pk}/screen/qr.svg").content.decode()
    way = f"/join/t/{run.code_token}/"
    assert drawn(picture) == encoded(settings.BASE_URL + way)
    taken = client.post(way, {"label": "Gil", "school": "other", "role": "teacher"})
    assert (taken.status_code, taken["Location"]) == (302, f"/runs/{run.pk}/board/")
    assert client.get(taken["Location"]).status_code == 200
    ben.post(f"/runs/{run.pk}/opening/")
    now = fresh(run).code_token
    again = ben.get(f"/runs/{run.pk}/screen/qr.svg").content.decode()
    assert drawn(again) == encoded(f"{settings.BASE_URL}/join/t/{now}/")
    assert client.get(way).status_code == 404


def test_a_locked_door_invites_nobody(run, ben, cast):
    before = looked(ben, run)[1]
    lock_door(run=run, by=cast.ben)
    locked, signature = looked(ben, run)
    assert signature != before
    assert (locked.count(LOCKED), locked.count(show_code(run.code))) == (1, 0)
    assert ben.get(f"/runs/{run.pk}/screen/qr.svg").status_code == 410
    unlock_door(run=run, by=cast.ben)
    answer = again(ben, run, signature)
    assert (answer.status_code, answer.content.count(show_code(run.code).encode())) == (200, 1)


def test_a_code_whose_hours_are_over_is_shown_nowhere(run, ben):
    code, signatures = show_code(run.code), {p: looked(ben, run, p)[1] for p in ("screen", "desk")}
    Run.objects.filter(pk=run.pk).update(code_ends_at=timezone.now() - timedelta(minutes=1))
    for page, signature in signatures.items():
        answer = again(ben, run, signature, page)
        assert (page, answer.status_code, answer.content.count(code.encode())) == (page, 200, 0)
    assert looked(ben, run)[0].count(ENDED) == 1
    assert "Make a new one to let people in." in looked(ben, run, "desk")[0]
    assert ben.get(f"/runs/{run.pk}/screen/qr.svg").status_code == 410
    ben.post(f"/runs/{run.pk}/opening/")
    assert looked(ben, run)[0].count(show_code(fresh(run).code)) == 1


def said(answer):
    """The sentences of a refusal, as the page shows them."""
    page = html.unescape(answer.content.decode())
    notes = page.split('<p class="note error"><strong>Not done:</strong> ')[1:]
    return [note.split("</p>")[0] for note in notes]


@pytest.mark.parametrize("verb", ["door", "closure", "cancellation", "opening"])
def test_a_button_of_a_session_that_is_over_is_refused_on_its_page(run, ben, cast, verb):
    close_run(run=run, by=cast.ben)
    sentence = {
        "cancellation": "This session is already over.",
        "opening": "This session is over. Start a new one.",
    }.get(verb, "This session is not open.")
    answer = ben.post(f"/runs/{run.pk}/{verb}/", {"locked": "yes"})
    assert (answer.status_code, said(answer)) == (409, [sentence])
    assert fresh(run).door_locked_at is None


def test_a_label_too_long_comes_back_with_what_was_typed(run, ben):
    (seat,) = sit(run)
    answer = ben.post(f"/runs/{run.pk}/seats/{seat.key}/label/", {"label": "x" * 10_000})
    assert (answer.status_code, said(answer)) == (422, ["A label has at most 40 characters."])
    assert answer.content.count(b"x" * 200) == 1
    assert Seat.objects.get(pk=seat.pk).label == "Person 0"


# --- a secret answer whose reply was lost on the way ---


def test_a_secret_answer_posted_again_with_its_id_is_answered_again(run, client):
    (seat,) = sit(run)
    advance(run, "share")
    client.cookies[f"seat-{run.pk}"] = seat.token

    def post(answer, move_id):
        given = client.post(
            f"/runs/{run.pk}/board/ballots/fair/", {"answer": answer, "move_id": move_id},
            headers={"Accept": "application/json"},
        )  # fmt: skip
        return given.status_code, given.json()["status"]

    assert post("no", "lost-reply-1") == (200, "kept")
    assert post("no", "lost-reply-1") == (200, "again")
    assert post("yes", "another-one-1") == (409, "refused")
    assert list(run.ballots.values_list("answer", "count")) == [("no", 1)]
    assert Seat.objects.get(pk=seat.pk).answered == {"fair": "lost-reply-1"}
