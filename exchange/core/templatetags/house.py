"""Template tags every page may use."""

import json
from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def clock(seconds: int | None) -> str:
    """Seconds as m:ss, with a minus sign when time has run over: 372 -> "6:12"."""
    if seconds is None:
        return ""
    sign = "−" if seconds < 0 else ""
    minutes, rest = divmod(abs(int(seconds)), 60)
    return f"{sign}{minutes}:{rest:02d}"


@register.filter
def as_json(value: object) -> str:
    """A value as JSON, for a data attribute; escaped there like any other words."""
    return json.dumps(value, default=dict)


@register.filter
def get(mapping: Mapping[object, object] | None, key: object) -> object:
    """`mapping[key]`, or "" where there is none."""
    return (mapping or {}).get(key, "")
