"""Putting rows back gives the database that they were taken from."""

from exchange.directory.models import Invitation
from tests import make
from tests.addresses import fingerprint_of_database
from tests.dbs.rows import put_back, taken
from tests.world import World


def test_rows_put_back_are_the_rows_that_were_taken(world: World) -> None:
    """Every table of a world, also one that was changed, emptied or filled meanwhile."""
    before, rows = fingerprint_of_database(), taken()
    Invitation.objects.all().delete()
    world.open_run.moves.update(kind="other")
    make.person("Somebody new")
    assert fingerprint_of_database() != before
    put_back(rows)
    assert fingerprint_of_database() == before
    assert taken() == rows
