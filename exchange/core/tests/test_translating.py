"""Words that are asked for late, or once in each language."""

from django.utils import translation

from exchange.core.translating import gettext, gettext_lazy, once_a_language


def test_late_words_are_there_without_being_asked_for():
    assert (bool(gettext_lazy("Read")), bool(gettext_lazy(""))) == (True, False)


def test_words_once_a_language_are_those_of_each_language():
    asked = []

    @once_a_language
    def words():
        asked.append(translation.get_language())
        return (gettext("Yes"), translation.get_language())

    for language in ("en-gb", "cy", "en-gb", "cy"):
        with translation.override(language):
            assert words() == (gettext("Yes"), language)
    assert asked == ["en-gb", "cy"]
