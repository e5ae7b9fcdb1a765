from datetime import timedelta

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "exchange.directory"
    label = "directory"

    def ready(self) -> None:
        """The directory's own cards on the home page: what waits, who speaks besides; and what
        the worker does for it."""
        from exchange.core import retention, rows  # app ready
        from exchange.core.chores import chore  # app ready
        from exchange.core.restoring import after_restore  # app ready
        from exchange.directory import (  # app ready  # app ready
            account_log,
            audit,
            digest,
            home,
            slots,
            steps,
            subjects,
            tombstones,
        )
        from exchange.directory.actions import erasure, questions  # app ready
        from exchange.directory.models import AddressChange, Invitation, Visit  # app ready

        chore("weekly digests", timedelta(hours=1), digest.send_digests)
        chore("seal of the log", timedelta(hours=1), audit.seal_rest)
        retention.rule(
            "invitations", "Invitations with their addresses",
            "they were taken up or cancelled, or ran out", 30,
            Invitation.over, retention.delete,
        )  # fmt: skip
        retention.rule(
            "questions", "Questions and complaints about data", "they were answered", 365,
            questions.answered_before, retention.delete,
        )  # fmt: skip
        retention.rule(
            "visits", "Signed-in browsers", "their time is over", 0,
            lambda until: Visit.objects.filter(expires_at__lte=until), retention.delete,
        )  # fmt: skip
        retention.rule(
            "new addresses", "New e-mail addresses that were asked for", "their letter ran out", 0,
            lambda until: AddressChange.objects.filter(expires_at__lte=until), retention.delete,
        )  # fmt: skip
        rows.left_out.add("directory.visit")
        chore("tombstones", timedelta(hours=1), tombstones.keep_all)
        after_restore.append(erasure.restored)
        subjects.add_holdings()
        account_log.connect()
        slots.home_cards[:0] = [home.waiting_card, home.questions_card, home.voices_card]
        slots.first_steps += [
            slots.FirstStep(10, "commitment", steps.commitment),
            slots.FirstStep(30, "second_leader", steps.second_leader),
        ]
