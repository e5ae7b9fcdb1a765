"""Whether the time of an answer tells what another network has: each address with a thing of that
network and with one that is not there, by turns, in a database of its own. Measured is the
processor's time, which other programs do not disturb. Prints the median of both where they differ
most, and fails where one takes a fifth longer than the other (D-3).

    .venv/bin/python bench/not_yours.py
"""

import os
import sys
import time
from statistics import median

from ground import ROOT, throw_away_database

os.environ |= {"EXCHANGE_SECOND_STEP": "nobody", "ALLOWED_HOSTS": "testserver"}
sys.path.insert(0, str(ROOT))
folder = throw_away_database()

from django.core.cache import cache  # noqa: E402
from django.test import Client  # noqa: E402

from tests import world  # noqa: E402
from tests.cast import cast as build_cast  # noqa: E402
from tests.test_permissions import of_another_network  # noqa: E402

TIMES, SHOWN, MOST = 60, 5, 1.2


def took(client: Client, method: str, path: str) -> float:
    """How long one answer takes."""
    cache.clear()
    began = time.thread_time()
    answer = getattr(client, method)(path)
    lasted = time.thread_time() - began
    assert answer.status_code == 404, (path, answer.status_code)
    return lasted


def main() -> int:
    place = world.everything(build_cast())
    pairs = {name: (theirs, missing) for name, theirs, missing in of_another_network(place)}
    found = []
    for who in ("ada", "max"):
        client = place.client(who)
        for name, paths in pairs.items():
            method = "post" if client.get(paths[0]).status_code == 405 else "get"
            times: dict[str, list[float]] = {path: [] for path in paths}
            for number in range(TIMES):
                for path in paths[:: 1 if number % 2 else -1]:
                    times[path].append(took(client, method, path))
            theirs, missing = (median(times[path]) for path in paths)
            found.append((max(theirs, missing) / min(theirs, missing), who, name, theirs, missing))
    found.sort(reverse=True)
    for ratio, who, name, theirs, missing in found[:SHOWN]:
        shown = f"{theirs * 1000:.2f} ms theirs, {missing * 1000:.2f} ms not there"
        print(f"{who} {name}: {shown}; {(ratio - 1) * 100:.0f} % apart")
    print(
        f"{len(found)} addresses, {(median(one[0] for one in found) - 1) * 100:.1f} % in the middle"
    )
    return 0 if found[0][0] <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
