"""What sessions kept before an upgrade is there after it."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from exchange.live.models import Move, Run
from exchange.live.tests.holding import SAMPLE, hold, play, replayed, sit

BEFORE, AFTER = "0010_paper_session", "0011_large_values_are_texts"
WORDS = 'déjà \U0001f600 "quoted" \\ %s'


def migrated(name):
    """The models as they are after this migration, which the database has been taken to."""
    executor = MigrationExecutor(connection)
    executor.migrate([("live", name)])
    return executor.loader.project_state([("live", name)]).apps


@pytest.mark.django_db(transaction=True)
def test_large_values_become_texts_and_stay_what_they_are(cast, settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]
    run = hold(cast.ben)
    (seat,) = sit(run)
    play(run, "desk", "advance", saw="lobby")
    assert play(run, seat, "word", word=WORDS).status == "kept"
    kept, lines = Run.objects.get(pk=run.pk), list(Move.objects.order_by("pk").values())
    try:
        old = migrated(BEFORE).get_model("live", "Run").objects.get()
        assert (old.room, old.state, old.revisions) == (kept.room, kept.state, kept.revisions)
        assert old.state["seats"][seat.key]["word"] == WORDS
    finally:
        migrated(AFTER)
    found = Run.objects.get()
    assert (found.room, found.state, found.stamp) == (kept.room, kept.state, kept.stamp)
    assert list(Move.objects.order_by("pk").values()) == lines
    assert replayed(found) == (found.room, found.state)
    assert play(found, seat, "word", word="and on").status == "kept"
