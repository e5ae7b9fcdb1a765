"""Passwords: dear enough, in turn, and renewed."""

from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    get_hasher,
    identify_hasher,
    make_password,
)

from exchange.core.hashing import Argon2InTurn


def test_what_a_hash_costs() -> None:
    assert type(get_hasher()) is Argon2InTurn
    made = make_password("four plain words here")
    assert made.split("$")[:4] == ["argon2", "argon2id", "v=19", "m=19456,t=2,p=1"]


def test_many_at_once_all_get_their_answer() -> None:
    made = make_password("four plain words here")
    tries = ["four plain words here", "not the password"] * 20
    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(lambda word: check_password(word, made), tries))
    assert found == [True, False] * 20


def test_an_older_hash_still_opens_and_is_renewed() -> None:
    older = Argon2PasswordHasher().encode("four plain words here", "an-older-salt")
    kept: list[str] = []

    def renew(raw: str) -> None:
        kept.append(make_password(raw))

    assert check_password("not the password", older, renew) is False
    assert kept == []
    assert check_password("four plain words here", older, renew) is True
    assert [identify_hasher(one).must_update(one) for one in (older, *kept)] == [True, False]
