"""For every test of the house: which database it runs on, and that this is said aloud."""

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from tests.cast import Cast
from tests.cast import cast as build_cast
from tests.dbs import databases

# A slow machine is not a fault of the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
#: The dearest files, dearest first: what is left for the end should be short, or one worker waits.
FIRST = (
    "test_rehearsal.py", "test_looking.py", "test_languages.py", "test_permissions.py",
    "test_methods.py", "test_commands.py", "test_limits.py", "test_restore_drill.py",
    "test_worker.py",
)  # fmt: skip
# In memory where there is such a place: what is lost with the power is only a test's.
MEMORY = Path("/dev/shm")  # noqa: S108


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Name the test database of this process; its files go when the session ends."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="exchange-test-", dir=place) as folder:
        databases.name_test_database(Path(folder))
        databases.empty_what_is_filled()
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The dearest files come first; the others stay in their order."""
    place = {name: at for at, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(FIRST)))


@pytest.fixture(autouse=True)
def no_cache() -> Iterator[None]:
    """Nothing that another test kept or counted, and nothing left for the next: in each test the
    same people begin, and what they may ask for is counted by person."""
    cache.clear()
    yield
    cache.clear()


def pytest_report_header() -> str:
    return f"database: {databases.database_name()}"


@pytest.fixture(scope="session", autouse=True)
def without_waste() -> Iterator[None]:
    """What costs time here and proves nothing: whitenoise reads every static file anew for each
    test browser (8 ms), and the collector looks through pytest's own objects for garbage (8 %)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture
def cast(db: Any) -> Cast:
    """The fixed cast of tests/cast.py, in the database."""
    return build_cast()


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """`client_of(person)`: a browser in which that person is signed in; None is a stranger."""

    def client_of(person: Any) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person)
        return client

    return client_of
