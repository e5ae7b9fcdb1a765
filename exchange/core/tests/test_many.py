"""Rows written and read with few words are the rows that the models would write and read."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from exchange.core import many
from exchange.live.models import Move, Run
from exchange.live.tests.holding import SAMPLE, hold

pytestmark = pytest.mark.django_db
NAMES = ("run", "seq", "move_id", "by", "seat", "kind", "data", "reply", "at")
AT = datetime(2026, 3, 29, 1, 30, 0, 5, tzinfo=UTC)
DATA = {"word": "déjà \U0001f600 'quoted' %s \\", "list": [1, True, None, 1.5], "deep": {"a": {}}}


@pytest.fixture
def run(cast, settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]
    return hold(cast.ben)


def row(run, seq, name="a-move-id", data=DATA):
    return (run.pk, seq, f"{name}-{seq}", "seat", "s1", "word", data, {"revision": seq}, AT)


def as_kept(run, seqs):
    return list(run.moves.filter(seq__in=seqs).order_by("seq").values_list(*NAMES))


def test_what_is_inserted_is_what_bulk_create_inserts(run):
    many.insert(Move, NAMES, [row(run, 101), row(run, 102, data={})])
    found = as_kept(run, [101, 102])
    run.moves.filter(seq__gt=100).delete()
    Move.objects.bulk_create([
        Move(**dict(zip(("run_id", *NAMES[1:]), one, strict=True)))
        for one in (row(run, 101), row(run, 102, data={}))
    ])  # fmt: skip
    assert found == as_kept(run, [101, 102]) == [row(run, 101), row(run, 102, data={})]


def test_what_is_updated_is_what_save_updates(run):
    room = {**run.room, "phase": "déjà"}
    many.update(Run, ("room", "revision", "opened_at", "code"), [(room, 7, AT, None, run.pk)])
    run.refresh_from_db()
    assert (run.room, run.revision, run.opened_at, run.code) == (room, 7, AT, None)


def test_what_is_read_is_what_a_queryset_reads(run):
    many.insert(Move, NAMES, [row(run, 101), row(run, 102), row(run, 103, "another")])
    wanted = {"a-move-id-101", "another-103", "nowhere"}
    found = many.read(Move, ("move_id", "reply", "run"), run={run.pk, run.pk + 1}, move_id=wanted)
    assert sorted(found) == [
        ("a-move-id-101", {"revision": 101}, run.pk), ("another-103", {"revision": 103}, run.pk),
    ]  # fmt: skip


def test_nothing_costs_nothing(run):
    with CaptureQueriesContext(connection) as asked:
        assert many.read(Move, ("seq",), run={run.pk}, move_id=()) == []
        many.insert(Move, NAMES, [])
        many.update(Run, ("room",), [])
    assert len(asked) == 0


def test_what_the_database_refuses_is_refused_here(run):
    with pytest.raises(IntegrityError), transaction.atomic():
        many.insert(Move, NAMES, [row(run, 101), row(run, 101, "another")])
    assert as_kept(run, [101]) == []


@pytest.mark.parametrize(
    "wrong", ["seq) VALUES (1); DROP TABLE live_move; --", "nothing", "run_id__gt"]
)
def test_a_statement_is_made_of_fields_alone(run, wrong):
    for attempt in (
        lambda: many.insert(Move, (wrong,), [(1,)]),
        lambda: many.update(Move, (wrong,), [(1, run.pk)]),
        lambda: many.read(Move, (wrong,), run={run.pk}),
        lambda: many.read(Move, ("seq",), **{wrong: {1}}),
    ):
        with CaptureQueriesContext(connection) as asked, pytest.raises(FieldDoesNotExist):
            attempt()
        assert len(asked) == 0


def test_values_are_never_part_of_the_statement(run):
    odd = "'; DROP TABLE live_move; -- %s"
    many.insert(Move, NAMES, [row(run, 101, odd, data={odd: odd})])
    ((found, data),) = many.read(Move, ("move_id", "data"), run={run.pk}, move_id={f"{odd}-101"})
    assert (found, data) == (f"{odd}-101", {odd: odd})
