import warnings

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "exchange.site"
    label = "site"

    def ready(self) -> None:
        """What machines ask for needs no account. And whitenoise hands Django whole files; that
        they are read at once is known and wanted."""
        from exchange.directory import slots  # app ready

        slots.before_second_step |= {"about", "alive", "ready", "robots", "security"}
        warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous")
