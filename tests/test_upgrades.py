"""A house of an older version, kept in tests/upgrades, is restored by the present one: brought up to
date, nothing lost, and people find what they left. New ones are kept by `tests.upgrades.keep`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from exchange.core import restoring, rows
from exchange.core.models import Letter
from exchange.directory.models import Network, Person
from exchange.live import actions as live
from exchange.live.models import Run
from exchange.live.tests.holding import replayed
from exchange.site import demo
from exchange.site.commands import pending
from tests.dbs.spare import spare
from tests.upgrades.keep import HERE, WORDS

OLD = sorted(HERE.glob("*.age"))
#: What the present version makes by itself, as many as it needs.
ITS_OWN = {"auth.permission", "contenttypes.contenttype"}


def test_there_is_an_old_house() -> None:
    assert OLD != []


@pytest.mark.django_db
@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_an_old_house_is_brought_up_to_date(
    path: Path, tmp_path: Path, settings: Any, client_of: Callable[..., Client]
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    with spare(tmp_path) as empty, restoring.leading(empty):
        then = restoring.restore(path, WORDS)
        assert pending() == []
        tables = {rows.label(table): table._base_manager for table in rows.kept(apps)}
        old = sorted((tables.keys() & then.tables.keys()) - ITS_OWN)
        assert [(name, tables[name].count()) for name in old] == [
            (name, then.tables[name]["rows"]) for name in old
        ]
        assert Letter.objects.waiting().count() == 0

        ada, network = Person.objects.get(email="ada@example.org"), Network.objects.get()
        closed = Run.objects.get(network=network, closed_at__isnull=False)
        assert replayed(closed) == (closed.room, closed.state)
        browser = client_of(ada)
        for page in (
            reverse("home"),
            reverse("network", args=[network.pk]),
            reverse("run", args=[closed.pk]),
        ):
            assert (page, browser.get(page).status_code) == (page, 200)
        live.open_run(run=demo.waiting_run(network), by=demo.person("ben"))  # and it goes on
        assert Run.objects.open().count() == 1
