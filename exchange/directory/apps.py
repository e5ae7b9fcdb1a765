from datetime import timedelta

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "exchange.directory"
    label = "directory"

    def ready(self) -> None:
        """The directory's own cards on the home page: what waits, who speaks besides; and what
        the worker does for it."""
        from exchange.core.chores import chore  # app ready
        from exchange.directory import account_log, audit, digest, home, slots, visits  # app ready

        chore("weekly digests", timedelta(hours=1), digest.send_digests)
        chore("seal of the log", timedelta(hours=1), audit.seal_rest)
        chore("visits that ended", timedelta(hours=6), visits.SessionStore.clear_expired)
        account_log.connect()
        slots.home_cards[:0] = [home.waiting_card, home.voices_card]
