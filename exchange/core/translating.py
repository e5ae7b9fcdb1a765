"""gettext for modules that do not know Django. Pure: what translates is put in by `use`.

Names are gettext's own, so that `makemessages` finds the words. Until `use` was called every word
stays as it was written.
"""

from collections import UserString
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def _any_language(language: str) -> Iterator[None]:
    yield


def _one_or_many(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


def _no_language() -> str | None:
    return None


@dataclass
class _Translator:
    gettext: Callable[[str], str] = str
    ngettext: Callable[[str, str, int], str] = _one_or_many
    override: Callable[[str], AbstractContextManager[None]] = _any_language
    language: Callable[[], str | None] = _no_language


_translator = _Translator()


def use(
    gettext: Callable[[str], str],
    ngettext: Callable[[str, str, int], str],
    override: Callable[[str], AbstractContextManager[None]],
    language: Callable[[], str | None],
) -> None:
    """Translate with these from now on. override(language) holds for the block it opens."""
    _translator.gettext, _translator.ngettext = gettext, ngettext
    _translator.override, _translator.language = override, language


def gettext(message: str) -> str:
    """The message in the language of the moment."""
    return _translator.gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Whichever of the two the number asks for, in the language of the moment."""
    return _translator.ngettext(one, many, number)


def gettext_noop(message: str) -> str:
    """The message as it is: a name that is kept so and translated where it is shown."""
    return message


def in_language(language: str) -> AbstractContextManager[None]:
    """A block in that language, whoever asked: for words that are kept, so that a replay years
    later keeps the same."""
    return _translator.override(language)


def once_a_language(words: Callable[[], T]) -> Callable[[], T]:
    """What `words` gives, asked for once in each language: for words that stand many times on every
    page of a hall."""
    known: dict[str | None, T] = {}

    @wraps(words)
    def said() -> T:
        language = _translator.language()
        if language not in known:
            known[language] = words()
        return known[language]

    return said


class Later(UserString):
    """A text that is translated each time it is read. JSON refuses it: what is kept is a `str`."""

    def __init__(self, message: str) -> None:
        self.message = message

    @property
    def data(self) -> str:  # type: ignore[override]
        return gettext(self.message)

    def __bool__(self) -> bool:
        return bool(self.message)


def gettext_lazy(message: str) -> str:
    """The message, translated each time it is read: for what is declared once for all readers."""
    return Later(message)  # type: ignore[return-value]
