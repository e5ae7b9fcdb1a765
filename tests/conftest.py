"""Fixtures of the whole-house tests."""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests import world as worlds
from tests.cast import cast as build_cast
from tests.dbs.rows import Rows, put_back, taken
from tests.redis_server import own_redis as own_redis
from tests.server import process as process
from tests.server import server as server
from tests.world import World

#: Seconds after which a world is built anew: codes in it work for ten minutes.
FRESH = 240


@dataclass(frozen=True)
class Kept:
    """A world that was built, its rows, and when."""

    world: World
    rows: Rows
    since: float


@pytest.fixture(scope="session")
def kept() -> list[Kept]:
    """The world that this process built last, if it has built one."""
    return []


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, kept: list[Kept]
) -> Iterator[World]:
    """The world of tests/world.py, there for all tests of a file and gone after them; built when
    the first file asks, for the others its rows are put back."""
    with django_db_blocker.unblock(), transaction.atomic():
        if not kept or time.monotonic() > kept[-1].since + FRESH:
            world = worlds.everything(build_cast())
            kept[:] = [Kept(copy.deepcopy(world), taken(), time.monotonic())]
        else:
            world = copy.deepcopy(kept[-1].world)
            put_back(kept[-1].rows)
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None) -> World:
    """The world as it was built: each test works on a copy, in a savepoint of its own."""
    return copy.deepcopy(built)
