"""The verbs of meetings. Each is one transaction with its rule line first."""

from exchange.meetings.actions.agenda import (
    add_item,
    attach_run,
    change_item,
    move_item,
    remove_item,
)
from exchange.meetings.actions.feeds import end_feed, keep_feed, make_feed
from exchange.meetings.actions.meetings import (
    answer_meeting,
    call_meeting,
    cancel_meeting,
    change_meeting,
    end_meeting,
    open_meeting,
)
from exchange.meetings.actions.points import (
    remove_point,
    reopen_point,
    settle_point,
    write_point,
)

__all__ = [
    "add_item",
    "answer_meeting",
    "attach_run",
    "call_meeting",
    "cancel_meeting",
    "change_item",
    "change_meeting",
    "end_feed",
    "end_meeting",
    "keep_feed",
    "make_feed",
    "move_item",
    "open_meeting",
    "remove_item",
    "remove_point",
    "reopen_point",
    "settle_point",
    "write_point",
]
