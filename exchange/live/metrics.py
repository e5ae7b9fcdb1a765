"""What a session costs and what becomes of moves, counted for `/metrics` (core/metrics.py)."""

from collections.abc import Callable, Iterable

from prometheus_client import Counter, Histogram

from exchange.core.metrics import asked, registry

moves = Counter("exchange_moves", "Moves, by what became of them.", ["answer"], registry=registry)
for answer in ("kept", "again", "refused", "later", "failed"):
    moves.labels(answer)
batches = Histogram(
    "exchange_hall_batch_moves",
    "Moves that the hall played in one transaction.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
    registry=registry,
)
commits = Histogram(
    "exchange_hall_commit_seconds",
    "From the beginning of such a transaction until it was on the disk.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=registry,
)
looks = Counter(
    "exchange_looks",
    "Views of a session that were made, by who looks.",
    ["view"],
    registry=registry,
)
for view in ("seat", "desk", "screen", "record"):
    looks.labels(view)


def answered(statuses: Iterable[str]) -> None:
    """Moves were judged, and this became of each."""
    for status in statuses:
        moves.labels(status).inc()


def committed(number: int, seconds: float) -> None:
    """The hall played so many moves in one transaction, which took so long."""
    batches.observe(number)
    commits.observe(seconds)


def looked(view: str) -> None:
    """A view was made for a seat, the desk, the screen or the record."""
    looks.labels(view).inc()


def streams_by(count: Callable[[], int]) -> None:
    """From now on this says how many event streams are open."""
    asked("exchange_streams", "Event streams of sessions that are open.", count)
