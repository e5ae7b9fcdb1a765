"""The rules every activity shares: each shared move, what is refused, the replay."""

from copy import deepcopy
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.live import engine, shared_moves
from exchange.live.plugin import CLOSED, FINDINGS, LOBBY, Moment, Refused
from exchange.live.shared_moves import KINDS, MOST_FINDINGS
from exchange.live.tests.in_memory import EVERYONE, READERS, Session
from exchange.live.tests.sample.pebbles.activity import ACTIVITY


@pytest.fixture
def wording(session):
    session.advance(FINDINGS)
    session.play("desk", "propose_finding", text="We share more than we thought.")
    return session


def test_a_new_room_is_empty_and_plans_every_phase():
    room = engine.new_room(ACTIVITY, {"alone": 7}, 50)
    assert (room["phase"], room["seats"], room["groups"]) == (LOBBY, {}, {})
    plan = {"alone": 7, "share": 3, "praise": 1, FINDINGS: 10}
    assert (room["clock"]["first"], room["clock"]["plan"]) == (plan, plan)


# --- people ---


def test_joining_tells_the_desk_and_the_screen_only(session):
    assert session.join("s5") == {"desk", "screen"}
    assert session.room["seats"]["s5"] == {"school": "5", "role": "teacher", "people": 1}
    assert session.refused(
        "house", "join", seat="s5", school="", role="teacher", people=1
    ) == "This seat is already taken."  # fmt: skip


def test_a_latecomer_joins_a_group_and_its_group_is_told(session):
    session.advance("share")
    groups = session.room["groups"]
    assert sorted(map(len, groups.values())) == [2, 2]
    told = session.join("s5")
    letter = engine.room_of(session.room).group_of("s5")
    assert told == {"desk", "screen", *shared_moves.table(session.room, letter)}
    assert sorted(map(len, session.room["groups"].values())) == [2, 3]


def test_the_first_person_to_come_after_groups_began_starts_one():
    session = Session()
    session.advance("share")
    assert session.room["groups"] == {}
    session.join("s1")
    session.join("s2")
    assert session.room["groups"] == {"A": ["s1", "s2"]}


def test_a_removed_seat_leaves_its_group_and_can_do_nothing(session):
    session.advance("share")
    letter = engine.room_of(session.room).group_of("s1")
    sat = {f"seat:{key}" for key in session.room["groups"][letter]}
    told = session.play("house", "remove", seat="s1")
    assert told == {"desk", "screen", f"group:{letter}", *sat}
    assert "s1" not in session.room["seats"]
    assert session.room["gone"] == ["s1"]
    sentence = "Your seat was removed from this session. Ask the facilitator."
    assert session.refused("seat", "group_word", "s1", word="x") == sentence
    assert session.refused("house", "remove", seat="s1") == "There is no such seat in this session."


def test_an_emptied_group_at_work_stands_and_its_letter_is_not_used_again(session):
    session.advance("share")
    for key in list(session.room["groups"]["B"]):
        session.play("house", "remove", seat=key)
    # Groups are at work: what B made stands, and somebody may be moved to it.
    assert session.room["groups"]["B"] == []
    session.join("s5", "s6", people=2)
    assert list(session.room["groups"]) == ["A", "B", "C", "D"]


def test_a_group_emptied_before_the_work_goes_and_its_letter_is_not_used_again(session):
    session.play("desk", "regroup")
    for key in list(session.room["groups"]["B"]):
        session.play("house", "remove", seat=key)
    assert list(session.room["groups"]) == ["A"]
    session.play("desk", "move_seat", seat=session.room["groups"]["A"][0], group="C")
    assert list(session.room["groups"]) == ["A", "C"]


def test_whoever_leaves_no_longer_agrees_but_their_dissent_stays(session):
    session.advance(FINDINGS)
    session.play("desk", "propose_finding", text="We need time.")
    (finding,) = session.room["findings"]
    first, second = list(session.room["seats"])[:2]
    session.play("seat", "agree_finding", first, finding=finding["id"])
    session.play("seat", "dissent_finding", second, finding=finding["id"], note="Not us.")
    for key in (first, second):
        session.play("house", "remove", seat=key)
    assert finding["agree"] == []
    assert finding["dissent"] == [{"seat": second, "note": "Not us."}]


