from django.apps import AppConfig
from django.conf import settings


class LiveConfig(AppConfig):
    name = "exchange.live"
    label = "live"

    def ready(self) -> None:
        """Fill the directory's slots: what lower pages show of live. Say what is erased when."""
        from exchange.core.readiness import readiness  # app ready
        from exchange.directory import actions, slots  # app ready
        from exchange.live import leaving, panels, retention, steps, subjects  # app ready
        from exchange.live.actions import findings  # app ready

        if settings.REDIS_URL:
            from exchange.live.channel import redis  # app ready; its library takes time

            readiness.append(redis)
        leaving.watch()
        retention.add_rules()
        subjects.add_holdings()
        slots.network_panels.append(panels.network_panel)
        slots.home_cards.insert(0, panels.home_card)  # what is open now stands first
        slots.first_steps += [
            slots.FirstStep(20, "first_session", steps.first_session),
            slots.FirstStep(40, "first_note", steps.first_note),
            slots.FirstStep(50, "first_try", steps.first_try),
        ]
        slots.release_subjects["finding"] = panels.finding_subjects
        slots.before_second_step |= {
            "join", "join_token", "join_code", "board", "board_view", "board_moves", "board_stream",
            "board_ballot", "desk", "desk_view", "desk_people", "desk_moves", "desk_stream", "screen",
            "screen_view", "screen_stream", "screen_qr", "run_notes", "run_closure", "run_door",
            "seat_label", "seat_removal", "board_claim", "board_claim_codes", "board_codes",
            "seat_admission", "seat_refusal", "seat_codes",
        }  # fmt: skip
        actions.on_released["finding"] = findings.finding_released
        actions.on_withdrawn["finding"] = findings.finding_withdrawn
