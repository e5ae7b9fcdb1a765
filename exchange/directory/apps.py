from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "exchange.directory"
    label = "directory"

    def ready(self) -> None:
        """The directory's own card on the home page: what waits for the person."""
        from exchange.directory import home, slots  # app ready

        slots.home_cards.insert(0, home.waiting_card)
