"""What clients saw against what is stored: a history in, the violations out. Pure.

In the manner of Jepsen (Kyle Kingsbury): faults are no excuse. Whatever was acknowledged is in the
log once and as it was told, whoever looks afterwards sees it, and the log played again gives what is
stored. All times are seconds of one clock; only "answered before the other was asked" counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KEPT = ("kept", "again")


@dataclass(frozen=True)
class Post:
    """One move of a client, from the first time it was sent to the answer that judged it.

    number    its place among the client's own moves, which are sent one after another
    data      what was posted, of which kind and by whom, as it must stand in the log
    status    kept, again or refused; "" where it was never judged
    revision  that the answer named, and `at` its time
    """

    run: int
    client: str
    number: int
    move_id: str
    data: Mapping[str, str]
    asked: float
    answered: float
    status: str
    revision: int = 0
    at: str = ""


@dataclass(frozen=True)
class Look:
    """One view of a client.

    whole  the page came; otherwise the server said that nothing changed for this client, and
           `revision` is that of the page it has
    """

    run: int
    client: str
    asked: float
    answered: float
    revision: int
    whole: bool = True


@dataclass(frozen=True)
class Line:
    """One line of a run's log."""

    seq: int
    move_id: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Stored:
    """A run as the database has it in the end.

    before    the revision from which on the clients were there
    state     what is stored, and `replayed` what the log gives when it is played again
    """

    run: int
    revision: int
    log: Sequence[Line]
    state: Any
    replayed: Any
    before: int = 0


@dataclass(frozen=True)
class Violation:
    """What went wrong, in one word, and where."""

    kind: str
    where: str


#: Each kind of violation with what it means.
KINDS = {
    "lost": "acknowledged, and not in the log",
    "twice": "in the log more than once",
    "otherwise": "in the log otherwise than it was sent or told",
    "refused": "refused, and in the log all the same",
    "nobody": "in the log, and sent by nobody",
    "waiting": "never judged",
    "stale": "a view older than what was acknowledged or shown before",
    "order": "in the log before what was acknowledged earlier",
    "gap": "a number of the log is missing",
    "state": "the log played again does not give what is stored",
}


def check(
    posts: Iterable[Post], looks: Iterable[Look], stored: Iterable[Stored]
) -> list[Violation]:
    """All violations in this history of one or more runs; [] where all is well."""
    by_run: dict[int, list[Post]] = defaultdict(list)
    looked: dict[int, list[Look]] = defaultdict(list)
    for post in posts:
        by_run[post.run].append(post)
    for look in looks:
        looked[look.run].append(look)
    found: list[Violation] = []
    for run in stored:
        mine = sorted(by_run.pop(run.run, []), key=lambda post: post.asked)
        found += [*_moves(mine, run), *_order(mine, run), *_whole(run)]
        found += _stale(mine, sorted(looked[run.run], key=lambda look: look.asked))
    found += [Violation("lost", f"run {run}") for run in by_run]
    return found


def _moves(posts: list[Post], run: Stored) -> Iterator[Violation]:
    """Each move by itself: there or not, once, as sent and as told."""
    lines = {line.move_id: line for line in run.log}
    for move_id, times in Counter(line.move_id for line in run.log).items():
        if times > 1:
            yield Violation("twice", f"run {run.run}, {move_id}: {times} times")
    told: dict[str, tuple[int, str]] = {}
    for post in posts:
        line, where = lines.get(post.move_id), f"run {run.run}, {post.client}, {post.move_id}"
        if not post.status:
            yield Violation("waiting", where)
        elif post.status not in KEPT:
            if line is not None:
                yield Violation("refused", where)
        elif line is None:
            yield Violation("lost", where)
        else:
            sent = {name: line.data.get(name) for name in post.data}
            words = (post.revision, post.at)
            if line.seq != post.revision or sent != dict(post.data):
                yield Violation("otherwise", where)
            elif told.setdefault(post.move_id, words) != words:
                yield Violation("otherwise", f"{where}: answered in two ways")
    known = {post.move_id for post in posts}
    for line in run.log:
        if line.seq > run.before and line.move_id not in known:
            yield Violation("nobody", f"run {run.run}, {line.move_id}")


def _order(posts: list[Post], run: Stored) -> Iterator[Violation]:
    """What was acknowledged before another was sent stands before it in the log; the moves of one
    client stand in its own order."""
    seqs = {line.move_id: line.seq for line in run.log}
    answered = sorted((post for post in posts if post.status in KEPT), key=lambda p: p.answered)
    newest, at = 0, 0
    for post in posts:
        while at < len(answered) and answered[at].answered < post.asked:
            newest, at = max(newest, answered[at].revision), at + 1
        if post.status == "kept" and seqs.get(post.move_id, newest) < newest:
            yield Violation("order", f"run {run.run}, {post.client}, {post.move_id}")
    mine: dict[str, int] = defaultdict(int)
    for post in sorted(posts, key=lambda post: (post.client, post.number)):
        seq = seqs.get(post.move_id, mine[post.client])
        if seq < mine[post.client]:
            yield Violation("order", f"run {run.run}, {post.client}'s own, {post.move_id}")
        mine[post.client] = max(seq, mine[post.client])


def _stale(posts: list[Post], looks: list[Look]) -> Iterator[Violation]:
    """No view is older than what anybody was told, or shown, before it was asked for. One that says
    "nothing changed for you" must know of the client's own moves."""
    said = [(post.answered, post.revision, post.client) for post in posts if post.status in KEPT]
    said += [(look.answered, look.revision, "") for look in looks if look.whole]
    said.sort()
    own: dict[str, int] = defaultdict(int)
    newest, at = 0, 0
    for look in looks:
        while at < len(said) and said[at][0] < look.asked:
            _when, revision, client = said[at]
            newest, own[client] = max(newest, revision), max(own[client], revision)
            at += 1
        due = newest if look.whole else own[look.client]
        if look.revision < due:
            yield Violation("stale", f"run {look.run}, {look.client}: {look.revision}, not {due}")


def _whole(run: Stored) -> Iterator[Violation]:
    """The log has each number once, up to the run's; played again it gives what is stored."""
    seqs = [line.seq for line in run.log]
    if seqs != list(range(1, run.revision + 1)):
        yield Violation("gap", f"run {run.run}: {len(seqs)} lines, revision {run.revision}")
    if run.state != run.replayed:
        yield Violation("state", f"run {run.run}")
