"""The activity printed in docs/activities.md, taken out of it as somebody would who tries it."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

KEY = "few_words"
GUIDE = Path(__file__).resolve().parents[3] / "docs" / "activities.md"
_BLOCK = re.compile(
    rf"^`{KEY}/([a-z]+\.[a-z]+)`\n\n```[a-z]+\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
_home = TemporaryDirectory(prefix="exchange-guide-")


def files() -> dict[str, str]:
    """Name -> text of each file of the activity, in the order of the document."""
    return dict(_BLOCK.findall(GUIDE.read_text(encoding="utf-8")))


def folder() -> Path:
    """A folder that holds the activity's own folder with its files, until the process ends."""
    place = Path(_home.name) / KEY
    place.mkdir(exist_ok=True)
    for name, text in files().items():
        (place / name).write_text(text, encoding="utf-8")
    return place.parent
