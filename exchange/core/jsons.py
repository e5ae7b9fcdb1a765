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


class QuickJSONField(models.TextField):  # type: ignore[type-arg]
    """Plain values of JSON that are read and written whole and fast. To the database they are a
    text: jsonb, which can be asked for a part, costs PostgreSQL three times as much
    (docs/decisions/0057)."""

    def from_db_value(self, value: str | None, *_how: Any) -> Any:
        return None if value is None else json.loads(value, cls=Decoder)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else json.dumps(value, cls=Encoder)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        """For serializers, which write plain values as they are."""
        return self.value_from_object(obj)

    def deconstruct(self) -> Any:
        """Migrations know the text alone; an empty default is the same as a text."""
        name, _path, args, more = super().deconstruct()
        return name, "django.db.models.TextField", args, more
