"""The fast door says what Django's own views say behind it, and never more: against a real server,
the same questions with the cookies of a guest (the door answers) and through the test client (only
Django is there)."""

import asyncio
import re
import socket
import time
import uuid

import pytest
from django.db import connection
from django.test import Client

from exchange.live.actions import claim_seat, make_seat_code, rejoin, remove_seat
from exchange.live.models import Move, OneTimeCode, Run
from exchange.live.seating import cookie_name
from exchange.live.tests.holding import SAMPLE, advance, hold, sit

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
OWN = re.compile(r'value="[^"]*"|data-now="\d+"|data-ends-at="\d+"|>\s*-?\d+:\d\d<')
#: What the door leaves out: of pages, or said by the server's own list of headers.
LEFT_OUT = {"content-language", "cross-origin-opener-policy"}


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.fixture
def run(cast):
    return hold(cast.ben, cast.harbour, key="diamond_nine")


def asked(client, *requests):
    """The answers to (method, path, keywords), one after another."""

    async def together():
        return [await getattr(client, method)(path, **more) for method, path, more in requests]

    connection.close()
    return asyncio.run(together())


def behind(seat, run):
    """A browser that meets Django alone."""
    client = Client()
    client.cookies[cookie_name(run.pk)] = seat.token
    return client


def view_of(run):
    return f"/runs/{run.pk}/board/view/"


def moves_of(run):
    return f"/runs/{run.pk}/board/moves/"


def a_move(**more):
    return {"kind": "choose", "move_id": uuid.uuid4().hex, **more}


def test_the_view_is_the_one_that_django_shows(server, cast, run):
    seats = sit(run, 3, [cast.quayside])
    for phase in (
        "lobby",
        "read",
        "choose",
        "sort",
        "groups",
        "present",
        "common",
        "agree",
        "findings",
    ):
        if phase != "lobby":
            run = advance(run)
        assert run.phase == phase
        (fast,) = asked(server.phone(seats[0]), ("get", view_of(run), {}))
        slow = behind(seats[0], run).get(view_of(run))
        assert (fast.status_code, slow.status_code) == (200, 200)
        assert OWN.sub("", fast.text) == OWN.sub("", slow.content.decode())


def test_its_answers_carry_what_every_answer_carries(server, cast, run):
    (seat,) = sit(run)
    (fast,) = asked(server.phone(seat), ("get", view_of(run), {}))
    slow = behind(seat, run).get(view_of(run))
    for name, value in slow.headers.items():
        if name.lower() in {"cache-control", "permissions-policy", "referrer-policy",
                            "x-content-type-options", "x-frame-options", "content-type",
                            "cross-origin-opener-policy"}:  # fmt: skip
            assert (name, fast.headers.get(name)) == (name, value)
    assert {h.lower() for h in slow.headers} - set(fast.headers) <= LEFT_OUT | {"vary"}
    assert fast.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_a_page_that_cannot_be_written_is_django_s_to_say(server, run):
    """A fault of ours: its page, its number for whoever asks for help, and a line in the log."""
    (seat,) = sit(run)
    for _phase in ("read", "choose"):
        run = advance(run)
    run.state["seats"][seat.key] = "not a place"
    run.save()
    (answer,) = asked(server.phone(seat), ("get", view_of(run), {}))
    assert (answer.status_code, "content-language" in answer.headers) == (500, True)
    assert answer.headers["x-request-id"] in server.log()
    assert "the fast door stumbled over view" in server.log()


def test_a_phone_that_has_it_is_told_so(server, run):
    (seat,) = sit(run)
    phone = server.phone(seat)
    (first,) = asked(phone, ("get", view_of(run), {}))
    have = re.search(r'data-signature="([^"]*)"', first.text)[1]
    same, other = asked(
        server.phone(seat),
        ("get", view_of(run), {"params": {"have": have}}),
        ("get", view_of(run), {"params": {"have": "room.0"}}),
    )
    assert (same.status_code, same.text, other.status_code) == (304, "", 200)


