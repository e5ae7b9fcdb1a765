"""Each step of each procedure, from each state, by everybody: tests/steps.txt (D-6).

Driven by the verbs themselves, so page, command line and live move cannot differ. What somebody may
not see they cannot reach at all: that is the business of tests/permissions.txt.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction

from exchange.directory import actions as directory
from exchange.directory.models import Person
from exchange.live import actions as live
from exchange.live import shared_moves
from exchange.live.plugin import Refused
from exchange.meetings import actions as meetings
from tests.procedures import OF_PEOPLE, Procedure, Verb
from tests.session_procedures import AT_THE_DESK, BY_PHONES, MOVES
from tests.test_permissions import resolved
from tests.world import World

TABLE = Path(__file__).with_name("steps.txt")
PHONE = "phone"
BY_PEOPLE = (*AT_THE_DESK, *OF_PEOPLE)
#: What the engine says of a move that is not for who posts it.
NOT_THEIRS = "This move does not exist in this activity."
#: Names that the packages export and that are no steps, each with the reason.
NO_STEPS = {
    "find_address_change": "asks only",
    "find_invitation": "asks only",
    "is_released": "asks only",
    "left_without_co_leader": "asks only",
    "why_void": "asks only",
    "on_released": "a dictionary of what follows an answer",
    "on_withdrawn": "a dictionary of what follows an answer",
    "play_moves": "takes the moves of a session, which stand in the table one by one",
    "Posted": "a value: a move as it arrives",
    "Reply": "a value: what came of a move",
}
Met = dict[str, dict[str, str]]


def outcome(do: Callable[[], Any]) -> str:
    """done, refused (403 with a sentence), late (not in this state), or gone (not found)."""
    try:
        with transaction.atomic():
            answer = do()
            if isinstance(answer, live.Reply) and answer.status != "kept":
                return "refused" if answer.sentence == NOT_THEIRS else "late"
    except PermissionDenied:
        return "refused"
    except (ValidationError, Refused):
        return "late"
    except ObjectDoesNotExist:
        return "gone"
    return "done"


def met(world: World, procedure: Procedure, people: Mapping[str, Any]) -> Met:
    """What everybody meets at each verb and state; all of it undone again."""
    found: Met = {}
    for state, make in procedure.states.items():
        with transaction.atomic():
            here = deepcopy(world)
            thing = make(here)
            for verb, do in procedure.verbs.items():
                found[f"{verb}@{state}"] = {
                    who: tried(do, thing, person, here) for who, person in people.items()
                }
            transaction.set_rollback(True)
    return found


def tried(do: Verb, thing: Any, by: Any, world: World) -> str:
    """What one person meets; afterwards all is as it was before."""
    if isinstance(by, Person):
        by = Person.objects.get(pk=by.pk)  # with no rights remembered
    with transaction.atomic():
        came = outcome(lambda: do(deepcopy(thing), by, world))
        transaction.set_rollback(True)
    return came


def everything_met(world: World) -> Met:
    people = {who: person for who, person in world.people().items() if person}
    found: Met = {}
    for procedure in BY_PEOPLE:
        found |= met(world, procedure, people)
    for procedure in BY_PHONES:
        found |= met(world, procedure, {PHONE: None})
    return found | met(world, MOVES, {"desk": "desk", "seat": "seat"})


def read_table(people: list[str]) -> Met:
    """The table, with its groups of people resolved."""
    groups: dict[str, list[str]] = {"anyone": people}
    rows: Met = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            group, _, members = line[1:].partition("=")
            groups[group.strip()] = members.split()
        elif line.strip() and not line.startswith("#"):
            name, cell = (part.strip() for part in line.split("|"))
            assert name not in rows, f"{name} stands there twice"
            rows[name] = resolved(cell, groups)
    return rows


def test_every_verb_is_in_the_table_or_has_a_reason() -> None:
    there = [name for package in (directory, live, meetings) for name in package.__all__]
    steps = {verb for procedure in (*BY_PEOPLE, *BY_PHONES) for verb in procedure.verbs}
    assert sorted(there) == sorted({*steps, *NO_STEPS})
    assert steps & {*NO_STEPS} == set()
    assert sorted(MOVES.verbs) == sorted(shared_moves.KINDS)
    assert {name.partition("@")[0] for name in read_table([])} == steps | {*MOVES.verbs}


def test_everybody_takes_the_steps_of_the_table_and_no_other(world: World, settings: Any) -> None:
    settings.PRIVACY_CONTACT = world.cast.pam.email
    found = everything_met(world)
    table = read_table([who for who, person in world.people().items() if person])
    assert sorted(found) == sorted(table)
    wrong = [
        f"{name} {who}: {came}, expected {table[name].get(who)}"
        for name, row in found.items()
        for who, came in row.items()
        if table[name].get(who) != came
    ]
    assert wrong == []
    assert {name: sorted(row) for name, row in found.items()} == {
        name: sorted(row) for name, row in table.items()
    }
