"""Every page in a language of other letters: what stays in plain letters never met gettext.

What people wrote, names and the like stay as they are: they are known from the database.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as house
from django.db import models
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook
from pypdf import PdfReader

from exchange.activities.diamond_nine import words
from exchange.directory.register import england
from exchange.directory.subjects import export
from exchange.live.tests.holding import play, replayed
from exchange.site import pages as site_pages
from tests import world as worlds
from tests.addresses import STREAMS, addresses, names
from tests.cast import Cast
from tests.pseudo import catalogue
from tests.world import World

VISITORS = ("ben", "ada", "hana", "gil", "anyone")
STATES = (
    "run@draft", "run@closed", "run@released", "run_setup@draft", "screen@closed", "run_print",
    "finding@finding-released",
)  # fmt: skip
UNREAD = re.compile(r"<!--.*?-->|<(script|style|code|pre|samp)\b.*?</\1>", re.DOTALL)
SAID = re.compile(
    r'\s(?:alt|title|aria-label|placeholder|summary)="([^"]*)"|\sdata-\w+="([A-Z][^"{:]*)"'
)
TAG = re.compile(r"<[^>]*>")
#: A text that a person wrote, not a word of ours for a kind or a state, such as `leader`.
WRITTEN = re.compile(r"(?=.*[A-Za-z]{3}).*[A-Z @.-]")
#: Addresses and join codes.
NO_WORD = re.compile(r"\bhttps?://\S+|[\w.@]*\blocalhost\S*|\b[A-Z0-9]{3}(-[A-Z0-9]{3})+\b")
#: Said the same in every language.
NAMES = {"Learning Exchange", "CSV", "XLSX", "PDF", "SVG", "JSON", "URN"}
#: Pages whose content is an example, in English, and says so.
EXAMPLES = {"components", "component"}
PLAIN = re.compile(r"[A-Za-z]{3,}(?:[ ’'-]+[A-Za-z]+)*")


@pytest.fixture
def other(settings: Any, tmp_path: Path) -> Iterator[None]:
    """The site speaks the language of tests/pseudo."""
    catalogue.write(tmp_path)
    settings.LANGUAGE_CODE = catalogue.LANGUAGE
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.CONTENT_DIRS = [*house.CONTENT_DIRS, tmp_path / "content"]
    site_pages._pages.cache_clear()
    yield
    site_pages._pages.cache_clear()


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings(one)


def known_from_the_database() -> list[str]:
    """Every text that somebody wrote or a register brought, the longest first."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    found: set[str] = set()
    for model in apps.get_models():
        fields = [
            field for field in model._meta.concrete_fields
            if isinstance(field, kinds) and not field.choices
        ]  # fmt: skip
        for row in model._base_manager.all():
            for field in fields:
                for text in strings(getattr(row, field.name)):
                    found |= {" ".join(line.split()) for line in (text, *re.split("\n|=|: ", text))}
    written = set(filter(WRITTEN.search, found))
    written |= {england.COUNTRY.attribution, house.PRIVACY_CONTACT, *NAMES}
    return sorted(written, key=len, reverse=True)


def bare(page: str, known: list[str]) -> list[str]:
    """What a page says in plain letters, of its text and its attributes, without what is known."""
    text = UNREAD.sub(" ", page)
    parts = [*TAG.sub("\n", text).split("\n"), *("".join(said) for said in SAID.findall(text))]
    lines = [" ".join(unescape(part).split()) for part in parts]
    lines = [NO_WORD.sub(" ", line) for line in lines]
    found = []
    for line in lines:
        if not PLAIN.search(line):
            continue
        for one in known:
            if one in line:
                line = line.replace(one, " ")
        found += PLAIN.findall(line)
    return sorted(set(found))


