"""Who sits with whom: groups of people who do not usually work together. Pure.

The rule, in order: sizes within the range; as few pairs from one school as possible; then as few
pairs with one role. A table captain's phone (people >= the smallest size) is a group of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from random import Random
from string import ascii_uppercase
from typing import Any

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


def cost(keys: Sequence[str], seats: Seats) -> int:
    """How far a group is from the rule: 100 for each pair of one school, 1 for each of one role."""
    schools = Counter(seats[k]["school"] for k in keys if seats[k]["school"])
    roles = Counter(seats[k]["role"] for k in keys)

    def pairs(counts: Counter[str]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    return SAME_SCHOOL * pairs(schools) + SAME_ROLE * pairs(roles)


def sizes(people: int, smallest: int, largest: int) -> list[int]:
    """Even group sizes within the range where that is possible.

    >>> sizes(11, 3, 5), sizes(7, 3, 5), sizes(2, 3, 5), sizes(0, 3, 5)
    ([4, 4, 3], [4, 3], [2], [])
    """
    if people == 0:
        return []
    count = max(1, round(people / ((smallest + largest) / 2)))
    while count > 1 and people < count * smallest:
        count -= 1
    while people > count * largest:
        count += 1
    each, over = divmod(people, count)
    return [each + 1] * over + [each] * (count - over)


def form_groups(seats: Seats, size: tuple[int, int], chance: Random) -> Groups:
    """Letters -> seat keys, by the rule above. Every seat is in exactly one group.

    Greedy from the most common school, then improved by swaps until none helps (bounded).
    """
    smallest, largest = size
    tables = [k for k in seats if seats[k].get("people", 1) >= smallest]
    single = [k for k in seats if k not in set(tables)]
    chance.shuffle(single)
    common = Counter(seats[k]["school"] for k in single)
    single.sort(key=lambda k: (-common[seats[k]["school"]], seats[k]["school"], seats[k]["role"]))
    wanted = sizes(len(single), smallest, largest)
    groups: list[list[str]] = [[] for _ in wanted]
    for key in single:
        open_groups = [i for i, g in enumerate(groups) if len(g) < wanted[i]]
        best = min(
            open_groups,
            key=lambda i: (cost([*groups[i], key], seats) - cost(groups[i], seats), len(groups[i])),
        )
        groups[best].append(key)
    improve(groups, seats)
    return {letter(i): keys for i, keys in enumerate([*groups, *([t] for t in tables)])}


def improve(groups: list[list[str]], seats: Seats, rounds: int = 4) -> None:
    """Swap pairs between groups while that lowers the whole cost; at most `rounds` passes."""
    for _ in range(rounds):
        better = False
        for first, second in combinations(range(len(groups)), 2):
            a, b = groups[first], groups[second]
            if cost(a, seats) < SAME_SCHOOL and cost(b, seats) < SAME_SCHOOL and len(groups) > 12:
                continue  # a hall: splitting schools matters, a perfect mix of roles does not
            for i in range(len(a)):
                for j in range(len(b)):
                    before = cost(a, seats) + cost(b, seats)
                    a[i], b[j] = b[j], a[i]
                    if cost(a, seats) + cost(b, seats) < before:
                        better = True
                    else:
                        a[i], b[j] = b[j], a[i]
        if not better:
            return


def place_latecomer(
    groups: Groups, seats: Seats, key: str, size: tuple[int, int], free: str
) -> str:
    """The letter of the group a latecomer joins; `free`, a new one, if all are full or for a table.

    The group where the rule suffers least; among equals the smallest.
    """
    smallest, largest = size
    if seats[key].get("people", 1) >= smallest:
        return free
    able = [
        name for name, keys in groups.items()
        if len(keys) < largest and not any(seats[k].get("people", 1) >= smallest for k in keys)
    ]  # fmt: skip
    if not able:
        # Better a group of one too many than somebody sitting alone.
        able = [
            n
            for n, keys in groups.items()
            if sum(seats[k].get("people", 1) for k in keys) < largest + 1
        ]
    if not able:
        return free
    return min(
        able,
        key=lambda n: (cost([*groups[n], key], seats) - cost(groups[n], seats), len(groups[n]), n),
    )


def notes(groups: Mapping[str, Sequence[str]], seats: Seats, size: tuple[int, int]) -> list[str]:
    """Sentences on what the rule could not do; empty when it is satisfied."""
    smallest, largest = size
    said = []
    pairs = sum(cost(keys, seats) // SAME_SCHOOL for keys in groups.values())
    if pairs:
        who = "One pair" if pairs == 1 else f"{pairs} pairs"
        said.append(f"{who} from the same school could not be split.")
    for name, keys in groups.items():
        people = sum(seats[k].get("people", 1) for k in keys)
        if people < smallest:
            said.append(
                f"Group {name} has only {people}; groups work best with {smallest} to {largest}."
            )
        elif people > largest and len(keys) > 1:
            said.append(
                f"Group {name} has {people}; groups work best with {smallest} to {largest}."
            )
    return said
