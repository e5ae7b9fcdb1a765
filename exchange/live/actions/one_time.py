"""Letters that do one thing once: making them, and taking them up."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac

from exchange.core.translating import gettext_lazy
from exchange.directory.models import Person
from exchange.live.codes import new_code
from exchange.live.models import OneTimeCode, Run
from exchange.live.plugin import Refused

LIFE = timedelta(minutes=10)
UNKNOWN = gettext_lazy(
    "Nothing is waiting for this code. Each works once, and not for long: ask for a new one."
)


def keyed(letters: str) -> str:
    """What is stored of a code: with the house's key, because six letters alone are soon guessed
    by whoever reads the database."""
    return salted_hmac("exchange.live.once", letters, algorithm="sha256").hexdigest()


def fresh_code(
    kind: str, run: Run, *, by: Person | None, life: timedelta = LIFE, words: int = 1, **about: Any
) -> str:
    """A new code of that kind; the former one for the same thing stops at once.

    words  how many times six letters it has. Called in the action's transaction.
    """
    OneTimeCode.objects.live().filter(kind=kind, run=run, **about).delete()
    letters = "".join(new_code() for _ in range(words))
    OneTimeCode.objects.create(
        kind=kind, run=run, token_hash=keyed(letters), made_by=by,
        ends_at=timezone.now() + life, **about,
    )  # fmt: skip
    return letters


def find_code(letters: str, *kinds: str) -> OneTimeCode | None:
    """The live code with these letters, of one of these kinds; None for any other."""
    found = OneTimeCode.objects.live().filter(token_hash=keyed(letters), kind__in=kinds)
    return found.select_related("run__network").first()


def use_code(code: OneTimeCode) -> OneTimeCode:
    """Take a code up, once; Refused when it was used or ran out meanwhile.

    The row is locked until the caller's transaction ends.
    """
    held = OneTimeCode.objects.live().select_for_update().filter(pk=code.pk).first()
    if held is None:
        raise Refused(UNKNOWN)
    held.used_at = timezone.now()
    held.save(update_fields=["used_at"])
    return held