def test_every_page_is_in_the_language_of_the_site(world: World, other: None) -> None:
    known = known_from_the_database()
    browsers = {who: world.client(who) for who in VISITORS}
    seen, wrong = set(), {}
    for name in dict.fromkeys([*names(), *STATES]):
        if name in {*STREAMS, *EXAMPLES}:
            continue
        path = addresses(world, name)[0]
        for who, browser in browsers.items():
            answer = browser.get(path)
            if "text/html" not in answer.headers.get("Content-Type", "") or not answer.content:
                continue
            seen.add(name)
            words = bare(answer.content.decode(), known)
            if words:
                wrong[f"{name} {who}"] = words
    assert len(seen) >= 60
    assert wrong == {}


def unknown(words: str, known: list[str]) -> set[str]:
    """Words in plain letters that stand in no text which somebody wrote."""
    written = set(re.findall(r"[A-Za-z]{3,}", " ".join(known)))
    return set(re.findall(r"[A-Za-z]{3,}", words)) - written


def test_every_paper_is_in_the_language_of_the_site(world: World, other: None) -> None:
    known, ben = known_from_the_database(), world.client("ben")
    wrong = {}
    for run, name, keys in (
        (world.open_run, "run_paper", ("cards", "grid", "script", "alone", "table")),
        (world.closed_run, "run_report", ("report",)),
    ):
        for key in keys:
            answer = ben.get(reverse(name, args=[run.pk, key]))
            text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
            assert catalogue.other("card").split()[-1] in text.casefold()
            wrong[key] = unknown(text, known)
    answer = ben.get(reverse("learning_file", args=["pdf"]))
    wrong["learning"] = unknown(PdfReader(BytesIO(answer.content)).pages[0].extract_text(), known)
    assert {key: words for key, words in wrong.items() if words} == {}


def test_every_table_is_in_the_language_of_the_site(world: World, other: None) -> None:
    """The sheets of a workbook; they are called by their keys, which the first of them explains."""
    known, ben = known_from_the_database(), world.client("ben")
    answer = ben.get(reverse("run_workbook", args=[world.closed_run.pk]))
    book = load_workbook(BytesIO(answer.content))
    words = "\n".join(
        str(cell)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell
    )
    assert unknown(words, known) - set(book.sheetnames) == set()


def test_ones_own_data_is_in_the_language_of_the_site(world: World, other: None) -> None:
    archive = zipfile.ZipFile(BytesIO(export(world.cast.hana)))
    page = archive.read("my-data.html").decode()
    said = re.findall(r"<(?:dt|h1|h2|p|title)>([^<]*)", page)
    assert len(said) > 40
    assert unknown(" ".join(said), known_from_the_database()) == set()
    kept = json.loads(archive.read("my-data.json"))
    assert [*kept["account"][0]][:2] == ["name", "e-mail address"]


def test_a_refused_move_is_told_in_the_language_of_the_site(world: World, other: None) -> None:
    run, seat = world.open_run, world.guests["gil"].seat
    tried: list[tuple[Any, str, dict[str, Any]]] = [
        (seat, "choose", {"card": "none"}),
        (seat, "group_lock", {}),
        (seat, "no_such_kind", {}),
        (seat, "own_card", {"text": "long " * 100}),
        ("desk", "extend", {"minutes": "many"}),
        ("desk", "advance", {"saw": "somewhere", "to": ""}),
    ]
    replies = [play(run, who, kind, **data) for who, kind, data in tried]
    assert {reply.status for reply in replies} == {"refused"}
    assert [PLAIN.findall(reply.sentence) for reply in replies] == [[]] * len(tried)


def test_what_a_room_keeps_is_worded_in_the_language_it_was_made_in(
    cast: Cast, other: None
) -> None:
    """Otherwise a replay for another reader would find another room."""
    run = worlds.opened(cast.ben, cast.harbour, "here")
    worlds.sit(run, "Amira")
    with override("en-gb"):
        worlds.to(run, "agree")
        worlds.move(run, None, "settle", card=run.state["setup"]["cards"][0]["code"])
        worlds.to(run, "findings")
        assert replayed(run) == (run.room, run.state)
    sentence = catalogue.other(words.FOUND_FINAL.message)
    agreed = sentence.format(card=run.setup["cards"][0]["text"])
    assert [one["text"] for one in run.room["findings"]] == [agreed]
