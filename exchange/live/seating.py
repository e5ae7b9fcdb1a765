"""Which seat a request speaks for: by its cookie, or by the signed-in person."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse

from exchange.directory.models import Person
from exchange.live.codes import fingerprint, new_token
from exchange.live.guessing import shown_here
from exchange.live.models import Run, Seat, SeatQuerySet

COOKIE_LIFE = 7 * 24 * 3600
BIGGEST = 2**63 - 1  # SQLite is not asked for more: it knows no larger number


def cookie_name(run_id: int) -> str:
    return f"seat-{run_id}"


def seat_for(request: HttpRequest, run_id: int) -> Seat | None:
    """The seat this request holds in the run, or None. A removed seat is no seat, nor is one that
    waits at the door.

    A seat of an account follows the account: not open after signing out, nor to whoever signs in
    next on the same device.
    """
    return _held(request, run_id, Seat.objects.taken())


def door_for(request: HttpRequest, run_id: int) -> Seat | None:
    """The seat with which this request waits at the run's door, or None."""
    return _held(request, run_id, Seat.objects.at_the_door())


def _held(request: HttpRequest, run_id: int, seats: SeatQuerySet) -> Seat | None:
    if run_id > BIGGEST:
        return None
    seats = seats.filter(run_id=run_id).select_related("run")
    token = request.COOKIES.get(cookie_name(run_id), "")
    if token:
        found = seats.filter(token_hash=fingerprint(token)).first()
        if found and found.person_id in (None, request.user.pk):
            return found
    if isinstance(request.user, Person):
        return seats.filter(person=request.user).first()
    return None


def seat_or_404(request: HttpRequest, run_id: int) -> Seat:
    """The seat, or 404 whether the run, the seat or the cookie is missing."""
    seat = seat_for(request, run_id)
    if seat is None:
        raise Http404
    return seat


def facilitated_or_404(request: HttpRequest, run_id: int) -> Run:
    """The run if this person facilitates it, or 404. Its code is known where they are."""
    run = (
        Run.objects.facilitated_by(request.user).select_related("network").filter(pk=run_id).first()
    )
    if run is None:
        raise Http404
    if run.code:
        shown_here(request, run.code)
    return run


def give_cookie(response: HttpResponse, run: Run, token: str) -> None:
    """Hand the seat's token to this phone."""
    response.set_cookie(
        cookie_name(run.pk), token, max_age=COOKIE_LIFE, httponly=True,
        secure=settings.HTTPS, samesite="Lax", path="/",
    )  # fmt: skip


def new_once(run: Run) -> str:
    """A one-time id for the joining form of this run. Signed: nobody can choose one, and so find
    the seat of another who chose the same."""
    return Signer(salt=f"seat-{run.pk}").sign(new_token())


def read_once(run: Run, given: str) -> str:
    """The id of a form of this run as `new_once` made it; "" for anything else."""
    try:
        return Signer(salt=f"seat-{run.pk}").unsign(given)
    except BadSignature:
        return ""
