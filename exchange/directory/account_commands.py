"""What the command line does with accounts."""

import sys

from exchange.directory.actions.second_step import reset_second_step
from exchange.directory.models import Person


def mfa_reset(email: str) -> int:
    """Take away the second step of somebody who has lost phone and codes, and sign them out everywhere.

    Returns the exit status: 0, or 2 where nobody has this address.
    """
    person = Person.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        sys.stderr.write(f"Nobody here has the address {email}.\n")
        return 2
    gone = reset_second_step(person, by=None)
    then = " and set up a new one" if gone else ""
    sys.stdout.write(
        f"{person.name}: {gone or 'no'} second step(s) taken away."
        f" They sign in with their password{then}.\n"
    )
    return 0
