from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import get_language, gettext, ngettext, override

from exchange.core import translating
from exchange.core.checks import register_checks


class CoreConfig(AppConfig):
    name = "exchange.core"
    label = "core"

    def ready(self) -> None:
        """Tell Django our own checks of a deployment, the pure modules how words are translated,
        and the worker what core wants done."""
        from exchange.core import chores, outbox, restoring, retention  # app ready

        register_checks()
        translating.use(gettext, ngettext, override, get_language)
        chores.chore("what is due to be erased", timedelta(hours=6), retention.due)
        restoring.after_restore.append(outbox.not_again)
        retention.rule(
            "letters", "That a letter was sent or given up", "it was written", outbox.KEPT.days,
            outbox.old, retention.delete,
        )  # fmt: skip
