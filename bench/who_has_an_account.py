"""Whether the time of an answer tells who has an account, or which code there once was: signing in
with a wrong password, asking for a new one, for another address, inviting, joining, going on with a
seat. Welch's t-test over 200 answers each (D-12), in a database of its own; prints both medians and
p. Below 0.01 the clock tells something.

    .venv/bin/python bench/who_has_an_account.py
"""

import itertools
import os
import sys
import time
from collections.abc import Callable
from statistics import median

from ground import ROOT, throw_away_database
from scipy.stats import ttest_ind

os.environ |= {"EXCHANGE_SECOND_STEP": "nobody", "ALLOWED_HOSTS": "testserver"}
sys.path.insert(0, str(ROOT))
folder = throw_away_database()

from django.core.cache import cache  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from exchange.core.models import Letter  # noqa: E402
from exchange.directory.models import Invitation, Person, Role  # noqa: E402
from exchange.live import actions as live  # noqa: E402
from exchange.live.actions.one_time import find_code  # noqa: E402
from exchange.live.codes import new_code  # noqa: E402
from exchange.live.models import OneTimeCode, Run  # noqa: E402
from tests import make, world  # noqa: E402
from tests.cast import cast as build_cast  # noqa: E402

TIMES = 200
NOBODY = "nobody@example.org"
Ask = Callable[[str], None]


def by_post(path: str, field: str, **more: str) -> Ask:
    """A stranger's post to a form."""
    return lambda word: void(Client().post(path, {field: word, **more}))


def void(_answer: object) -> None:
    return None


def another_address(person: Person) -> Ask:
    """Asking for another address, each time as if for the first time."""

    def ask(email: str) -> None:
        client = Client()
        client.force_login(person)
        person.address_changes.all().delete()
        timed(lambda: client.post("/account/address/", {"email": email}))

    return ask


def inviting(network: int, co_leaders: list[Person]) -> Ask:
    """A co-leader's invitation; each of many writes a few, because twenty an hour is the most."""
    turns = itertools.cycle(co_leaders)

    def ask(email: str) -> None:
        Invitation.objects.all().delete()
        Letter.objects.all().delete()
        client = Client()
        client.force_login(next(turns))
        words = {"email": email, "role": Role.FACILITATOR}
        timed(lambda: client.post(f"/networks/{network}/invitations/", words))

    return ask


clock: list[float] = []


def timed(do: Callable[[], object]) -> None:
    """Do it and note how long it took."""
    began = time.perf_counter()
    do()
    clock.append(time.perf_counter() - began)


def asked(ask: Ask, word: str) -> float:
    """How long one answer took: of the part that `ask` times, else of all."""
    cache.clear()
    clock.clear()
    began = time.perf_counter()
    ask(word)
    return clock[-1] if clock else time.perf_counter() - began


def an_old_code() -> str:
    """The code of a session that is open and whose code has run out."""
    run = Run.objects.open().exclude(code=None).first()
    assert run is not None
    Run.objects.filter(pk=run.pk).update(code_ends_at=timezone.now())
    return str(run.code)


def a_used_code(run: Run) -> str:
    """A one-time code that has been taken up."""
    seat = run.seats.taken().filter(person=None).first()
    assert seat is not None
    letters = live.make_seat_code(seat=seat)
    code = find_code(letters, OneTimeCode.Kind.SEAT)
    assert code is not None
    live.rejoin(code=code)
    return letters


def main() -> int:
    people = build_cast()
    all_of_it = world.everything(people)
    known = make.person("Known", email="known@example.org", password=make.PASSWORD)
    leaders = [make.person() for _ in range(40)]
    for person in leaders:
        make.role(person, Role.CO_LEADER, people.harbour)
    used = a_used_code(all_of_it.open_run)
    old = an_old_code()
    accounts = (known.email, NOBODY)
    worst = 1.0
    for name, words, ask in (
        ("signing in", accounts, by_post("/account/sign-in/", "login", password="not the one")),
        ("a new password", accounts, by_post("/account/password/reset/", "email")),
        ("another address", accounts, another_address(people.ada)),
        ("an invitation", accounts, inviting(people.harbour.pk, leaders)),
        ("a code that ran out and an invented one", (old, new_code()),
         lambda word: void(Client().get(f"/join/{word}/"))),
        ("a used one-time code and an invented one", (used, new_code()),
         by_post("/rejoin/", "code")),
    ):  # fmt: skip
        took: dict[str, list[float]] = {word: [] for word in words}
        for word in took:
            asked(ask, word)  # the first fills what the process keeps
        for number in range(TIMES):
            # By turns the one or the other first, so that neither follows on the other's work.
            for word in words[:: 1 if number % 2 else -1]:
                took[word].append(asked(ask, word))
        p = float(ttest_ind(*took.values(), equal_var=False).pvalue)
        worst = min(worst, p)
        shown = " and ".join(f"{median(times) * 1000:.1f} ms" for times in took.values())
        print(f"{name}: {shown}; p = {p:.3f}")
    return 0 if worst > 0.01 else 1


if __name__ == "__main__":
    sys.exit(main())