def test_a_move_is_kept_once_and_refused_with_a_sentence(server, run):
    (seat,) = sit(run)
    advance(run)
    advance(run)
    cards = [card["code"] for card in Run.objects.get(pk=run.pk).setup["cards"]]
    first, wrong = a_move(card=cards[0]), a_move(card="no-such-card")
    kept, again, refused, late = asked(
        server.phone(seat),
        ("post", moves_of(run), {"data": first}),
        ("post", moves_of(run), {"data": first}),
        ("post", moves_of(run), {"data": wrong}),
        ("post", moves_of(run), {"data": a_move(kind="lock")}),
    )
    assert [a.status_code for a in (kept, again, refused, late)] == [200, 200, 409, 409]
    assert (kept.json()["status"], again.json()) == ("kept", {**kept.json(), "status": "again"})
    slow = behind(seat, run).post(moves_of(run), wrong, headers={"Accept": "application/json"})
    assert refused.json() == slow.json()
    assert Move.objects.filter(run=run, kind="choose").count() == 1


@pytest.mark.parametrize(
    ("headers", "data", "status"),
    [
        ({"X-CSRFToken": "x" * 32}, {}, 403),
        ({"X-CSRFToken": ""}, {}, 403),
        ({}, {"csrfmiddlewaretoken": "x" * 32}, 403),  # beside the right one in the head
        ({"Origin": "https://elsewhere.example"}, {}, 403),
        ({"Host": "elsewhere.example"}, {}, 400),
        ({"Accept": "text/html"}, {}, 302),  # a form without script: on to the page
        ({"Content-Type": "application/json"}, {}, 400),
        ({}, {"card": "x" * 70_000}, 409),
        ({}, {f"field-{n}": "x" for n in range(1100)}, 400),
    ],
)
def test_what_is_not_an_ordinary_move_is_django_s_to_answer(server, run, headers, data, status):
    (seat,) = sit(run)
    advance(run)
    advance(run)
    card = Run.objects.get(pk=run.pk).setup["cards"][0]["code"]
    phone = server.phone(seat)
    phone.headers.update(headers)
    (met,) = asked(phone, ("post", moves_of(run), {"data": a_move(card=card) | data}))
    assert met.status_code == status
    assert Move.objects.filter(run=run, kind="choose").count() == (status == 302)


