"""What a run may be part of: a meeting with several runs under one join code. The floor above fills
these lists in `apps.ready()`; live knows no more of a meeting than this."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from exchange.live.models import Run, Seat
from exchange.live.seating import seat_for


@dataclass(frozen=True)
class Gathering:
    """The join code that a run of it uses while it is open, the page on which its people wait
    between two runs, and the ids of its other runs."""

    code: str
    token: str
    code_ends_at: datetime
    waiting_url: str
    runs: tuple[int, ...]


#: Run -> the gathering it is part of, if that is open.
of_run: list[Callable[[Run], Gathering | None]] = []
#: (code, token), one of them "" -> the page of the open gathering they belong to, or "".
waiting_page: list[Callable[[str, str], str]] = []
#: Called when a run was set up; the page to go to instead of the run's own, or "".
after_setup: list[Callable[[HttpRequest, Run], str]] = []


def gathering_of(run: Run) -> Gathering | None:
    """The open gathering this run is part of, if any."""
    return next((found for find in of_run if (found := find(run))), None)


def page_of(code: str = "", token: str = "") -> str:
    """Where people wait who typed a gathering's code or opened its picture, or ""."""
    return next((url for find in waiting_page if (url := find(code, token))), "")


def earlier_seat(request: HttpRequest, run: Run) -> Seat | None:
    """A seat this request holds in another run of the same gathering: what it said of itself there
    need not be typed again."""
    gathering = gathering_of(run)
    runs = gathering.runs if gathering else ()
    return next((seat for pk in runs if (seat := seat_for(request, pk))), None)
