"""Static files without a collecting step: the address carries a hash of the content, and what is
text leaves compressed."""

import gzip
import hashlib
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware

#: What becomes smaller, by the start of its content type.
TEXT = ("text/", "application/javascript", "image/svg+xml")


@lru_cache(maxsize=512)
def fingerprint(path: str, changed: float) -> str:
    """Eight hex digits of the file's SHA-256; `changed` makes the cache notice a new file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]


@lru_cache(maxsize=512)
def compressed(path: str, changed: float) -> bytes:
    """The file with gzip; the same bytes in every process."""
    return gzip.compress(Path(path).read_bytes(), mtime=0)


class HashedQuery(StaticFilesStorage):
    """`{% static 'x.css' %}` -> /static/x.css?v=1a2b3c4d"""

    def url(self, name: str | None) -> str:
        plain = super().url(name)
        found = finders.find(name or "")
        if not isinstance(found, str):
            return plain
        return f"{plain}?v={fingerprint(found, Path(found).stat().st_mtime)}"


class StaticFiles(WhiteNoiseMiddleware):
    """Static files as whitenoise serves them, and besides:

    - compressed, for who asks for a whole file and takes gzip. Pages are not: docs/decisions/0050
    - one asked for without its hash is asked for again each time: modules name one another so
    """

    def serve(self, static_file: Any, request: HttpRequest) -> HttpResponse:
        _, path, headers = static_file.alternatives[-1]
        is_text = dict(headers)["Content-Type"].startswith(TEXT)
        head = static_file.get_response("HEAD", request.META)
        takes = "gzip" in request.headers.get("Accept-Encoding", "")
        if is_text and takes and request.method == "GET" and head.status == HTTPStatus.OK:
            body = compressed(path, Path(path).stat().st_mtime)
            response = HttpResponse(body, headers=dict(head.headers))
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(body))
        else:
            response = super().serve(static_file, request)
        if is_text:
            patch_vary_headers(response, ["Accept-Encoding"])
        if "v" not in request.GET:
            response.headers["Cache-Control"] = "no-cache"
        return response
