"""The card sets that come with the programme: short, different, and in our own wording."""

from pathlib import Path

import pytest
import yaml

from exchange.activities.diamond_nine.setup import same

FOLDER = Path(__file__).resolve().parents[3] / "content" / "nlc" / "card_sets"
FILES = sorted(FOLDER.glob("*.yaml"))


def test_there_are_three():
    assert [path.stem for path in FILES] == [
        "first_year", "leaders_protect_time", "learning_between_schools"
    ]  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_card_set(path):
    pack = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert sorted(pack) == [
        "about", "cards", "key", "kind", "source", "title", "version", "wording"
    ]  # fmt: skip
    assert (pack["kind"], pack["key"], pack["wording"]) == ("card_set", path.stem, "ours")
    assert 16 <= len(pack["cards"]) <= 20
    assert [card for card in pack["cards"] if sorted(card) != ["code", "text"]] == []
    assert [card for card in pack["cards"] if not isinstance(card["code"], str)] == []
    assert [card for card in pack["cards"] if len(card["text"]) > 60] == []
    assert len({card["code"] for card in pack["cards"]}) == len(pack["cards"])
    assert len({same(card["text"]) for card in pack["cards"]}) == len(pack["cards"])