# --- phases ---


def test_phases_go_forward_one_by_one(session):
    seen = [session.room["phase"]]
    for _ in range(4):
        assert session.advance() == EVERYONE
        seen.append(session.room["phase"])
    assert seen == [LOBBY, "alone", "share", "praise", FINDINGS]
    assert (
        session.refused("desk", "advance", saw=FINDINGS)
        == "This is the last phase. Close the session when the room is ready."
    )


def test_only_forward_and_only_from_the_phase_that_was_seen(session):
    session.advance("share")
    forward = "A session only moves forward, so that nothing revealed is sorted again."
    assert session.refused("desk", "advance", saw="share", to="alone") == forward
    assert session.refused("desk", "advance", saw="share", to="share") == forward
    assert session.refused("desk", "advance", saw="share", to="nowhere") == forward
    assert session.refused("desk", "advance", saw="share", to=CLOSED) == forward
    moved_on = "The session has already moved on. Look again, then decide."
    assert session.refused("desk", "advance", saw="alone") == moved_on
    assert session.room["phase"] == "share"


def test_entering_a_grouped_phase_forms_groups_once(session):
    session.advance("share")
    assert sorted(k for keys in session.room["groups"].values() for k in keys) == [
        "s1", "s2", "s3", "s4",
    ]  # fmt: skip
    before = deepcopy(session.room["groups"])
    session.advance("praise")
    assert session.room["groups"] == before


def test_groups_may_be_formed_before_and_again_but_not_while_at_work(session):
    assert session.play("desk", "regroup") == EVERYONE
    session.play("desk", "regroup")
    before = deepcopy(session.room["groups"])
    session.advance("share")
    assert session.room["groups"] == before
    assert session.refused("desk", "regroup") == "Groups are at work. Move single people instead."


def test_moving_a_person_by_hand(session):
    assert session.refused("desk", "move_seat", seat="s1", group="A") == "There are no groups yet."
    session.advance("share")
    here = engine.room_of(session.room).group_of("s1")
    there = "B" if here == "A" else "A"
    told = session.play("desk", "move_seat", seat="s1", group=there.lower())
    everybody = {f"seat:{key}" for key in session.room["seats"]}
    assert told == {"desk", "screen", f"group:{here}", f"group:{there}", *everybody}
    assert engine.room_of(session.room).group_of("s1") == there
    assert (
        session.refused("desk", "move_seat", seat="s1", group=there)
        == f"This person is already in group {there}."
    )
    assert session.refused("desk", "move_seat", seat="s1", group="Q") == "There is no group Q."
    assert (
        session.refused("desk", "move_seat", seat="s9", group="A")
        == "There is no such seat in this session."
    )
    session.play("desk", "move_seat", seat="s1", group="C")
    assert session.room["groups"]["C"] == ["s1"]


def test_each_person_sits_in_one_group_after_any_moves(session):
    session.advance("share")
    for key, group in [("s1", "B"), ("s2", "B"), ("s3", "C"), ("s1", "C")]:
        if engine.room_of(session.room).group_of(key) != group:
            session.play("desk", "move_seat", seat=key, group=group)
    assert sorted(k for keys in session.room["groups"].values() for k in keys) == [
        "s1", "s2", "s3", "s4",
    ]  # fmt: skip


# --- findings ---


def test_findings_are_worded_in_their_own_phase_only(session):
    sentence = "Findings are worded in the last part of the session."
    for by, kind, data in [
        ("desk", "propose_finding", {"text": "x"}),
        ("seat", "propose_finding", {"text": "x"}),
        ("desk", "word_finding", {"finding": "f1", "text": "x"}),
        ("desk", "settle_finding", {"finding": "f1", "settled": "yes"}),
        ("desk", "drop_finding", {"finding": "f1"}),
        ("seat", "agree_finding", {"finding": "f1"}),
        ("seat", "dissent_finding", {"finding": "f1", "note": "x"}),
    ]:
        assert session.refused(by, kind, "s1" if by == "seat" else "", **data) == sentence


