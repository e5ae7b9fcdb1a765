from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "exchange.meetings"
    label = "meetings"

    def ready(self) -> None:
        """Fill the places of the floors below: network page, home, digest, joining by code."""
        from exchange.core import outbox, retention  # app ready
        from exchange.directory import digest, slots  # app ready
        from exchange.live import gatherings  # app ready
        from exchange.meetings import letters, panels, subjects  # app ready

        slots.before_second_step |= {
            "meeting_door", "meeting_letter", "meeting_letter_calendar", "calendar_file",
        }  # fmt: skip
        subjects.add_holdings()
        slots.network_panels.insert(0, panels.network_panel)
        slots.home_cards.append(panels.home_card)
        digest.sources.append(panels.news)
        gatherings.of_run.append(panels.gathering_of_run)
        gatherings.waiting_page.append(panels.waiting_page)
        gatherings.after_setup.append(panels.after_setup)
        retention.rule(
            "calendars", "Calendar addresses (their hashes)", "they ended", 30,
            subjects.ended_feeds, retention.delete,
        )  # fmt: skip
        outbox.wanted.update(dict.fromkeys(letters.KINDS, letters.is_wanted))
