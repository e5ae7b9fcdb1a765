"""The verbs of live runs, by noun. Each: one transaction, rule line, change, event, effects."""

from exchange.live.actions.admissions import (
    admit_everybody,
    admit_seat,
    refuse_seat,
    unwatch_door,
    watch_door,
)
from exchange.live.actions.claiming import claim_by_code, claim_seat, make_claim_code
from exchange.live.actions.facilitators import (
    add_facilitator,
    end_facilitator,
    hand_over,
    make_desk_code,
    take_desk,
)
from exchange.live.actions.findings import ask_finding_release
from exchange.live.actions.learning import write_learning_note
from exchange.live.actions.moves import Posted, Reply, cast_ballot, play_moves
from exchange.live.actions.papers import (
    drop_table,
    drop_typing,
    finish_typing,
    keep_room,
    keep_table,
    start_typing,
)
from exchange.live.actions.rejoining import make_place_code, make_seat_code, rejoin
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
    "add_facilitator",
    "admit_everybody",
    "admit_seat",
    "ask_finding_release",
    "cancel_run",
    "cast_ballot",
    "change_run",
    "claim_by_code",
    "claim_seat",
    "close_run",
    "create_run",
    "drop_table",
    "drop_typing",
    "end_facilitator",
    "finish_typing",
    "hand_over",
    "join_run",
    "keep_room",
    "keep_table",
    "label_seat",
    "lock_door",
    "make_claim_code",
    "make_desk_code",
    "make_place_code",
    "make_seat_code",
    "open_run",
    "play_moves",
    "refuse_seat",
    "rejoin",
    "remove_seat",
    "start_typing",
    "take_desk",
    "unlock_door",
    "unwatch_door",
    "watch_door",
    "write_learning_note",
    "write_note",
]
