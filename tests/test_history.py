"""The checker of histories finds what is broken, and nothing else: each history here is a good one
with one thing broken by hand."""

from dataclasses import replace

import pytest

from drills.history import KINDS, Line, Look, Post, Stored, Violation, check

POSTS = [
    Post(1, "s1", 1, "a-1", {"card": "c1"}, 1.0, 1.5, "kept", 3, "10:00"),
    Post(1, "s2", 1, "b-1", {"card": "c2"}, 1.2, 4.0, "again", 4, "10:00"),  # its answer was lost
    Post(1, "s1", 2, "a-2", {"card": "c3"}, 2.0, 2.5, "refused"),
    Post(1, "s1", 3, "a-3", {"card": "c4"}, 5.0, 5.5, "kept", 5, "10:01"),
    Post(2, "s1", 1, "c-1", {"card": "c1"}, 1.0, 1.1, "kept", 1, "10:00"),
]
LOOKS = [
    Look(1, "s1", 1.6, 1.7, 3),
    Look(1, "s2", 1.8, 1.9, 4),  # sees what is not yet acknowledged
    Look(1, "s1", 4.5, 4.6, 4),
    Look(1, "s2", 5.6, 5.7, 4, whole=False),  # of the other's move it need not know
    Look(2, "s1", 1.2, 1.3, 1),
]
ONE = Stored(
    1, 5,
    (
        Line(1, "house:join", {}), Line(2, "before", {}), Line(3, "a-1", {"card": "c1", "x": ""}),
        Line(4, "b-1", {"card": "c2"}), Line(5, "a-3", {"card": "c4"}),
    ),
    {"cards": 3}, {"cards": 3}, before=2,
)  # fmt: skip
OTHER = Stored(2, 1, (Line(1, "c-1", {"card": "c1"}),), {}, {})


def without(log, *seqs):
    return tuple(line for line in log if line.seq not in seqs)


def kinds(posts=POSTS, looks=LOOKS, one=ONE):
    return [violation.kind for violation in check(posts, looks, [one, OTHER])]


def changed(of, at, **fields):
    return [replace(one, **fields) if n == at else one for n, one in enumerate(of)]


def test_a_good_history_has_no_violation():
    assert check(POSTS, LOOKS, [ONE, OTHER]) == []


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ({"one": replace(ONE, revision=4, log=without(ONE.log, 5))}, ["lost"]),
        ({"one": replace(ONE, revision=6, log=(*ONE.log, Line(6, "a-3", {"card": "c4"})))},
         ["twice", "otherwise"]),
        ({"one": replace(ONE, revision=6, log=(*ONE.log, Line(6, "a-2", {"card": "c3"})))},
         ["refused", "order"]),
        ({"one": replace(ONE, revision=6, log=(*ONE.log, Line(6, "who", {})))}, ["nobody"]),
        ({"one": replace(ONE, log=without(ONE.log, 2))}, ["gap"]),
        ({"one": replace(ONE, revision=6)}, ["gap"]),
        ({"one": replace(ONE, replayed={"cards": 2})}, ["state"]),
        ({"one": replace(ONE, log=(*ONE.log[:4], Line(5, "a-3", {"card": "c9"})))}, ["otherwise"]),
        ({"posts": changed(POSTS, 3, status="")}, ["waiting"]),
        ({"posts": changed(POSTS, 1, revision=3)}, ["otherwise"]),
        ({"posts": [*POSTS, replace(POSTS[0], at="10:05")]}, ["otherwise"]),
        ({"looks": changed(LOOKS, 0, revision=2)}, ["stale"]),
        ({"looks": changed(LOOKS, 2, revision=3)}, ["stale"]),
        ({"looks": [*LOOKS, Look(1, "s3", 2.0, 2.1, 3)]}, ["stale"]),  # another saw more before
        ({"looks": changed(LOOKS, 3, revision=3)}, ["stale"]),
        ({"looks": changed(LOOKS, 3, whole=True)}, ["stale"]),
        ({"posts": changed(POSTS, 3, asked=1.3, number=0)}, ["order"]),  # its own order
        ({"posts": [*POSTS, Post(1, "s3", 1, "before", {}, 6.0, 6.1, "kept", 2)]}, ["order"]),
    ],
)  # fmt: skip
def test_what_is_broken_is_found(broken, found):
    assert kinds(**broken) == found
    assert set(found) <= set(KINDS)


def test_moves_of_a_run_that_is_gone_are_lost():
    assert check(POSTS, LOOKS, [ONE]) == [Violation("lost", "run 2")]


def test_a_violation_says_where():
    lost = replace(ONE, revision=4, log=without(ONE.log, 5))
    assert check(POSTS, LOOKS, [lost, OTHER]) == [Violation("lost", "run 1, s1, a-3")]
