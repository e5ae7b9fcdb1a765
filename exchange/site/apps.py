import warnings

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "exchange.site"
    label = "site"

    def ready(self) -> None:
        """Help and what machines ask for need no account. And whitenoise hands Django whole files; that
        they are read at once is known and wanted."""
        from exchange.directory import slots  # app ready

        slots.before_second_step |= {
            "about", "check", "check_stream", "components", "component", "help", "help_page", "alive",
            "ready", "robots", "security",
        }  # fmt: skip
        warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous")
