"""For every test of the house: which database it runs on, and that this is said aloud."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dbs import databases


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Name the test database of this process; its files go when the session ends."""
    with tempfile.TemporaryDirectory(prefix="exchange-test-") as folder:
        databases.name_test_database(Path(folder))
        yield


def pytest_report_header() -> str:
    return f"database: {databases.database_name()}"
