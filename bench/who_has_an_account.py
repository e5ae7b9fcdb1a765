"""Whether the time of an answer tells who has an account: signing in with a wrong password, asking
for a new one, asking for another address. Welch's t-test over 200 answers each (D-12), in a database
of its own; prints both medians and p. Below 0.01 the clock tells something.

    .venv/bin/python bench/who_has_an_account.py
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import django
from scipy.stats import ttest_ind

HOME = tempfile.TemporaryDirectory(prefix="exchange-bench-")
os.environ |= {
    "EXCHANGE_HOME": HOME.name, "DJANGO_SETTINGS_MODULE": "exchange.settings",
    "EXCHANGE_SECOND_STEP": "nobody", "ALLOWED_HOSTS": "testserver",
}  # fmt: skip
os.environ.pop("DATABASE_URL", None)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from exchange.directory.models import Person  # noqa: E402

TIMES = 200


def main() -> int:
    call_command("migrate", verbosity=0)
    known = Person.objects.create_user("known@example.org", "three plain words here", "Known")
    other = Person.objects.create_user("other@example.org", "three plain words here", "Other")

    def asked(path: str, field: str, email: str, **more: str) -> float:
        cache.clear()
        client = Client()
        if path == "/account/address/":
            client.force_login(other)
            other.address_changes.all().delete()
        began = time.perf_counter()
        client.post(path, {field: email, **more})
        return time.perf_counter() - began

    worst = 1.0
    for name, path, field, more in (
        ("signing in", "/account/sign-in/", "login", {"password": "not the password"}),
        ("a new password", "/account/password/reset/", "email", {}),
        ("another address", "/account/address/", "email", {}),
    ):
        took: dict[str, list[float]] = {known.email: [], "nobody@example.org": []}
        for email in took:
            asked(path, field, email, **more)  # the first fills what the process keeps
        for _ in range(TIMES):
            for email, times in took.items():
                times.append(asked(path, field, email, **more))
        p = float(ttest_ind(*took.values(), equal_var=False).pvalue)
        worst = min(worst, p)
        shown = " and ".join(f"{median(times) * 1000:.1f} ms" for times in took.values())
        print(f"{name}: with an account and without {shown}; p = {p:.3f}")
    return 0 if worst > 0.01 else 1


if __name__ == "__main__":
    sys.exit(main())
