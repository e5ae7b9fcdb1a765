"""Static files without a collecting step: the address carries a hash of the content."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@lru_cache(maxsize=512)
def fingerprint(path: str, changed: float) -> str:
    """Eight hex digits of the file's SHA-256; `changed` makes the cache notice a new file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]


class HashedQuery(StaticFilesStorage):
    """`{% static 'x.css' %}` -> /static/x.css?v=1a2b3c4d"""

    def url(self, name: str | None) -> str:
        plain = super().url(name)
        found = finders.find(name or "")
        if not isinstance(found, str):
            return plain
        return f"{plain}?v={fingerprint(found, Path(found).stat().st_mtime)}"