def test_the_activity_suggests_wordings(session):
    session.advance("share")
    session.play("seat", "group_word", "s1", word="trust")
    session.advance(FINDINGS)
    assert [f["text"] for f in session.room["findings"]] == ["A group said: trust"]


def test_agreeing_and_differing_replace_one_another(wording):
    finding = wording.room["findings"][0]
    assert wording.play("seat", "agree_finding", "s1", finding="f1") == READERS
    wording.play("seat", "agree_finding", "s1", finding="f1")
    assert finding["agree"] == ["s1"]
    wording.play("seat", "dissent_finding", "s1", finding="f1", note="Not in our school.")
    assert (finding["agree"], finding["dissent"]) == (
        [], [{"seat": "s1", "note": "Not in our school."}],
    )  # fmt: skip
    wording.play("seat", "dissent_finding", "s1", finding="f1", note="Not yet.")
    assert finding["dissent"] == [{"seat": "s1", "note": "Not yet."}]
    wording.play("seat", "agree_finding", "s1", finding="f1")
    assert (finding["agree"], finding["dissent"]) == (["s1"], [])


def test_the_desk_notes_several_views_of_the_room(wording):
    for note in ("One table sees it differently.", "So does another."):
        wording.play("desk", "dissent_finding", finding="f1", note=note)
    assert [d["note"] for d in wording.room["findings"][0]["dissent"]] == [
        "One table sees it differently.",
        "So does another.",
    ]


def test_new_words_need_new_agreement_and_keep_dissent(wording):
    finding = wording.room["findings"][0]
    wording.play("seat", "agree_finding", "s1", finding="f1")
    wording.play("seat", "dissent_finding", "s2", finding="f1", note="No.")
    wording.play("desk", "settle_finding", finding="f1", settled="yes")
    wording.play("desk", "word_finding", finding="f1", text=finding["text"])
    assert (finding["agree"], finding["settled"]) == (["s1"], True)
    wording.play("desk", "word_finding", finding="f1", text="Other words.")
    assert (finding["agree"], finding["settled"], len(finding["dissent"])) == ([], False, 1)


def test_a_dropped_wording_is_gone_and_its_number_too(wording):
    assert wording.play("desk", "drop_finding", finding="f1") == READERS
    wording.play("seat", "propose_finding", "s1", text="Another.")
    assert [f["id"] for f in wording.room["findings"]] == ["f2"]
    assert (
        wording.refused("seat", "agree_finding", "s2", finding="f1")
        == "This wording was dropped in the meantime."
    )


def test_there_is_an_end_to_wordings(wording):
    for number in range(MOST_FINDINGS - 1):
        wording.play("seat", "propose_finding", "s1", text=f"No {number}")
    assert (
        wording.refused("seat", "propose_finding", "s1", text="One more")
        == "There are already 12 wordings. Drop one first."
    )


# --- closing, and who may do what ---


def test_after_closing_nothing_changes(session):
    session.advance()
    session.now += 60
    session.play("house", "close")
    assert session.room["clock"]["spent"] == {"alone": 60}
    sentence = "This session is closed. Nothing can be changed any more."
    for by, kind in [("seat", "word"), ("desk", "pause"), ("house", "close"), ("house", "join")]:
        assert session.refused(by, kind, "s1" if by == "seat" else "") == sentence


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_shared_moves_only_by_those_who_may(session, kind):
    session.advance(FINDINGS)
    for by in {"seat", "desk", "house"} - set(KINDS[kind].by):
        sentence = session.refused(by, kind, "s1" if by == "seat" else "")
        assert sentence == "This move does not exist in this activity."


