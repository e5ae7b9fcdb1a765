from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "exchange.directory"
    label = "directory"

    def ready(self) -> None:
        """The directory's own cards on the home page: what waits, who speaks besides."""
        from exchange.directory import home, slots  # app ready

        slots.home_cards[:0] = [home.waiting_card, home.voices_card]