def test_what_is_known_of_a_phone_is_no_more_than_its_head_says(server, run):
    """The head of its posts is judged once and remembered: another cookie or token is another head."""
    (seat,) = sit(run)
    advance(run)
    advance(run)
    cards = [card["code"] for card in Run.objects.get(pk=run.pk).setup["cards"]]
    phone, posts = server.phone(seat), iter(cards)

    def post(**headers):
        return ("post", moves_of(run), {"data": a_move(card=next(posts)), "headers": headers})

    met = asked(
        phone, post(), post(), post(**{"X-CSRFToken": "x" * 32}), post(Cookie=""), post(),
        ("post", moves_of(run), {"data": a_move(card=next(posts)), "headers": {
            "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}}),
    )  # fmt: skip
    assert [answer.status_code for answer in met] == [200, 200, 403, 403, 200, 200]
    assert Move.objects.filter(run=run, kind="choose").count() == 4


def test_a_move_that_is_cut_off_on_the_way_is_not_played(server, run):
    """Half of it came, then the phone lost its line: what came first would have named it whole."""
    (seat,) = sit(run)
    advance(run)
    advance(run)
    cards = [card["code"] for card in Run.objects.get(pk=run.pk).setup["cards"]]
    phone = server.phone(seat)
    cookies = "; ".join(f"{one.name}={one.value}" for one in phone.cookies.jar)

    def sent(card, missing):
        body = f"kind=choose&move_id={uuid.uuid4().hex}&card={card}".encode()
        head = [f"POST {moves_of(run)} HTTP/1.1", f"Host: {phone.base_url.netloc.decode()}",
                f"Cookie: {cookies}", f"X-CSRFToken: {phone.headers['X-CSRFToken']}",
                "Accept: application/json", "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body) + missing}", "", ""]  # fmt: skip
        with socket.create_connection((phone.base_url.host, phone.base_url.port)) as line:
            line.sendall("\r\n".join(head).encode() + body)
            time.sleep(0.5)
        time.sleep(0.3)

    sent(cards[0], missing=0)
    sent(cards[1], missing=500)
    kept = Move.objects.filter(run=run, kind="choose")
    assert [move.data["card"] for move in kept] == [cards[0]]


def test_whoever_holds_no_seat_meets_what_is_not_there(server, cast, run):
    (seat,) = sit(run)
    other = hold(cast.ben)
    strangers = [
        server.client(), server.client(**{cookie_name(run.pk): "nobody-s-token"}),
        server.client(**{cookie_name(run.pk): ""}), server.client(cast.dot),
    ]  # fmt: skip
    for stranger in strangers:
        met = asked(
            stranger,
            ("get", view_of(run), {}),
            ("post", moves_of(run), {"data": a_move(card="x")}),
            ("get", f"/runs/{run.pk}/board/stream/", {}),
        )
        assert [answer.status_code for answer in met] == [404, 404, 404]
    elsewhere = server.client(**{cookie_name(other.pk): seat.token})
    (met,) = asked(elsewhere, ("get", view_of(other), {}))
    assert met.status_code == 404


def test_a_seat_that_was_taken_away_is_none_at_once(server, cast, run):
    """Also by another process, as here: the door asks the database after it was asked."""
    (seat,) = sit(run)
    advance(run)
    advance(run)
    (there,) = asked(server.phone(seat), ("get", view_of(run), {}))
    remove_seat(run=run, seat=seat, by=cast.ben)
    card = Run.objects.get(pk=run.pk).setup["cards"][0]["code"]
    (late,) = asked(server.phone(seat), ("post", moves_of(run), {"data": a_move(card=card)}))
    (gone,) = asked(server.phone(seat), ("get", view_of(run), {}))
    assert (there.status_code, late.status_code, gone.status_code) == (200, 404, 404)
    assert Move.objects.filter(run=run, kind="choose").count() == 0


def test_a_seat_moved_to_another_device_is_the_old_one_s_no_more(server, cast, run):
    (seat,) = sit(run)
    advance(run)
    advance(run)
    card = Run.objects.get(pk=run.pk).setup["cards"][0]["code"]
    old = server.phone(seat)
    (there,) = asked(old, ("get", view_of(run), {}))
    make_seat_code(seat=seat)
    _new, token = rejoin(code=OneTimeCode.objects.live().get())
    (kept,) = asked(
        server.client(**{cookie_name(run.pk): token}),
        ("post", moves_of(run), {"data": a_move(card=card)}),
    )
    gone, nothing = asked(
        server.phone(seat),
        ("get", view_of(run), {}),
        ("post", moves_of(run), {"data": a_move(card=card)}),
    )
    met = [answer.status_code for answer in (there, kept, gone, nothing)]
    assert met == [200, 200, 404, 404]


def test_a_claimed_seat_follows_the_account(server, cast):
    run = hold(cast.ben, cast.harbour, key="diamond_nine")
    (seat,) = sit(run)
    (there,) = asked(server.phone(seat), ("get", view_of(run), {}))
    claim_seat(seat=seat, by=cast.cy)
    (gone,) = asked(server.phone(seat), ("get", view_of(run), {}))
    own = server.client(cast.cy, **{cookie_name(run.pk): seat.token})
    (signed_in,) = asked(own, ("get", view_of(run), {}))
    assert [a.status_code for a in (there, gone, signed_in)] == [200, 404, 200]


def test_moves_that_come_together_are_one_commit(server, run):
    """Group commit: the replies of moves that waited together bear numbers without a gap, and all
    are on the disk when the first is answered."""
    seats = sit(run, 20)
    advance(run)
    advance(run)
    cards = [card["code"] for card in Run.objects.get(pk=run.pk).setup["cards"]]

    async def together():
        phones = [server.phone(seat) for seat in seats]
        posts = [phone.post(moves_of(run), data=a_move(card=cards[0])) for phone in phones]
        return [answer.json() for answer in await asyncio.gather(*posts)]

    before = Run.objects.get(pk=run.pk).revision
    connection.close()
    replies = asyncio.run(together())
    assert {reply["status"] for reply in replies} == {"kept"}
    assert sorted(reply["revision"] for reply in replies) == list(range(before + 1, before + 21))
    assert Run.objects.get(pk=run.pk).revision == before + 20
