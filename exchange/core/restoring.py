"""Coming back from a backup.

`after_restore` holds what must be done to every database that came out of a backup before anybody
may use it: erasures that were asked for since are done again, for instance. Each floor adds its
own in `apps.ready()`; each is called without arguments, inside the restore, and may be called
again. One that fails stops the restore, and nothing has changed.
"""

from collections.abc import Callable

after_restore: list[Callable[[], None]] = []
