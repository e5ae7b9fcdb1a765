"""The verbs of live runs, by noun. Each: one transaction, rule line, change, event, effects."""

from exchange.live.actions.findings import ask_finding_release
from exchange.live.actions.moves import Posted, Reply, cast_ballot, play_moves
from exchange.live.actions.runs import (
    cancel_run,
    change_run,
    close_run,
    create_run,
    lock_door,
    open_run,
    unlock_door,
    write_note,
)
from exchange.live.actions.seats import join_run, label_seat, remove_seat

__all__ = [
    "Posted",
    "Reply",
    "ask_finding_release",
    "cancel_run",
    "cast_ballot",
    "change_run",
    "close_run",
    "create_run",
    "join_run",
    "label_seat",
    "lock_door",
    "open_run",
    "play_moves",
    "remove_seat",
    "unlock_door",
    "write_note",
]
