"""Fixtures of the live tests: the sample activity is found beside the house's own."""

import pytest
from django.core.cache import cache

from exchange.live.tests.holding import SAMPLE, hold
from exchange.live.tests.in_memory import Session


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.fixture
def harbour(cast):
    return cast.harbour


@pytest.fixture
def run(cast):
    """An open session of the sample activity in Harbour, held by Ben."""
    return hold(cast.ben, cast.harbour)


@pytest.fixture
def session():
    """A session in memory with four people in its lobby."""
    made = Session()
    made.join("s1", "s2", "s3", "s4")
    return made


@pytest.fixture
def no_guesses():
    """Nothing that others guessed, and nothing left for them."""
    cache.clear()
    yield
    cache.clear()
