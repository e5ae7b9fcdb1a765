"""Fixtures of the live tests: the sample activity is found beside the house's own."""

import pytest

from exchange.live.tests.holding import SAMPLE, hold


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
