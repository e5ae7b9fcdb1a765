"""Tags of the live pages."""

import uuid
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exchange.live.templatetags.pieces import MOVE_ID_HERE

register = template.Library()


@register.simple_tag
def fresh_move_id() -> str:
    """An id for one intention, where a form is more than a move."""
    return uuid.uuid4().hex


@register.simple_tag(takes_context=True)
def move(context: template.Context, kind: str) -> str:
    """The hidden inputs that make a form a move: its kind, and an id for this one intention, so
    that a form sent twice by mistake is played once."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="kind" value="{}">'
        '<input type="hidden" name="move_id" value="{}">',
        str(context.get("csrf_token", "")),
        kind,
        MOVE_ID_HERE if context.get("in_piece") else uuid.uuid4().hex,
    )


@register.simple_tag
def only(flag: str, of: str) -> str:
    """For a part of a pane that is shown only where the flag holds for one's own seat:
    `<p{% only "agreed" finding.id %}>`."""
    return format_html("\x02only {}-{}\x03", flag, of)


@register.simple_tag
def unless(flag: str, of: str) -> str:
    """For a part of a pane that is shown where the flag does not hold."""
    return format_html("\x02unless {}-{}\x03", flag, of)


class PaneNode(template.Node):
    """The pane of this phone's page (`panes.py`), between marks by which the script finds it."""

    def render(self, context: template.Context) -> str:
        text = context["pane"].filled(str(context.get("csrf_token", "")))
        return f'<div id="pane" lang="{get_language()}">\n{text}\n<span id="pane-ends" hidden></span></div>'


@register.tag
def pane(parser: Parser, token: Token) -> PaneNode:
    """`{% pane %}`, once in a page whose phase has one."""
    return PaneNode()


@register.filter
def label(seat: str, labels: dict[str, str]) -> str:
    """The label of a seat as far as this viewer may know it, else "Someone"."""
    return labels.get(seat) or _("Someone")


@register.filter
def minutes(seconds: int | None) -> str:
    """Seconds as whole minutes in words: 300 -> "5 min"."""
    return _("%d min") % round((seconds or 0) / 60)


@register.filter
def pace(behind: int) -> str:
    """Seconds behind the plan in words: "on time", "3 min behind", "2 min ahead".

    live.js counts on in the same way and with the same three sentences (see `_pace.html`).
    """
    late = (abs(behind) + 30) // 60
    if late == 0:
        return _("on time")
    return (_("{n} min behind") if behind > 0 else _("{n} min ahead")).format(n=late)


@register.filter
def school_name(key: Any, names: dict[str, str]) -> str:
    """A school's name by its id as the record uses it."""
    return names.get(str(key)) or _("Another school, or none")
