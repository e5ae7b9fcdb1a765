"""Pieces of a live page that are rendered once for many looks (docs/decisions/0053)."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import cast
from weakref import WeakSet

import orjson
from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.translation import get_language

from exchange.core.jsons import STRICT

register = template.Library()

#: Where a kept piece of a page has room for what is each form's own.
CSRF_HERE, MOVE_ID_HERE = "\x02csrf\x03", "\x02move\x03"
#: A piece keeps so many characters of texts and their keys; then it begins anew.
MOST_KEPT = 2_000_000


class Piece(template.Node):
    """A piece of a page that knows nothing but the values it names, so that it can be kept: it is
    rendered once for equal values and language, whoever looks."""

    def __init__(self, nodes: NodeList, values: Mapping[str, FilterExpression]) -> None:
        self.nodes, self.values = nodes, values
        self.given = [_getter(value) for value in values.values()]
        self.let_go()
        with _lock:
            all_pieces.add(self)

    def let_go(self) -> None:
        """Keep nothing of what was shown until now."""
        self.kept: dict[tuple[object, ...], tuple[str, bool]] = {}
        self.size = 0

    def render(self, context: template.Context) -> str:
        given = [get(context) for get in self.given]
        key = (_language(context), *map(_as_key, given))
        text, has_own = self.kept.get(key) or self._write(key, given, context)
        return _whole(text, has_own, context)

    def _write(
        self, key: tuple[object, ...], given: Iterable[object], context: template.Context
    ) -> tuple[str, bool]:
        """The piece's text, and whether something in it is each viewer's own; kept from now on."""
        shown = dict(zip(self.values, given, strict=True))
        text = self.nodes.render(context.new({**shown, "csrf_token": CSRF_HERE, "in_piece": True}))
        size = len(text) + sum(map(_length, key))
        self.size += size
        if self.size > MOST_KEPT:
            self.kept, self.size = {}, size
        self.kept[key] = made = (text, CSRF_HERE in text)
        return made


class EachPiece(Piece):
    """A piece for each of a list: a loop that costs far less than `{% for %}` around a piece. Its
    first value is the list; in the piece the name stands for one of it."""

    def render(self, context: template.Context) -> str:
        listed, *given = [get(context) for get in self.given]
        shared = (_language(context), *map(_as_key, given))
        texts, has_own = [], False
        for one in cast("Iterable[object]", listed):
            key = (*shared, _as_key(one))
            text, is_own = self.kept.get(key) or self._write(key, [one, *given], context)
            texts.append(text)
            has_own = has_own or is_own
        return _whole("".join(texts), has_own, context)


#: Those of all templates that were read; the lock, because any thread may read another one.
all_pieces: WeakSet[Piece] = WeakSet()
_lock = Lock()


def let_go() -> None:
    """Let go of all that the pieces keep: it may be words of a session that was erased since."""
    with _lock:
        pieces = list(all_pieces)
    for piece in pieces:
        piece.let_go()


def _getter(value: FilterExpression) -> Callable[[template.Context], object]:
    """`value.resolve`; for `name` and `name.of.dicts`, which is most, by the shortest way."""
    path = getattr(value.var, "lookups", None)
    if value.filters or not path:
        return value.resolve
    name, *further = path

    def get(context: template.Context) -> object:
        try:
            found = context[name]
            for one in further:
                found = found[one]
        except (KeyError, TypeError, IndexError):
            return value.resolve(context)
        return value.resolve(context) if callable(found) else found

    return get


def _whole(text: str, has_own: bool, context: template.Context) -> str:
    """The text as it stands on the page; within a piece, what is each viewer's own comes later."""
    if has_own and not context.get("in_piece"):
        return own(text, str(context.get("csrf_token", "")))
    return text


def _language(context: template.Context) -> str | None:
    """The language of the moment, asked for once for each page: asking costs half a piece."""
    kept = context.render_context
    if "language" not in kept:
        kept["language"] = get_language()
    language: str | None = kept["language"]
    return language


def _as_key(value: object) -> object:
    """Plain values of JSON, so that what is shown alike has equal keys, and nothing else has:
    neither True and 1, nor a text and the same text as markup."""
    if isinstance(value, str):
        return (value, "") if hasattr(value, "__html__") else value
    try:
        return orjson.dumps(value, option=STRICT)
    except TypeError:  # orjson's own faults are of this kind
        return (repr(value),)


def _length(part: object) -> int:
    """How much of memory a part of a key takes, about."""
    return len(part) if isinstance(part, (str, bytes)) else len(str(part))


def own(text: str, csrf: str) -> str:
    """The text with this viewer's token, and an id of its own in each form."""
    first, *others = text.replace(CSRF_HERE, csrf).split(MOVE_ID_HERE)
    name = uuid.uuid4().hex
    return first + "".join(f"{name}{n}{after}" for n, after in enumerate(others))


@register.tag
def piece(parser: Parser, token: Token) -> Piece:
    """`{% piece card=card longest=seen.longest %}...{% endpiece %}`: see Piece."""
    return _parsed(Piece, parser, token)


@register.tag
def eachpiece(parser: Parser, token: Token) -> Piece:
    """`{% eachpiece card=cards longest=seen.longest %}...{% endeachpiece %}`: see EachPiece."""
    return _parsed(EachPiece, parser, token)


def _parsed(kind: type[Piece], parser: Parser, token: Token) -> Piece:
    name, *words = token.split_contents()
    values = token_kwargs(words, parser)
    if not values or words:
        raise template.TemplateSyntaxError(f"{name} wants name=value for all that it shows")
    nodes = parser.parse((f"end{name}",))
    parser.delete_first_token()
    return kind(nodes, values)
