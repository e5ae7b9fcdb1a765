"""Chores: each when its time has come, by one worker, whatever becomes of the others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.core import chores
from exchange.core.models import ChoreDone

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    """What was done so far, by three chores of a test."""
    made = []
    monkeypatch.setattr(chores, "chores", [])
    chores.chore("hourly", timedelta(hours=1), lambda: made.append("hourly"))
    chores.chore("broken", timedelta(hours=1), lambda: made.append(1 / 0))
    chores.chore("daily", timedelta(days=1), lambda: made.append("daily"))
    return made


def test_each_is_done_when_its_time_has_come(done):
    assert (chores.do_due(), chores.do_due()) == (["hourly", "daily"], [])
    ChoreDone.objects.update(at=timezone.now() - timedelta(hours=2))
    assert (chores.do_due(), done) == (["hourly"], ["hourly", "daily", "hourly"])


def test_a_broken_one_is_noted_and_stops_no_other(done):
    chores.do_due()
    assert list(ChoreDone.objects.order_by("pk").values_list("name", "fault")) == [
        ("hourly", ""), ("broken", "ZeroDivisionError"), ("daily", ""),
    ]  # fmt: skip


def test_the_same_name_takes_the_place_of_the_one_before(done):
    chores.chore("daily", timedelta(days=2), lambda: done.append("other"))
    chores.do_due()
    assert done == ["hourly", "other"]
