from django.apps import AppConfig

from exchange.core.checks import register_checks


class CoreConfig(AppConfig):
    name = "exchange.core"
    label = "core"

    def ready(self) -> None:
        """Tell Django our own checks of a deployment."""
        register_checks()
