"""Guesses of join codes: when they are paused, and whom that never touches.

The figures and what they leave to a guesser: docs/decisions/0013.
"""

from django.http import HttpRequest

from exchange.core.limits import address_of, failed, too_many, vouch, vouched

# Wrong codes a minute, from one address and from everywhere together.
PER_ADDRESS, EVERYWHERE, WINDOW = 60, 600, 60
LIFE_OF_A_CODE = 12 * 3600


def shown_here(request: HttpRequest, code: str) -> None:
    """A desk or projector shows this code at this address: in that room it is always let in."""
    vouch("code shown", f"{code} {address_of(request)}", LIFE_OF_A_CODE)


def paused(request: HttpRequest, code: str) -> bool:
    """Whether to answer "wait" without looking whether the code is right.

    Asked before the look, so that neither words nor time tell a right guess from a wrong one.
    """
    if vouched("code shown", f"{code} {address_of(request)}"):
        return False
    return too_many("code", address_of(request), PER_ADDRESS) or too_many(
        "code", "everywhere", EVERYWHERE
    )


def guessed_wrong(request: HttpRequest) -> None:
    """Count a wrong code."""
    failed("code", address_of(request), WINDOW)
    failed("code", "everywhere", WINDOW)


def once_paused(request: HttpRequest) -> bool:
    """Whether to answer "wait" to a one-time code without looking whether it is right."""
    return too_many("one-time code", address_of(request), PER_ADDRESS) or too_many(
        "one-time code", "everywhere", EVERYWHERE
    )


def once_wrong(request: HttpRequest) -> None:
    """Count a wrong one-time code."""
    failed("one-time code", address_of(request), WINDOW)
    failed("one-time code", "everywhere", WINDOW)
