"""Packs: what is sound is loaded, all else is refused with a sentence and changes nothing."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.core import packs
from exchange.core.models import Pack


def card_set(**changes: object) -> dict[str, object]:
    """A sound card set of nine cards."""
    cards = [{"code": f"c{n}", "text": f"Card number {n}"} for n in range(9)]
    sound = {"kind": "card_set", "key": "nine", "version": 1, "title": "Nine", "cards": cards}
    return sound | changes


def write(folder: Path, body: object, name: str = "pack.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    return path


def test_a_sound_pack_has_nothing_wrong() -> None:
    assert packs.check_pack(card_set()) == []


NINE = card_set()["cards"]
EACH_CODE = "Every card needs a `code` of 1 to 12 characters."
EACH_TEXT = "Every card needs a `text` of 1 to 120 characters."
KIND = "`kind` should be one of: card_set, help, page."


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"key": ""}, ["`key` should be a text of 1 to 60 characters."]),
        ({"key": 9}, ["`key` should be a text of 1 to 60 characters."]),
        ({"title": "x" * 121}, ["`title` should be a text of 1 to 120 characters."]),
        ({"version": "1"}, ["`version` should be a whole number from 1 to 9999."]),
        ({"version": True}, ["`version` should be a whole number from 1 to 9999."]),
        ({"version": -1}, ["`version` should be a whole number from 1 to 9999."]),
        ({"version": 10**12}, ["`version` should be a whole number from 1 to 9999."]),
        ({"kind": "poem"}, [KIND]),
        ({"kind": ["card_set"]}, [KIND]),
        ({"cards": "nine"}, ["`cards` should be a list of cards, each with `code` and `text`."]),
        ({"cards": [1] * 9}, ["`cards` should be a list of cards, each with `code` and `text`."]),
        ({"cards": NINE[:8]}, ["It has 8 cards; a card set has 9 to 25."]),
        ({"cards": [*NINE[:8], {"code": "c8"}]}, [EACH_TEXT]),
        ({"cards": [*NINE[:8], {"code": " ", "text": "Eight"}]}, [EACH_CODE]),
        (
            {"cards": [*NINE[:8], {"code": "C1", "text": "Eight"}]},
            ["Two cards have the same `code`."],
        ),
        (
            {"cards": [*NINE[:8], {"code": "c8", "text": "CARD NUMBER 1"}]},
            ["Two cards have the same `text`."],
        ),
    ],
)
def test_each_fault_has_its_sentence(changes: dict[str, object], sentences: list[str]) -> None:
    assert packs.check_pack(card_set(**changes)) == sentences


@pytest.mark.parametrize("body", [None, [], "text", 9])
def test_what_is_no_mapping_is_refused(body: object) -> None:
    assert packs.check_pack(body) == ["It is not a mapping of names to values."]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("raw", "beginning"),
    [
        (b"a: [1, 2", "It cannot be read: "),
        (b"\xff\xfe\x00", "It cannot be read: "),
        (b"", "It is not a mapping of names to values."),
        (b"[" * 5000, "It cannot be read: "),
        (b"x" * (packs.LARGEST + 1), "It is larger than 1 MB."),
        (b"kind: !!python/object/apply:os.system ['true']", "It cannot be read: "),
        (b"made: 2026-02-30", "It cannot be read: "),
        (BOMB.encode(), "It cannot be read: references (&, *) "),
    ],
)
def test_what_cannot_be_read_says_so(raw: bytes, beginning: str, tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(raw)
    body, wrong = packs.read_pack(path)
    assert body is None
    assert [sentence[: len(beginning)] for sentence in wrong] == [beginning]


def test_a_value_that_json_does_not_know_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, card_set())
    path.write_text(path.read_text() + "made: 2026-11-22\n")
    wrong = packs.read_pack(path)[1]
    assert wrong == ["`made` should be text, a number, yes/no, a list or a mapping; quote dates."]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)
MADE = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.just("card_set") | ODD,
        "key": st.text(max_size=70) | ODD,
        "version": st.integers() | ODD,
        "title": st.text(max_size=130) | ODD,
        "cards": st.lists(
            st.fixed_dictionaries(
                {}, optional={"code": st.text(max_size=14) | ODD, "text": st.text() | ODD}
            ),
            max_size=27,
        )
        | ODD,
        "more": ODD,
    },
)


@settings(max_examples=200)
@given(MADE | ODD)
def test_any_value_is_judged_in_sentences(body: object) -> None:
    wrong = packs.check_pack(body)
    assert all(isinstance(sentence, str) and sentence for sentence in wrong)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_file_is_judged_in_sentences(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(raw)
    body, wrong = packs.read_pack(path)
    assert wrong or body is not None


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(body=MADE)
def test_what_is_judged_sound_can_be_stored(body: dict[str, object]) -> None:
    sound = card_set() | {"more": body.get("more"), "title": body.get("title", "x")}
    if packs.check_pack(sound) == []:
        Pack.objects.all().delete()
        Pack.objects.create(kind="card_set", key="k", title=sound["title"], body=sound)
        assert Pack.objects.get().body == sound


@pytest.mark.django_db
def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, card_set())
    nothing = {"added": [], "changed": [], "unchanged": [], "refused": []}
    assert packs.load_packs([tmp_path]) == nothing | {"added": ["Nine"]}
    assert packs.load_packs([tmp_path]) == nothing | {"unchanged": ["Nine"]}
    write(tmp_path, card_set(version=2))
    assert packs.load_packs([tmp_path]) == nothing | {"changed": ["Nine"]}
    assert [(pack.key, pack.version) for pack in Pack.objects.all()] == [("nine", 2)]
    assert packs.packs_by_kind() == {"card_set": [card_set(version=2)]}


@pytest.mark.django_db
def test_one_bad_file_stops_all(tmp_path: Path) -> None:
    write(tmp_path, card_set(), "a.yaml")
    twice = write(tmp_path, card_set(title="Again"), "b.yaml")
    report = packs.load_packs([tmp_path])
    sentence = f"The card_set 'nine' already stands in {tmp_path / 'a.yaml'}."
    assert report["refused"] == [f"{twice}: {sentence}"]
    assert Pack.objects.count() == 0


def test_our_own_packs_are_sound() -> None:
    assert packs.read_packs(django_settings.CONTENT_DIRS)[1] == []
