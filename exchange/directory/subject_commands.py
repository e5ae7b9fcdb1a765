"""What the command line does for one person: `subject-export`, `erase`.

Whoever can run these can reach the database anyway: there is no rule line, but each leaves its
event, without an actor.
"""

import os
import sys
from pathlib import Path

from exchange.directory import actions, subjects
from exchange.directory.models import Person
from exchange.directory.network_commands import complain, say


def known(email: str) -> Person | None:
    """Whose address this is."""
    return Person.objects.filter(email__iexact=email.strip(), erased_at=None).first()


def subject_export(email: str, *, to: str | None = None) -> int:
    """Write all that is stored of a person into a ZIP file only its owner may read. 0 or 2."""
    person = known(email)
    if person is None:
        return complain(f"Nobody here has the address {email}.")
    path = Path(to or f"data-of-person-{person.pk}.zip")
    file = actions.export_person(person, by=None)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(file)
    except OSError as error:
        return complain(f"{path} cannot be written ({error.strerror}).")
    say(f"Wrote {path}. Hand it over on a safe way, and delete it.")
    return 0


def erase(email: str, *, yes: bool = False) -> int:
    """Erase a person after saying what that means; `yes` asks nothing. Exit status 0, 1 or 2."""
    person = known(email)
    if person is None:
        return complain(f"Nobody here has the address {email}.")
    for holding in subjects.holdings:
        say(f"{holding.title} ({len(holding.rows(person))}): {holding.left}")
    for network in actions.left_without_co_leader(person):
        say(f"{network.name} (network {network.pk}) is left without a co-leader. Give it one with "
            f"`exchange network co-leader {network.pk} EMAIL`.")  # fmt: skip
    if not yes:
        say("This cannot be taken back. Write the address again to erase this person:")
        if sys.stdin.readline().strip().lower() != person.email.lower():
            return complain("Nothing was erased.")
    actions.erase_person(person, by=None)
    say("Erased. Backups made before now bring nothing back as long as EXCHANGE_HOME keeps "
        "erased.jsonl.")  # fmt: skip
    return 0
