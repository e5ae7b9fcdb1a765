"""Static files leave compressed, whole and under the address of their content; pages do not."""

import gzip
from pathlib import Path

import pytest
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
FILES = ["exchange.css", "live.js", "outbox.js", "mark.svg", "activities/diamond_nine/board.js"]


def path_of(name: str) -> Path:
    if name.startswith("activities/"):
        return STATIC.parent / name
    return STATIC / name


@pytest.mark.parametrize("name", FILES)
def test_a_file_leaves_compressed_and_is_what_it_was(name: str) -> None:
    url, kept = static(name), path_of(name).read_bytes()
    small = Client().get(url, headers={"accept-encoding": "gzip, deflate, br"})
    assert small.status_code == 200
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) == len(small.content) < len(kept)
    assert gzip.decompress(small.content) == kept
    plain = Client().get(url)
    assert b"".join(plain.streaming_content) == kept  # type: ignore[attr-defined]
    assert "Content-Encoding" not in plain.headers
    for answer in (small, plain):
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Cache-Control"] == "max-age=3600, public"
        assert answer.headers["ETag"] == plain.headers["ETag"]


def test_what_a_browser_has_is_not_sent_again() -> None:
    takes = {"accept-encoding": "gzip"}
    had = Client().get(static("live.js"), headers=takes)
    again = Client().get(static("live.js"), headers={**takes, "if-none-match": had.headers["ETag"]})
    assert (again.status_code, again.headers["Vary"]) == (304, "Accept-Encoding")
    assert b"".join(again.streaming_content) == b""  # type: ignore[attr-defined]


def test_part_of_a_file_and_its_head_are_not_compressed() -> None:
    asked = {"accept-encoding": "gzip", "range": "bytes=0-9"}
    part = Client().get(static("live.js"), headers=asked)
    assert b"".join(part.streaming_content) == path_of("live.js").read_bytes()[:10]  # type: ignore[attr-defined]
    assert part.status_code == 206
    head = Client().head(static("live.js"), headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in head.headers


def test_an_address_without_the_hash_is_asked_for_again_each_time() -> None:
    """So a module that another names by itself is never older than the one that names it."""
    plain, _hash = static("outbox.js").split("?")
    assert Client().get(plain).headers["Cache-Control"] == "no-cache"


@pytest.mark.django_db
def test_no_page_is_compressed() -> None:
    """A page holds secrets beside what others chose: docs/decisions/0050."""
    page = Client().get(reverse("join"), headers={"accept-encoding": "gzip, deflate, br"})
    assert page.status_code == 200
    assert "Content-Encoding" not in page.headers
