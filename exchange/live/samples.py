"""A set-up without a session: what the pack of an activity shows before anybody holds one."""

from typing import Any

from exchange.core.packs import packs_by_kind
from exchange.live import engine
from exchange.live.plugin import Activity, Data, Field, Refused


def sample_setup(activity: Activity, asked: dict[str, str]) -> Data:
    """The activity's own set-up from each field's first or asked choice; raises Refused."""
    context = {"packs": packs_by_kind()}
    values = {field.name: _first(field, context) for field in activity.setup_fields}
    values |= {f.name: asked[f.name] for f, _rows in sample_fields(activity) if f.name in asked}
    return activity.setup(engine.clean(activity.setup_fields, values), context)


def sample_fields(activity: Activity) -> list[tuple[Field, list[tuple[str, str]]]]:
    """The set-up fields whose choices come from packs, each with those that need nothing else."""
    context = {"packs": packs_by_kind()}
    found = []
    for field in activity.setup_fields:
        if field.kind == "choice" and callable(field.choices):
            able = [row for row in field.choices(context) if _suits(activity, field, row[0])]
            found.append((field, able))
    return found


def _suits(activity: Activity, field: Field, value: str) -> bool:
    context = {"packs": packs_by_kind()}
    values: dict[str, Any] = {one.name: _first(one, context) for one in activity.setup_fields}
    try:
        activity.setup(engine.clean(activity.setup_fields, {**values, field.name: value}), context)
    except Refused:
        return False
    return True


def _first(field: Field, context: dict[str, Any]) -> Any:
    """What a set-up form would begin with; for an empty required text its label."""
    if field.kind == "choice":
        choices = list(field.choices(context) if callable(field.choices) else field.choices)
        return field.initial or (choices[0][0] if choices else "")
    first = field.initial or (field.label or field.name if field.required else "")
    return first if isinstance(first, int) else str(first)
