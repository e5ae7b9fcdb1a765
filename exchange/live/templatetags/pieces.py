"""Pieces of a live page that are rendered once for many looks (docs/decisions/0053)."""

import uuid
from collections.abc import Mapping
from threading import Lock
from weakref import WeakSet

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.translation import get_language

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
        self.let_go()
        with _lock:
            all_pieces.add(self)

    def let_go(self) -> None:
        """Keep nothing of what was shown until now."""
        self.kept: dict[tuple[object, ...], str] = {}
        self.size = 0

    def render(self, context: template.Context) -> str:
        given = {name: value.resolve(context) for name, value in self.values.items()}
        key = (_language(context), *map(_as_key, given.values()))
        text = self.kept.get(key)
        if text is None:
            text = self.nodes.render(
                context.new({**given, "csrf_token": CSRF_HERE, "in_piece": True})
            )
            self.size += len(text) + len(repr(key))
            if self.size > MOST_KEPT:
                self.kept, self.size = {}, len(text) + len(repr(key))
            self.kept[key] = text
        is_whole = CSRF_HERE in text and not context.get("in_piece")
        return own(text, str(context.get("csrf_token", ""))) if is_whole else text


#: Those of all templates that were read; the lock, because any thread may read another one.
all_pieces: WeakSet[Piece] = WeakSet()
_lock = Lock()


def let_go() -> None:
    """Let go of all that the pieces keep: it may be words of a session that was erased since."""
    with _lock:
        pieces = list(all_pieces)
    for piece in pieces:
        piece.let_go()


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
    return (repr(value),)


def own(text: str, csrf: str) -> str:
    """The text with this viewer's token, and an id of its own in each form."""
    first, *others = text.replace(CSRF_HERE, csrf).split(MOVE_ID_HERE)
    name = uuid.uuid4().hex
    return first + "".join(f"{name}{n}{after}" for n, after in enumerate(others))


@register.tag
def piece(parser: Parser, token: Token) -> Piece:
    """`{% piece card=card longest=seen.longest %}...{% endpiece %}`: see Piece."""
    words = token.split_contents()[1:]
    values = token_kwargs(words, parser)
    if not values or words:
        raise template.TemplateSyntaxError("piece wants name=value for all that it shows")
    nodes = parser.parse(("endpiece",))
    parser.delete_first_token()
    return Piece(nodes, values)
