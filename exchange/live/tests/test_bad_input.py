"""Bad input at every door of the live pages: a clear sentence, the right status, nothing changed."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from exchange.live.actions import close_run
from exchange.live.models import Move, Run, Seat
from exchange.live.tests.holding import advance, hold, play, sit, stored

SCRIPT = "<script>alert(1)</script>"
SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt;"
JSON = {"accept": "application/json"}
UNKNOWN = "No open session has this code."


@pytest.fixture(autouse=True)
def no_failed_tries():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def phone(run):
    """A browser that holds a seat in the open run; `post` sends a move the way a test says."""
    client = Client()
    client.post(f"/join/{run.code}/", {"label": "Gil", "school": "other", "role": "teacher"})
    client.seat = Seat.objects.get(run=run)
    return client


def post(client, run, page="board", move_id="proper-id-1", headers=JSON, **data):
    return client.post(
        f"/runs/{run.pk}/{page}/moves/", {"move_id": move_id, **data}, headers=headers
    )


def post_raw(client, run, body, page="board", headers=JSON):
    return client.post(
        f"/runs/{run.pk}/{page}/moves/", body, content_type="application/json", headers=headers
    )


# --- codes ---


@pytest.mark.parametrize(
    "typed", ["", "KTR", "KTR-MW1", "KTRMWXX", "ИКТRMW", "KTR\x00MWI", SCRIPT, "K" * 59]
)
def test_what_is_no_code_is_told_beside_the_box(client, db, typed):
    answer = client.post("/join/", {"code": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert SCRIPT not in page
    sentences = [
        "A code has six letters, for example KTR-MWX. Check the screen.",
        "Type the six letters from the screen.",
        "Null characters are not allowed.",
    ]
    assert sum(sentence in page for sentence in sentences) == 1


def test_a_code_of_ten_thousand_letters_is_refused(client, db):
    assert client.post("/join/", {"code": "K" * 10_000}).status_code == 422
    assert client.get("/join/" + "K" * 2000 + "/").status_code == 404


def test_wrong_expired_and_closed_codes_get_one_answer(run, cast, client):
    expired = hold(cast.ada)
    Run.objects.filter(pk=expired.pk).update(code_ends_at=timezone.now() - timedelta(seconds=1))
    old = run.code
    close_run(run=run, by=cast.ben)
    answers = [client.get(f"/join/{code}/") for code in ("BCDFGH", expired.code, old, "nonsense")]
    assert [a.status_code for a in answers] == [404] * 4
    pages = {a.content.decode().split("csrfmiddlewaretoken")[0] for a in answers}
    assert len(pages) == 1
    assert UNKNOWN in pages.pop()


@pytest.mark.parametrize(
    "path", ["/join/t/nonsense/", "/join/t/%00/", "/join/%00%00/", "/join/t/" + "x" * 500 + "/"]
)
def test_strange_addresses_are_unknown_codes(client, db, path):
    assert client.get(path).status_code == 404


def test_right_codes_never_count_as_tries(run):
    for _ in range(15):
        assert Client().get(f"/join/{run.code}/").status_code == 200


# --- joining ---


@pytest.mark.parametrize(
    "data",
    [
        {"label": "x" * 10_000},
        {"school": ""},
        {"school": "999999"},
        {"school": "1; drop table"},
        {"role": "king"},
        {"role": ""},
        {"people": "70"},
        {"people": "-1"},
        {"people": "9" * 5000},
        {"people": "two"},
    ],
)
def test_a_bad_joining_form_takes_no_seat(run, client, data):
    answer = client.post(f"/join/{run.code}/", {"school": "other", "role": "teacher", **data})
    assert answer.status_code == 422
    assert Seat.objects.filter(run=run).count() == 0
    assert "Traceback" not in answer.content.decode()


def test_a_school_of_another_network_is_not_offered(run, cast, client):
    pk = str(cast.hillcrest.pk)
    answer = client.post(f"/join/{run.code}/", {"school": pk, "role": "teacher"})
    assert answer.status_code == 422
    assert "Hillcrest" not in answer.content.decode()


def test_labels_are_tidied(run, client):
    label = "  Ü\u202eevil\u202c \u0007 na\x00me "
    client.post(f"/join/{run.code}/", {"label": label, "school": "other", "role": "teacher"})
    assert Seat.objects.get(run=run).label == "Üevil name"


# --- moves ---


def test_a_move_of_another_phase(run, phone):
    before = stored(run)
    answer = post(phone, run, kind="word", word="x")
    assert (answer.status_code, answer.json()["sentence"]) == (
        409, "That part of the session is not open: it is now “Waiting to start”.",
    )  # fmt: skip
    assert stored(run) == before


@pytest.mark.parametrize(
    "kind", ["", "nothing", "join", "close", "advance", "tally", "\x00", "x" * 9999, SCRIPT]
)
def test_a_move_that_does_not_exist_here(run, phone, kind):
    before = stored(run)
    answer = post(phone, run, kind=kind, seat="s9", question="fair", saw="lobby")
    assert (answer.status_code, answer.json()["sentence"]) == (
        409, "This move does not exist in this activity.",
    )  # fmt: skip
    assert stored(run) == before


def test_another_runs_seat_is_a_stranger(run, phone, cast):
    other = hold(cast.ada)
    for page in ("board/", "board/view/", "board/stream/"):
        assert phone.get(f"/runs/{other.pk}/{page}").status_code == 404
    assert post(phone, other, kind="lock").status_code == 404
    assert phone.post(f"/runs/{other.pk}/board/ballots/fair/", {"answer": "yes"}).status_code == 404
    cookie = phone.cookies[f"seat-{run.pk}"].value
    thief = Client()
    thief.cookies[f"seat-{other.pk}"] = cookie
    assert thief.get(f"/runs/{other.pk}/board/").status_code == 404


def test_a_seat_cannot_speak_for_another_or_for_the_desk(run, phone):
    (other,) = sit(run)
    advance(run)
    post(phone, run, kind="word", word="mine", seat=other.key, by="desk")
    state = Run.objects.get(pk=run.pk).state
    assert (state["seats"]["s1"]["word"], state["seats"]["s2"]["word"]) == ("mine", "")
    assert post(phone, run, "desk", kind="pause").status_code == 302  # asked to sign in
    assert Run.objects.get(pk=run.pk).room["clock"]["paused"] is None


@pytest.mark.parametrize("cookie", ["", "x", "\x00", "ünï", "a" * 5000, SCRIPT])
def test_a_made_up_cookie_is_nobody(run, cookie):
    client = Client()
    client.cookies[f"seat-{run.pk}"] = cookie
    assert client.get(f"/runs/{run.pk}/board/").status_code == 404


@pytest.mark.parametrize("number", ["0", "99999999", "9" * 25, "-1", "1e3", "%00"])
def test_runs_that_do_not_exist(run, phone, cast, client_of, number):
    for page in ("board/", "board/view/", "board/stream/"):
        assert phone.get(f"/runs/{number}/{page}").status_code == 404
    assert phone.post(f"/runs/{number}/board/moves/", {"kind": "lock"}).status_code == 404
    ben = client_of(cast.ben)
    for page in ("", "desk/", "screen/", "print/", "result.json", "tables/x.csv", "desk/stream/"):
        assert ben.get(f"/runs/{number}/{page}").status_code == 404
    for page in ("opening/", "closure/", "cancellation/", "door/", "notes/", "seats/s1/removal/"):
        assert ben.post(f"/runs/{number}/{page}").status_code == 404
    assert ben.get(f"/findings/{number}/").status_code == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "This is not a move: its JSON cannot be read."),
        (b"\xff\xfe\x00", "This is not a move: its JSON cannot be read."),
        (b"[" * 10_000 + b"]" * 10_000, "This is not a move: its JSON cannot be read."),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "This is not a move: its JSON cannot be read."),
        (b"9" * 10_000, "This is not a move: its JSON cannot be read."),
        (b"[]", "This is not a move: it should be one JSON object."),
        (b"null", "This is not a move: it should be one JSON object."),
        (b"NaN", "This is not a move: it should be one JSON object."),
        (b'"lock"', "This is not a move: it should be one JSON object."),
    ],
)
def test_malformed_json(run, phone, cast, client_of, body, sentence):
    before = stored(run)
    for client, page in ((phone, "board"), (client_of(cast.ben), "desk")):
        for headers in (JSON, {}):
            answer = post_raw(client, run, body, page, headers)
            assert (answer.status_code, answer.json()["sentence"]) == (400, sentence)
    assert stored(run) == before


@pytest.mark.parametrize(
    "word",
    [None, 7, 1e400, True, [], ["x"], {}, {"$gt": ""}, "", "x" * 41, "x" * 10_000, "\x00", 10**400,
     [[[[]]]]],
)  # fmt: skip
def test_odd_values_are_refused_and_change_nothing(run, phone, word):
    advance(run)
    before = stored(run)
    answer = post_raw(
        phone, run, json.dumps({"move_id": "proper-id", "kind": "word", "word": word})
    )
    assert (answer.status_code, answer.json()["status"], answer.json()["field"]) == (
        409, "refused", "word",
    )  # fmt: skip
    assert stored(run) == before


@pytest.mark.parametrize(
    "odd", [None, 7, [], {}, "\x00" * 9, "\ud800" * 9, "x" * 10**5, 10**300, True]
)
def test_odd_ids_and_kinds_are_refused_and_change_nothing(run, phone, odd):
    advance(run)
    before = stored(run)
    for body in (
        {"move_id": odd, "kind": "word", "word": "x"},
        {"move_id": "proper-id", "kind": odd},
    ):
        answer = post_raw(phone, run, json.dumps(body))
        assert (answer.status_code, answer.json()["status"]) == (409, "refused")
    assert stored(run) == before


def test_texts_that_are_odd_but_allowed_are_kept_clean(run, phone):
    advance(run)
    body = (
        '{"move_id": "proper-id", "kind": "word", "word": "a\\u0000\\u202eb\\ud800 \\ud83d\\ude00"}'
    )
    assert post_raw(phone, run, body).status_code == 200
    assert Run.objects.get(pk=run.pk).state["seats"]["s1"]["word"] == "ab? 😀"


def test_a_megabyte_is_too_much(run, phone):
    advance(run)
    before = stored(run)
    big = json.dumps({"move_id": "proper-id", "kind": "word", "word": "x" * 1_100_000})
    assert post_raw(phone, run, big).status_code == 400
    assert phone.post(f"/runs/{run.pk}/board/moves/", {"word": "x" * 1_100_000}).status_code == 400
    many = {f"f{n}": "" for n in range(1200)}
    assert phone.post(f"/runs/{run.pk}/board/moves/", many).status_code == 400
    assert stored(run) == before


def test_a_broken_multipart_body(run, phone):
    before = stored(run)
    answer = phone.post(
        f"/runs/{run.pk}/board/moves/",
        b"--x\r\nbroken",
        content_type="multipart/form-data; boundary=\x00",
    )
    assert answer.status_code in {400, 409}
    assert stored(run) == before


def test_a_form_without_its_key_is_refused(run, phone):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = phone.cookies
    before = stored(run)
    assert post(strict, run, kind="word", word="x").status_code == 403
    assert stored(run) == before


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods(run, phone, method):
    assert getattr(phone, method)(f"/runs/{run.pk}/board/moves/").status_code == 405


# --- duplicate and late ---


def test_a_form_sent_twice_is_played_once(run, phone):
    advance(run)
    answers = [post(phone, run, kind="word", word="x", headers={}) for _ in range(3)]
    assert [a.status_code for a in answers] == [302] * 3
    assert Move.objects.filter(run=run, kind="word").count() == 1


def test_a_late_form_gives_the_words_back(run, phone):
    advance(run, "findings")
    answer = post(phone, run, kind="word", text=f"my long thought {SCRIPT}", headers={})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "That part of the session is not open: it is now “Word our findings”." in page
    assert f"my long thought {SHOWN}" in page
    assert SCRIPT not in page


def test_a_form_sent_after_closing_is_answered_with_the_closed_page(run, cast, phone):
    advance(run, "findings")
    close_run(run=run, by=cast.ben)
    answer = post(phone, run, kind="propose_finding", text="one more thought", headers={})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This session is not open." in page
    assert "one more thought" in page


def test_cards_groups_and_findings_that_do_not_exist(run, phone):
    advance(run, "findings")
    before = stored(run)
    for kind in ("agree_finding", "dissent_finding"):
        answer = post(phone, run, kind=kind, finding="f99", note="x")
        assert (answer.status_code, answer.json()["sentence"]) == (
            409, "This wording was dropped in the meantime.",
        )  # fmt: skip
    assert play(run, "desk", "settle_finding", finding="f1").status == "refused"
    assert play(run, "desk", "move_seat", seat="s1", group="ZZ").status == "refused"
    assert stored(run) == before


def test_cards_that_are_not_in_the_set(cast):
    run = hold(cast.ben, cast.harbour, "diamond_nine")
    (seat,) = sit(run)
    advance(run, "sort")
    before = stored(run)
    for kind, data in [
        ("choose", {"card": "c99"}), ("place", {"card": "c1", "slot": "9z"}), ("place", {"card": ""}),
        ("place", {"card": "c1"}), ("unplace", {"card": SCRIPT}), ("own_card", {"text": "x" * 10_000}),
        ("lock", {}), ("group_place", {"card": "c1", "slot": "1"}),
    ]:  # fmt: skip
        reply = play(run, seat, kind, **data)
        assert (reply.status, bool(reply.sentence)) == ("refused", True)
    assert stored(run) == before


# --- script in every text ---


def test_script_in_every_text_comes_back_escaped(cast, client_of):
    run = hold(cast.ben, cast.harbour, "pebbles", topic=SCRIPT)
    Run.objects.filter(pk=run.pk).update(title=SCRIPT)
    phone, ben = Client(), client_of(cast.ben)
    join = {"label": SCRIPT, "school": "other", "role": "teacher"}
    assert phone.post(f"/join/{run.code}/", join).status_code == 302
    pages = [Client().get(f"/join/{run.code}/"), ben.get(f"/runs/{run.pk}/")]
    texts = {"word": SCRIPT, "text": SCRIPT, "note": SCRIPT, "finding": "f1"}
    ids = iter(range(100))
    (key,) = run.room["seats"] or ["s1"]
    assert ben.post(f"/runs/{run.pk}/seats/{key}/label/", {"label": SCRIPT}).status_code == 302
    for kinds in (["word", "lock"], ["group_word"], [], ["propose_finding", "dissent_finding"]):
        advance(run)
        for kind in kinds:
            answer = post(phone, run, kind=kind, move_id=f"script-{next(ids)}", **texts)
            assert answer.status_code == 200
        ben.post(f"/runs/{run.pk}/notes/", {"text": SCRIPT})
        for client, page in [
            (phone, "board/"), (phone, "board/view/"), (ben, "desk/"), (ben, "desk/view/"),
            (ben, "screen/"), (ben, "screen/view/"),
        ]:  # fmt: skip
            pages.append(client.get(f"/runs/{run.pk}/{page}"))
    play(run, "desk", "dissent_finding", finding="f2", note=SCRIPT)
    pages.append(ben.get(f"/runs/{run.pk}/desk/"))
    play(run, "desk", "settle_finding", finding="f1", settled="yes")
    play(run, "desk", "settle_finding", finding="f2", settled="yes")
    ben.post(f"/runs/{run.pk}/closure/")
    pages += [ben.get(f"/runs/{run.pk}/{page}") for page in ("", "print/", "screen/")]
    finding = run.findings.first()
    pages += [
        ben.get(f"/findings/{finding.pk}/"),
        phone.get(f"/runs/{run.pk}/board/"),
        ben.get("/activities/"),
    ]
    assert [p.status_code for p in pages] == [200] * len(pages)
    texts = [p.content.decode() for p in pages]
    assert [SCRIPT in text for text in texts] == [False] * len(texts)
    assert [SHOWN in text for text in texts] == [True] * len(texts)


def test_tables_cannot_carry_a_formula(cast, client_of):
    run = hold(cast.ben, cast.harbour)
    (seat,) = sit(run)
    advance(run, "share")
    play(run, seat, "group_word", word='=HYPERLINK("http://example.org")')
    client_of(cast.ben).post(f"/runs/{run.pk}/closure/")
    answer = client_of(cast.ben).get(f"/runs/{run.pk}/tables/words.csv")
    assert answer.status_code == 200
    cells = answer.content.decode().splitlines()[1].split(",", 2)
    assert not cells[1].strip('"').startswith("=")


# --- the desk and the set-up ---


def test_the_desk_says_what_was_wrong(run, cast, client_of):
    ben = client_of(cast.ben)
    before = stored(run)
    answer = post(ben, run, "desk", kind="extend", minutes="9" * 50, headers={})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This part has no clock." in page or "out of range" in page
    assert stored(run) == before
    assert ben.post(f"/runs/{run.pk}/notes/", {"text": "x" * 10_001}).status_code == 422
    ben.post(f"/runs/{run.pk}/seats/s1/label/", {"label": "x"})
    assert ben.post(f"/runs/{run.pk}/seats/s99/removal/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 10_000},
        {"topic": ""},
        {"topic": "x" * 61},
        {"topic": "nothing"},
        {"minutes_alone": "0"},
        {"minutes_alone": "9" * 30},
        {"minutes_alone": ""},
        {"minutes_share": "soon"},
        {"network": "999999"},
        {"network": "x"},
    ],
)
def test_a_bad_set_up_makes_no_run(cast, client_of, wrong):
    good = {
        "title": "t", "topic": "t", "minutes_alone": 1, "minutes_share": 1, "minutes_praise": 1,
        "minutes_findings": 1, "network": cast.harbour.pk,
    }  # fmt: skip
    ben = client_of(cast.ben)
    answer = ben.post("/activities/pebbles/runs/new/", {**good, **wrong})
    assert answer.status_code == 422
    assert Run.objects.count() == 0
    assert ben.post("/activities/pebbles/runs/new/", good).status_code == 302
    assert ben.get("/activities/no-such/").status_code == 404
    assert ben.get("/activities/no-such/runs/new/").status_code == 404
