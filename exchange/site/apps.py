import warnings

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "exchange.site"
    label = "site"

    def ready(self) -> None:
        """Whitenoise hands Django whole files; that they are read at once is known and wanted."""
        warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous")
