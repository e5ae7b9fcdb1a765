"""What is posted, before a rule sees it: cleaned, or refused with a sentence that names it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.live import engine
from exchange.live.plugin import Field, Refused


def test_texts_are_cleaned():
    dirty = "  a\u0000b\u202ec\ud800 \r\nd\u0007  e\u0301 "
    assert engine.clean_text(dirty, "Text", 40) == "abc? \nd  é"
    assert engine.clean_text("שלום · مرحبا · 👩‍🏫", "Text", 40) == "שלום · مرحبا · 👩‍🏫"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("x" * 41, "Word is too long: 41 characters, at most 40."),
        ("x" * 10_000, "Word is too long: at most 40 characters."),
        (["a"], "Word should be text."),
        ({"a": 1}, "Word should be text."),
        (7, "Word should be text."),
        ("", "Word is missing."),
        (" \u0000 ", "Word is missing."),
        (None, "Word is missing."),
    ],
)
def test_a_bad_text_is_refused_with_its_name(raw, sentence):
    with pytest.raises(Refused) as caught:
        engine.clean_value(Field("word", longest=40), raw)
    assert (caught.value.sentence, caught.value.field) == (sentence, "word")


@pytest.mark.parametrize("raw", [10**30, "9" * 5000, 1.5, True, None, [], "ten", "", float("nan")])
def test_a_bad_number_is_refused(raw):
    with pytest.raises(Refused):
        engine.clean_value(Field("minutes", "integer"), raw)


def test_lines_and_yes():
    lines = Field("cards", "lines", longest=9)
    assert engine.clean_value(lines, " a \n\n b\u0000 c ") == ["a", "b c"]
    assert engine.clean_value(lines, ["a", ""]) == ["a"]
    for raw in ("", [], ["x" * 10], [1], ["a"] * 501):
        with pytest.raises(Refused):
            engine.clean_value(lines, raw)
    yes = Field("settled", "yes")
    given_values = [True, "yes", "on", 1, "no", None, False, [], {}]
    assert [engine.clean_value(yes, raw) for raw in given_values] == [True] * 4 + [False] * 5


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.sampled_from(["text", "lines", "integer", "choice", "yes"]), anything)
def test_whatever_is_posted_is_cleaned_or_refused_and_cleaning_again_changes_nothing(kind, raw):
    field = Field("it", kind, longest=30)
    try:
        once = engine.clean_value(field, raw)
    except Refused as refused:
        assert refused.sentence
        return
    assert engine.clean_value(field, once) == once
