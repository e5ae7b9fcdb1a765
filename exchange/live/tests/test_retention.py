"""What a session keeps of its people goes when its time has come, and a replay is the same."""

from datetime import timedelta

import pytest
from django.core import serializers
from django.utils import timezone

from exchange.__main__ import main
from exchange.core import retention
from exchange.directory.models import Event
from exchange.live import actions
from exchange.live.models import Move, Run, Seat
from exchange.live.tests.holding import hold, replayed

NAME = "Gwendolyn"


def close(run, *, days_ago):
    actions.close_run(run=run, by=run.facilitator)
    Run.objects.filter(pk=run.pk).update(closed_at=timezone.now() - timedelta(days=days_ago))
    return Run.objects.get(pk=run.pk)


def sit(run, **more):
    return actions.join_run(run=run, label=NAME, once=f"form-{run.pk}", **more)[0]


def dumped():
    rows = [*Run.objects.all(), *Seat.objects.all(), *Move.objects.all(), *Event.objects.all()]
    return serializers.serialize("json", rows)


def test_names_go_thirty_days_after_closing(run, cast):
    seat = sit(run, school=cast.quayside)
    for days_ago, count in ((29, 0), (31, 1)):
        run = close(run, days_ago=days_ago) if run.is_open else run
        Run.objects.filter(pk=run.pk).update(closed_at=timezone.now() - timedelta(days=days_ago))
        assert retention.due(dry_run=True)["labels"] == count
        assert (NAME in dumped()) is True
        assert retention.due()["labels"] == count
    assert NAME not in dumped()
    seat.refresh_from_db()
    assert (seat.label, seat.once, seat.school) == ("", "", cast.quayside)
    assert retention.due()["labels"] == 0
    event = Event.objects.get(verb="erase_labels")
    assert (event.actor, event.subject_id, event.data) == (None, run.pk, {"seats": 1})


def test_a_replay_gives_the_same_after_names_are_gone(run, cast):
    """Names stand in no move, room or state, so nothing of those is touched."""
    for _ in range(3):
        actions.join_run(run=run, label=NAME, school=cast.quayside)
    assert [word for word in (str(run.moves.values("data", "reply")),) if NAME in word] == []
    run = close(run, days_ago=31)
    before = (run.room, run.state, list(run.moves.values_list("data", flat=True)))
    assert NAME not in str(before)
    retention.due()
    run = Run.objects.get(pk=run.pk)
    assert (run.room, run.state, list(run.moves.values_list("data", flat=True))) == before
    assert replayed(run) == (run.room, run.state)


def test_a_session_that_was_never_closed_keeps_no_names_either(run):
    sit(run)
    Run.objects.filter(pk=run.pk).update(code_ends_at=timezone.now() - timedelta(days=31))
    assert retention.due()["labels"] == 1
    assert NAME not in dumped()


def test_sessions_that_go_on_and_drafts_keep_theirs(run, cast):
    sit(run)
    sit(hold(cast.ben, cast.harbour))
    assert retention.due()["labels"] == 0
    assert Seat.objects.filter(label=NAME).count() == 2


def test_the_phone_of_an_erased_seat_opens_nothing(run, client):
    token = actions.join_run(run=run, label=NAME)[1]
    client.cookies[f"seat-{run.pk}"] = token
    close(run, days_ago=31)
    assert client.get(f"/runs/{run.pk}/board/").status_code == 200
    retention.due()
    assert client.get(f"/runs/{run.pk}/board/").status_code == 404


def test_the_days_are_a_setting(run, settings):
    sit(run)
    close(run, days_ago=3)
    settings.LABEL_DAYS = 2
    assert retention.due(dry_run=True)["labels"] == 1


def test_the_command_says_what_and_does_it(run, capsys):
    sit(run)
    close(run, days_ago=31)
    line = "     1  Names given to seats, and the keys of their phones: 30 days after"
    assert main(["retention", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert (line in said, "nothing was erased" in said) == (True, True)
    assert Seat.objects.get().label == NAME
    assert main(["retention"]) == 0
    assert (line in capsys.readouterr().out, Seat.objects.get().label) == (True, "")


def test_the_worker_is_told():
    from exchange.core.chores import chores

    assert [one.do for one in chores if one.name == "what is due to be erased"] == [retention.due]


@pytest.mark.parametrize("days", [31, 29])
def test_invitations_that_are_over_go_with_their_addresses(cast, days):
    from exchange.directory.models import Invitation
    from tests import make

    then = timezone.now() - timedelta(days=days)
    for number, over in enumerate(
        ({"accepted_at": then}, {"cancelled_at": then}, {"expires_at": then})
    ):
        make.invitation(cast.harbour, email=f"n{number}@example.org", **over)
    make.invitation(cast.harbour, email="open@example.org")
    assert retention.due()["invitations"] == (3 if days > 30 else 0)
    left = set(Invitation.objects.values_list("email", flat=True))
    assert left == ({"open@example.org"} if days > 30 else left | {"open@example.org"})
