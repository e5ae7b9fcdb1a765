"""JSON of large values, written fast: the state of a session with a hall of people in it."""

import json
from typing import Any

import orjson
from django.db import models

#: What json would refuse is refused here too: it goes to json.
STRICT = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


class Encoder(json.JSONEncoder):
    """The same text but for blanks and escapes, ten times as fast. What orjson does not take (other
    keys than text, very large numbers) json writes, or refuses."""

    def encode(self, o: Any) -> str:
        try:
            return orjson.dumps(o, option=STRICT).decode()
        except TypeError:  # orjson's own faults are of this kind
            return super().encode(o)


class QuickJSONField(models.JSONField):
    """A JSONField that is written fast; to the database it is the same."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{**more, "encoder": Encoder})

    def deconstruct(self) -> Any:
        name, _path, args, more = super().deconstruct()
        return (
            name,
            "django.db.models.JSONField",
            args,
            {key: value for key, value in more.items() if key != "encoder"},
        )