def test_own_moves_only_by_those_who_may_and_in_their_phase(session):
    assert (
        session.refused("seat", "word", "s1", word="x")
        == "That part of the session is not open: it is now “Waiting to start”."
    )
    session.advance()
    for by, kind in [("desk", "word"), ("seat", "praise"), ("house", "word"), ("seat", "what")]:
        sentence = session.refused(by, kind, "s1" if by == "seat" else "", word="x")
        assert sentence == "This move does not exist in this activity."
    assert session.refused("seat", "word", "s9", word="x") == (
        "Your seat was removed from this session. Ask the facilitator."
    )


def test_secret_counts_below_the_floor_are_not_kept(session):
    session.play("house", "tally", question="fair", cast=4, counts=["no=1", "yes=3"])
    assert session.room["tallies"] == {"fair": {"cast": 4, "counts": None}}
    session.play("house", "tally", question="fair", cast=5, counts=["no=1", "yes=4"])
    assert session.room["tallies"]["fair"] == {"cast": 5, "counts": {"no": 1, "yes": 4}}


def test_what_each_viewer_listens_to(session):
    session.advance("share")
    letter = engine.room_of(session.room).group_of("s1")
    seen = {
        kind: engine.audiences_of(engine.who_of(session.room, kind, "s1" if kind == "seat" else ""))
        for kind in ("seat", "desk", "screen", "record")
    }
    assert seen == {
        "seat": ("room", "wordings", "seat:s1", f"group:{letter}"),
        "desk": ("room", "desk"),
        "screen": ("room", "screen"),
        "record": ("room", "screen"),
    }


# --- replay ---

KIND_NAMES = sorted({*KINDS, *(kind.key for kind in ACTIVITY.moves)})
posts = st.tuples(
    st.sampled_from(["seat", "desk", "house"]),
    st.sampled_from(KIND_NAMES),
    st.sampled_from(["s1", "s2", "s3", "s4", "s5"]),
    st.sampled_from(["", "alone", "share", "praise", FINDINGS]),
    st.sampled_from(["A", "B", "C"]),
    st.integers(0, 90),
)


@given(st.lists(posts, max_size=60), st.integers(0, 1000))
def test_replaying_any_session_gives_the_same_room_and_state(moves, seed):
    session = Session()
    session.seed = str(seed)
    session.state = session.first_state()
    session.join("s1", "s2", "s3")
    for by, kind, seat, to, group, later in moves:
        session.now += later
        data = {
            "word": group, "text": group, "note": group, "finding": f"f{later % 4}", "to": to,
            "saw": session.room["phase"], "minutes": later, "settled": later % 2, "group": group,
            "school": group, "role": "teacher", "people": later % 4, "question": "fair",
            "cast": later, "counts": [f"yes={later}"], "seat": seat,
        }  # fmt: skip
        mover = seat if by == "seat" else ""
        before = deepcopy((session.room, session.state))
        try:
            outcome = engine.apply(
                ACTIVITY, session.room, session.state, by=by, seat=mover, kind=kind, data=data,
                moment=Moment(
                    session.now, engine.chance_for(session.seed, len(session.log) + 1)
                ),
            )  # fmt: skip
        except Refused:
            assert (session.room, session.state) == before
            continue
        session.log.append(
            {
                "seq": len(session.log) + 1, "by": by, "seat": mover, "kind": kind,
                "data": outcome.data, "at": session.now,
            }
        )  # fmt: skip
    room, state = engine.new_room(ACTIVITY, {}, 1_000_000), session.first_state()
    engine.replay(ACTIVITY, room, state, session.log, session.seed)
    assert (room, state) == (session.room, session.state)
    sat = [key for keys in room["groups"].values() for key in keys]
    assert len(sat) == len(set(sat))
    assert set(sat) <= set(room["seats"])


def test_chance_is_the_same_in_a_replay_and_differs_by_step():
    assert engine.chance_for("a", 1).random() == engine.chance_for("a", 1).random()
    assert len({engine.chance_for(seed, step).random() for seed in "ab" for step in (1, 2)}) == 4
    assert isinstance(engine.chance_for("a", 1), Random)
