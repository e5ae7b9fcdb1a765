"""Fixtures of the whole-house tests."""

from tests.server import process as process
from tests.server import server as server
