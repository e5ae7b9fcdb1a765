"""Who sits with whom: groups of people who do not usually work together. Pure.

The rule, in order: people in each group within the range; as few pairs of phones from one school
as possible; then as few pairs with one role. People are counted, not phones: a phone for two takes
two places. A table captain's phone (people >= the smallest size) is a group of its own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapreplace
from itertools import combinations
from math import ceil
from random import Random
from string import ascii_uppercase
from typing import Any

from exchange.core.translating import gettext as _
from exchange.core.translating import ngettext

Seats = Mapping[str, Mapping[str, Any]]
Groups = dict[str, list[str]]

SAME_SCHOOL, SAME_ROLE = 100, 1


def letter(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = ascii_uppercase[rest] + name
    return name


def people(keys: Iterable[str], seats: Seats) -> int:
    """How many people sit at these phones."""
    return sum(seats[key].get("people", 1) for key in keys)


def pairs(keys: Sequence[str], seats: Seats) -> tuple[int, int]:
    """How many pairs of phones are of one school, and how many of one role."""
    schools = Counter(seats[k]["school"] for k in keys if seats[k]["school"])
    roles = Counter(seats[k]["role"] for k in keys)

    def counted(counts: Counter[str]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    return counted(schools), counted(roles)


def cost(keys: Sequence[str], seats: Seats) -> int:
    """How far a group is from the rule: 100 for each pair of one school, 1 for each of one role."""
    schools, roles = pairs(keys, seats)
    return SAME_SCHOOL * schools + SAME_ROLE * roles


def shares(phones: Sequence[int], smallest: int, largest: int) -> list[list[int]]:
    """Phones, each for so many people, shared out evenly; the people in each group in the range.

    Where no sharing allows the range, as near to it as can be, and rather one too many than too
    few. Phones for one and for two are shared out as evenly as is possible at all, so that a
    sharing within the range is found whenever there is one; this holds for `smallest` up to 3,
    above it phones for three may stand in the way.

    >>> [sum(share) for share in shares([1] * 11, 3, 5)], shares([2, 2, 2], 3, 5)
    ([4, 4, 3], [[2, 2, 2]])
    """
    if not phones:
        return []
    total = sum(phones)
    wanted = round(total / ((smallest + largest) / 2))
    most = min(len(phones), ceil(total / smallest))

    def fault(groups: list[list[int]]) -> tuple[int, ...]:
        sums = [sum(group) for group in groups]
        few = sum(max(0, smallest - n) for n in sums)
        many = sum(max(0, n - largest) for n in sums)
        return (few + many, few, abs(len(groups) - wanted), len(groups))

    counts = range(min(most, max(1, total // largest)), most + 1)
    return min((_even(phones, count) for count in counts), key=fault)


def _even(phones: Sequence[int], count: int) -> list[list[int]]:
    """The largest first, each to the group with the fewest people."""
    groups: list[list[int]] = [[] for _ in range(count)]
    lightest = [(0, i) for i in range(count)]
    for phone in sorted(phones, reverse=True):
        sits, i = lightest[0]
        groups[i].append(phone)
        heapreplace(lightest, (sits + phone, i))
    return groups


def form_groups(seats: Seats, size: tuple[int, int], chance: Random) -> Groups:
    """Letters -> seat keys, by the rule above. Every seat is in exactly one group.

    Greedy from the most common school, then improved by swaps until none helps (bounded). 500
    phones took about half a second on one core, up to four where all came from three schools.
    """
    tables = [k for k in seats if people([k], seats) >= size[0]]
    single = [k for k in seats if people([k], seats) < size[0]]
    chance.shuffle(single)
    common = Counter(seats[k]["school"] for k in single)
    single.sort(key=lambda k: (-common[seats[k]["school"]], seats[k]["school"], seats[k]["role"]))
    places = [Counter(share) for share in shares([people([k], seats) for k in single], *size)]
    groups: list[list[str]] = [[] for _ in places]
    for key in single:
        wide = people([key], seats)
        best = min(
            (i for i, free in enumerate(places) if free[wide]),
            key=lambda i: (cost([*groups[i], key], seats) - cost(groups[i], seats), len(groups[i])),
        )
        groups[best].append(key)
        places[best][wide] -= 1
    improve(groups, seats, size)
    return {letter(i): keys for i, keys in enumerate([*groups, *([t] for t in tables)])}


def improve(groups: list[list[str]], seats: Seats, size: tuple[int, int], rounds: int = 4) -> None:
    """Swap pairs between groups while that lowers the whole cost; at most `rounds` passes."""
    for _round in range(rounds):
        better = False
        for first, second in combinations(range(len(groups)), 2):
            a, b = groups[first], groups[second]
            if cost(a, seats) < SAME_SCHOOL and cost(b, seats) < SAME_SCHOOL and len(groups) > 12:
                continue  # a hall: splitting schools matters, a perfect mix of roles does not
            for i in range(len(a)):
                for j in range(len(b)):
                    if not _fits(a, b, people([b[j]], seats) - people([a[i]], seats), seats, size):
                        continue
                    before = cost(a, seats) + cost(b, seats)
                    a[i], b[j] = b[j], a[i]
                    if cost(a, seats) + cost(b, seats) < before:
                        better = True
                    else:
                        a[i], b[j] = b[j], a[i]
        if not better:
            return


def _fits(a: list[str], b: list[str], more: int, seats: Seats, size: tuple[int, int]) -> bool:
    """Whether `a` may have so many people more and `b` so many fewer."""
    return more == 0 or all(
        size[0] <= n <= size[1] for n in (people(a, seats) + more, people(b, seats) - more)
    )


def place_latecomer(
    groups: Groups, seats: Seats, key: str, size: tuple[int, int], free: str
) -> str:
    """The letter of the group a latecomer joins; `free`, a new one, if all are full or for a table.

    A group that is still too small first; then where the rule suffers least; among equals the
    smallest. Nobody is put to a table that has its own phone, nor alone into an emptied group.
    """
    smallest, largest = size
    coming = people([key], seats)
    if coming >= smallest:
        return free
    shared = {
        name: people(keys, seats)
        for name, keys in groups.items()
        if keys and all(people([k], seats) < smallest for k in keys)
    }
    # Better a group of one too many than somebody sitting alone.
    able = [n for n, sits in shared.items() if sits + coming <= largest] or [
        n for n, sits in shared.items() if sits + coming <= largest + 1
    ]
    if not able:
        return free

    def suffers(name: str) -> tuple[bool, int, int, str]:
        more = cost([*groups[name], key], seats) - cost(groups[name], seats)
        return (shared[name] >= smallest, more, shared[name], name)

    return min(able, key=suffers)


def notes(groups: Mapping[str, Sequence[str]], seats: Seats, size: tuple[int, int]) -> list[str]:
    """Sentences on what the rule could not do; empty when it is satisfied."""
    smallest, largest = size
    counted = [pairs(keys, seats) for keys in groups.values()]
    schools, roles = sum(s for s, _ in counted), sum(r for _, r in counted)
    unknown = sum(not seats[k]["school"] for keys in groups.values() if len(keys) > 1 for k in keys)
    said = []
    if schools:
        said.append(
            ngettext(
                "One pair from the same school could not be split.",
                "{number} pairs from the same school could not be split.",
                schools,
            ).format(number=schools)
        )
    if roles:
        said.append(
            ngettext(
                "One pair with the same role could not be split.",
                "{number} pairs with the same role could not be split.",
                roles,
            ).format(number=roles)
        )
    if unknown:
        said.append(
            ngettext(
                "One phone named no school: colleagues may sit together.",
                "{number} phones named no school: colleagues may sit together.",
                unknown,
            ).format(number=unknown)
        )
    return said + [_of_size(name, people(keys, seats), size) for name, keys in groups.items()
                   if 0 < people(keys, seats) < smallest or people(keys, seats) > largest]  # fmt: skip


def _of_size(name: str, sits: int, size: tuple[int, int]) -> str:
    smallest, largest = size
    sentence = (
        _("Group {name} has only {sits}; groups work best with {smallest} to {largest}.")
        if sits < smallest
        else _("Group {name} has {sits}; groups work best with {smallest} to {largest}.")
    )
    return sentence.format(name=name, sits=sits, smallest=smallest, largest=largest)


def mixed(groups: Mapping[str, Sequence[str]], seats: Seats) -> bool:
    """Whether it is known that nobody meets a school or a role twice in their group.

    It is not where a phone named no school or is for several people: who they are is not known.
    """
    filled = [keys for keys in groups.values() if keys]
    return bool(filled) and all(
        len(keys) > 1
        and cost(keys, seats) == 0
        and all(seats[key]["school"] and people([key], seats) == 1 for key in keys)
        for keys in filled
    )
