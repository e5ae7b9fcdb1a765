"""The page of all parts: complete, the markup true, nothing of it real."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.urls import resolve, reverse

from exchange.core.packs import TAKEN
from exchange.site.components import FOLDER, FRAMES, PARTS, parts

HOUSE = settings.PACKAGE
TEMPLATES = HOUSE / "site" / "templates" / FOLDER


@pytest.fixture
def page(client, db):
    return client.get(reverse("components")).content.decode()


def test_every_part_of_the_documents_is_shown():
    listed = (HOUSE.parent / "docs" / "components.md").read_text()
    table = listed.partition("| part | markup |")[2].partition("\n\n")[0]
    named = re.findall(r"^\| ([^|-][^|]*?) \|", table, re.M)
    assert len(named) == 18
    assert [name for name in named if name not in PARTS] == []


def test_every_template_is_used():
    assert sorted(path.stem for path in (TEMPLATES / "parts").iterdir()) == sorted(
        part.key for part in parts()
    )
    assert sorted(path.stem for path in (TEMPLATES / "frames").iterdir()) == sorted(FRAMES)


def test_each_part_has_its_name_and_its_markup(page):
    assert re.findall(r'<h2 id="([\w-]+)">', page) == ["parts", *(part.key for part in parts())]
    shown = [unescape(code) for code in re.findall(r"<pre><code>(.*?)</code></pre>", page, re.S)]
    assert shown == [part.markup for part in parts()]


def test_ids_are_there_once_and_what_points_at_them_finds_them(page):
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    pointed = re.findall(r'(?:for|aria-labelledby|aria-describedby)="([^"]+)"', page)
    assert {one for many in pointed for one in many.split()} - set(ids) == set()


def test_whole_pages_say_that_they_are_invented_and_send_nothing(client, db, settings):
    settings.DEMO = False
    pages = {n: client.get(reverse("component", args=[n])).content.decode() for n in FRAMES}
    assert [name for name, page in pages.items() if "(example)" not in page] == []
    assert [name for name, page in pages.items() if 'method="post"' in page] == []
    strips = [name for name, page in pages.items() if 'class="invented"' in page]
    framed = [name for name, page in pages.items() if '<a class="name" href="/">' in page]
    assert strips == framed == ["fields", "wrong", "search", "desk"]
    assert client.get("/about/components/privacy/").status_code == 404


def test_a_page_of_an_installer_cannot_hide_behind_one_of_ours():
    assert [resolve(f"/about/{key}/").url_name for key in TAKEN] == ["question_new", "components"]
