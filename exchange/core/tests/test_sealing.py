"""Sealed words open with the same key and purpose only."""

import pytest

from exchange.core.sealing import Unreadable, seal, unseal


def test_what_was_sealed_can_be_read_again():
    assert unseal("one", seal("one", "Llŷr ✉".encode())).decode() == "Llŷr ✉"


@pytest.mark.parametrize("change", ["purpose", "key", "bytes"])
def test_otherwise_it_stays_shut(change, settings):
    sealed, purpose = seal("one", b"words"), "one"
    if change == "purpose":
        purpose = "two"
    elif change == "key":
        settings.SECRET_KEY = "x" * 50
    else:
        sealed = sealed[:-2] + b"AA"
    with pytest.raises(Unreadable):
        unseal(purpose, sealed)
