"""Typing in by many requests at once, against a real server: every table once, one record."""

from typing import Any

import pytest

from exchange.live import actions
from exchange.live.models import Finding, PaperSession, Run
from exchange.live.tests.holding import SAMPLE, hold, replayed
from tests.cast import Cast
from tests.test_parallel import gathered

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def test_tables_typed_at_once_are_all_kept_and_closed_twenty_times_it_is_one_record(
    server: Any, cast: Cast, settings: Any
) -> None:
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]
    run = hold(cast.ben, opened=False)
    actions.start_typing(run=run, by=cast.ben)
    for number in range(1, 11):
        actions.keep_table(run=run, number=number, sheet={"people": "1"}, by=cast.ben)
    actions.keep_room(run=run, sheet={"findings": "We steer by words."}, by=cast.ben)
    ben = server.client(cast.ben)
    base = f"/runs/{run.pk}/typing/"
    gathered(*(
        ben.post(f"{base}tables/{number}/", data={"people": "2", "word": f"w{number}"})
        for number in range(1, 11)
    ))  # fmt: skip
    tables = PaperSession.objects.get(run=run).sheets["tables"]
    assert [table["word"] for table in tables] == [f"w{number}" for number in range(1, 11)]
    ben = server.client(cast.ben)  # a client lives in one loop
    answers = gathered(*(ben.post(f"{base}record/") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {302}
    run = Run.objects.get(pk=run.pk)
    assert (run.seats.count(), Finding.objects.filter(run=run).count()) == (10, 1)
    assert replayed(run) == (run.room, run.state)
