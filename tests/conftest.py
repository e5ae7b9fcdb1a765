"""Fixtures of the whole-house tests."""

import copy
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests import world as worlds
from tests.cast import cast as build_cast
from tests.server import process as process
from tests.server import server as server
from tests.world import World


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world of tests/world.py, built once for all tests of a file and gone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.everything(build_cast())
        transaction.set_rollback(True)


@pytest.fixture
def no_cache() -> Iterator[None]:
    """Nothing that another test kept or counted, and nothing left for the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(built: World, db: None, no_cache: None) -> World:
    """The world as it was built: each test works on a copy, in a savepoint of its own."""
    return copy.deepcopy(built)
