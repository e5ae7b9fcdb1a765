"""JSON of large values, read and written fast: the state of a session with a hall in it."""

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


class Decoder(json.JSONDecoder):
    """The same values, several times as fast; only whole numbers beyond 64 bits become floats. What
    orjson does not take json reads, or refuses."""

    def decode(self, s: str, *args: Any) -> Any:
        try:
            return orjson.loads(s)
        except orjson.JSONDecodeError:
            return super().decode(s, *args)


class QuickJSONField(models.JSONField):
    """A JSONField that is read and written fast; to the database it is the same."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{**more, "encoder": Encoder, "decoder": Decoder})

    def deconstruct(self) -> Any:
        name, _path, args, more = super().deconstruct()
        return (
            name,
            "django.db.models.JSONField",
            args,
            {key: value for key, value in more.items() if key not in {"encoder", "decoder"}},
        )
