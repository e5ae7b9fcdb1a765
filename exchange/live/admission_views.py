"""The door, watched: the switch, and the desk's word on whoever waits."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from exchange.directory.requests import SignedIn
from exchange.live.actions import (
    admit_everybody,
    admit_seat,
    refuse_seat,
    unwatch_door,
    watch_door,
)
from exchange.live.desk_views import pressed_at_desk
from exchange.live.models import Run, Seat
from exchange.live.seating import facilitated_or_404


@login_required
@require_POST
def door_watch(request: SignedIn, run_id: int) -> HttpResponse:
    """`watched=yes` lets people in one by one, anything else at once."""
    run = facilitated_or_404(request, run_id)
    action = watch_door if request.POST.get("watched") == "yes" else unwatch_door
    return pressed_at_desk(request, run, "desk", action)


@login_required
@require_POST
def admissions(request: SignedIn, run_id: int) -> HttpResponse:
    """Everybody who waits is let in."""
    run = facilitated_or_404(request, run_id)
    return pressed_at_desk(request, run, "desk", admit_everybody)


@login_required
@require_POST
def seat_admission(request: SignedIn, run_id: int, key: str) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    return pressed_at_desk(request, run, "desk", admit_seat, seat=_coming(run, key))


@login_required
@require_POST
def seat_refusal(request: SignedIn, run_id: int, key: str) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    return pressed_at_desk(request, run, "desk", refuse_seat, seat=_coming(run, key))


def _coming(run: Run, key: str) -> Seat:
    """A seat of this run, waiting or just decided by another's press; the action says which."""
    return get_object_or_404(run.seats.all(), key=key)
