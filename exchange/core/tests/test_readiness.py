"""What is amiss is told, what is wrong makes the site unready, and strangers learn only that."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from exchange.core import readiness, restoring
from exchange.core.models import ChoreDone, Letter
from exchange.core.readiness import AMISS, FINE, WRONG, Line, look, of_room

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-monitor-alone"
BACKED_UP = {"name": "backup", "fault": ""}
ALL = ["disk", "database", "migrations", "letters", "chores", "backup", "clock"]


def states() -> dict[str, str]:
    """What is not fine."""
    return {line.what: line.state for line in look() if line.state != FINE}


@pytest.fixture
def sound(settings: Any, tmp_path: Path) -> None:
    """A house in which all is well."""
    settings.HOME = tmp_path
    ChoreDone.objects.create(at=timezone.now(), **BACKED_UP)


def ago(**delta: float) -> Any:
    return timezone.now() - timedelta(**delta)


def test_all_is_fine(sound: None) -> None:
    assert ([line.what for line in look()], states()) == (ALL, {})


def test_what_is_late_is_amiss_and_does_not_shut_the_site(sound: None) -> None:
    ChoreDone.objects.filter(name="backup").update(at=ago(hours=49))
    ChoreDone.objects.create(name="old letters", at=ago(hours=1), fault="ZeroDivisionError")
    Letter.objects.create(kind="note", due_at=ago(minutes=16))
    assert states() == {"backup": AMISS, "chores": AMISS, "letters": AMISS}
    assert Client().get("/readyz").status_code == 200
    Letter.objects.all().delete()
    Letter.objects.create(kind="note", given_up_at=ago(hours=2))
    ChoreDone.objects.filter(name="backup").delete()
    assert states() == {"backup": AMISS, "chores": AMISS, "letters": AMISS}


def test_a_full_disk_is_wrong_before_it_is_full() -> None:
    shares = (0.0, 0.05, 0.051, 0.1, 0.101, 1.0)
    assert [of_room(share) for share in shares] == [WRONG, WRONG, AMISS, AMISS, FINE, FINE]


def test_a_clock_that_was_set_back_is_noticed(sound: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="core").update(applied=ago(hours=-2))
    assert states() == {"clock": AMISS}


def test_a_look_that_fails_is_told_and_the_others_go_on(sound: None) -> None:
    def broken() -> Line:
        raise ZeroDivisionError("what somebody wrote")

    readiness.readiness.insert(0, broken)
    try:
        lines = look()
    finally:
        readiness.readiness.remove(broken)
    assert [line.what for line in lines] == [*ALL[:3], "broken", *ALL[3:]]
    assert lines[3] == Line("broken", AMISS, "It cannot be told (ZeroDivisionError).")


def test_without_its_tables_the_site_is_not_ready(sound: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="live").delete()
    assert states() == {"migrations": WRONG}
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


def test_without_a_database_it_is_not_ready_either(sound: None, tmp_path: Path) -> None:
    """The look makes no file, and asks nothing further."""
    away = dict(connection.settings_dict, NAME=str(tmp_path / "none.sqlite3"), OPTIONS={})
    if connection.vendor == "postgresql":
        away |= {"NAME": "none_of_this_name", "OPTIONS": {"connect_timeout": 2}}
    with restoring.leading(away):
        assert states() == {"database": WRONG}
        assert Client().get("/readyz").status_code == 503
        assert Client().get("/healthz").status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_details_are_for_the_holder_of_the_token(sound: None, settings: Any) -> None:
    def keys(**headers: str) -> list[str]:
        answer = Client().get("/readyz", headers=headers)
        assert answer.status_code == 200
        return list(answer.json())

    assert keys(Authorization="Bearer ") == ["ready"]  # no token is set: nobody holds it
    settings.READY_TOKEN = TOKEN
    for wrong in ("", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, "Bearer \u00e9"):
        assert keys(Authorization=wrong) == ["ready"]
    assert keys(Authorization=f"Bearer {TOKEN}") == ["ready", "lines"]
    answer = Client().get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"})
    assert [line["what"] for line in answer.json()["lines"]] == ALL
