from datetime import timedelta

from django.apps import AppConfig

from exchange.core.checks import register_checks


class CoreConfig(AppConfig):
    name = "exchange.core"
    label = "core"

    def ready(self) -> None:
        """Tell Django our own checks of a deployment, and the worker what core wants done."""
        from exchange.core import chores, outbox, restoring  # app ready

        register_checks()
        chores.chore("old letters", timedelta(days=1), outbox.prune)
        restoring.after_restore.append(outbox.not_again)
