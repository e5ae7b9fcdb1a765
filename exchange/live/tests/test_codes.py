"""Join codes: what people type, paste and read aloud."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from exchange.live.codes import (
    ALPHABET,
    LENGTH,
    fingerprint,
    new_code,
    new_token,
    read_code,
    read_token,
    show_code,
)

codes = st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH)
NOISE = " -–—.·_\t\n\u00a0\u200b"


def test_alphabet():
    assert len(ALPHABET) == len(set(ALPHABET)) == 23
    assert set(string.ascii_uppercase) - set(ALPHABET) == {"I", "L", "O"}


def test_new_codes_are_codes_and_spell_no_word():
    drawn = [new_code() for _ in range(500)]
    assert {len(code) for code in drawn} == {LENGTH}
    assert set("".join(drawn)) <= set(ALPHABET)
    assert max(sum(letter in "AEU" for letter in code) for code in drawn) <= 1
    assert len(set(drawn)) == len(drawn)


@given(codes, st.data())
def test_case_dash_blank_and_paste_do_not_matter(code, data):
    typed = "".join(
        data.draw(st.text(alphabet=NOISE, max_size=2)) + data.draw(st.sampled_from((c, c.lower())))
        for c in code
    )
    assert read_code(typed + data.draw(st.text(alphabet=NOISE, max_size=3))) == code


@given(codes)
def test_shown_code_is_read_back(code):
    assert show_code(code) == f"{code[:3]}-{code[3:]}"
    assert read_code(show_code(code)) == code
    assert read_code(f"“{show_code(code).lower()}”") == code


@given(st.text(max_size=80))
def test_reading_never_breaks_and_gives_only_codes(typed):
    read = read_code(typed)
    assert read is None or re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", read)


def test_what_is_no_code():
    wrong = [
        "",
        "KTRMW",
        "KTRMWXA",
        "KTRM1X",
        "KTRMIX",
        "KTRMOX",
        "LTRMWX",
        "KTR MW\u0301X",
        "ΚTRMWX",
    ]
    assert [read_code(typed) for typed in wrong] == [None] * len(wrong)
    assert read_code("K" * 100_000) is None


def test_wide_letters_of_an_asian_keyboard_are_read():
    assert read_code("ｋｔｒ－ｍｗｘ") == "KTRMWX"


def test_no_code_is_shown_as_nothing():
    assert show_code(None) == ""


def test_tokens_are_long_and_only_their_hash_is_kept():
    first, second = new_token(), new_token()
    assert first != second
    assert len(first) == 43
    assert re.fullmatch("[0-9a-f]{64}", fingerprint(first))
    assert fingerprint("\ud800") == fingerprint("\ud800")
    assert read_token(first) == first
    assert [read_token(t) for t in ("", "a\x00b", "ü", "a b", "x" * 65, "-")] == [None] * 6
