"""Named places in the directory's pages that upper packages fill when their app is ready.

A filler looks at the request and says which template to show with which words, or None for
nothing. It authorises what it shows by itself (`visible_to(request.user)`): a slot guards nothing.

    # in LiveConfig.ready()
    slots.network_panels.append(live.panels.runs_of_network)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from exchange.directory.models import Network, Person

Filling = tuple[str, dict[str, Any]] | None


@dataclass(frozen=True)
class Subject:
    """How a thing that asks to be released is shown to who decides: its words, its page, and in
    a sentence what agreeing opens besides the thing itself."""

    title: str
    url: str = ""
    opens: str = ""


@dataclass(frozen=True)
class Step:
    """A first step as the home page offers it: what, what comes of it, where, and its button."""

    key: str
    title: str
    sentence: str
    url: str
    button: str


@dataclass(frozen=True)
class FirstStep:
    """An offer of a first step. `find` gives it for whom it is open; the lowest rank is asked first."""

    rank: int
    key: str
    find: Callable[[Person], Step | None]


#: What somebody new can do in five minutes.
first_steps: list[FirstStep] = []
#: Panels of the network page, in this order.
network_panels: list[Callable[[HttpRequest, Network], Filling]] = []
#: Cards of the home page: what needs the person who signed in.
home_cards: list[Callable[[HttpRequest], Filling]] = []
#: Model name -> what these ids are, as far as the person may see them; the rest is left out.
release_subjects: dict[str, Callable[[Person, list[int]], dict[int, Subject]]] = {}
#: Names of addresses that somebody meets before they have set up a second step they must have:
#: what needs no account, and what belongs to a session that is being held.
before_second_step: set[str] = set()


def fill(slot: Iterable[Callable[..., Filling]], request: HttpRequest, *about: Any) -> list[str]:
    """The rendered parts of a slot, in order, without those that have nothing to show."""
    fillings = (filler(request, *about) for filler in slot)
    return [
        render_to_string(template, words, request=request)
        for template, words in (filling for filling in fillings if filling)
    ]


def subjects_of(
    person: Person, things: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], Subject]:
    """What (kind, id) pairs are, asked once a kind; what the person may not see is missing."""
    wanted: dict[str, list[int]] = {}
    for kind, pk in things:
        wanted.setdefault(kind, []).append(pk)
    found: dict[tuple[str, int], Subject] = {}
    for kind, ids in wanted.items():
        if show := release_subjects.get(kind):
            found |= {(kind, pk): subject for pk, subject in show(person, ids).items()}
    return found
