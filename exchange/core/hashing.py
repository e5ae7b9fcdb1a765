"""How a password is hashed: dear enough for a thief, cheap enough for a hall that signs in at once.

Why these figures: docs/decisions/0014.
"""

import os
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

# As many at once as there are processors: more would only take memory and wait for one another.
_turns = BoundedSemaphore(os.cpu_count() or 1)


class Argon2InTurn(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane. Older hashes are renewed at the next sign-in."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _turns:
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _turns:
            return bool(super().verify(password, encoded))
