"""JSON read and written fast is the JSON that json reads and writes."""

import json
from datetime import date

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from exchange.core.jsons import Decoder, Encoder, QuickJSONField
from exchange.core.translating import gettext_lazy
from exchange.live.models import Run
from exchange.live.tests.holding import SAMPLE, hold

numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.fixture
def run(cast, db, settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]
    return hold(cast.ben)


@given(values)
def test_what_is_written_is_read_alike_by_both(value):
    written = json.dumps(value, cls=Encoder)
    assert json.loads(written) == json.loads(json.dumps(value))
    assert json.loads(written, cls=Decoder) == json.loads(written)


def test_what_orjson_does_not_take_json_writes():
    value = {1: "one", "large": 2**70, "lone": "\ud800"}
    assert json.loads(json.dumps(value, cls=Encoder)) == {
        "1": "one", "large": 2**70, "lone": "\ud800",
    }  # fmt: skip
    assert json.loads("[NaN, 1e999]", cls=Decoder)[1] == float("inf")


@pytest.mark.parametrize("wrong", [date(2026, 11, 28), gettext_lazy("Read"), {1, 2}, object()])
def test_what_json_refuses_is_refused(wrong):
    with pytest.raises(TypeError):
        json.dumps({"value": wrong}, cls=Encoder)


@pytest.mark.parametrize("wrong", ["", "{", "[1,]", "{'a': 1}", "\x00"])
def test_what_is_no_json_is_no_json(wrong):
    with pytest.raises(ValueError, match="char"):
        json.loads(wrong, cls=Decoder)


def test_migrations_know_nothing_of_it():
    for default, written in ((dict, "{}"), (list, "[]")):
        _name, path, args, more = QuickJSONField(default=default).deconstruct()
        assert (path, args, more) == ("django.db.models.TextField", [], {"default": default})
        assert models.TextField(*args, **more).get_prep_value(default()) == written


def test_nothing_but_the_whole_can_be_asked_for(run):
    texts = [field.name for field in Run._meta.fields if isinstance(field, QuickJSONField)]
    assert texts == ["room", "state", "revisions"]
    with pytest.raises(FieldError):
        Run.objects.filter(room__phase="alone").count()
    assert Run.objects.get(room=run.room) == run


@pytest.mark.parametrize("value", [None, 0, "", "{}", [], {"a": [1, None, {"b": "é\n\u0000"}]}])
def test_a_value_comes_back_as_it_was_and_as_its_kind(run, value):
    Run.objects.filter(pk=run.pk).update(state=[value])
    assert Run.objects.values_list("state", flat=True).get(pk=run.pk) == [value]
    run.refresh_from_db()
    assert run.state == [value]


def test_serializers_write_values_and_read_them(run):
    (back,) = serializers.deserialize("json", serializers.serialize("json", [run]))
    assert (back.object.room, back.object.state) == (run.room, run.state)
