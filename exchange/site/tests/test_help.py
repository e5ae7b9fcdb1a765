"""Help: open to everybody, made of packs, and as good as what it links to."""

import re
from html import unescape

import pytest
import yaml
from django.conf import settings as house_settings
from django.urls import resolve, reverse

from exchange.core.packs import check_pack, load_packs, packs_by_kind
from exchange.site.pages import _pages, blocks_of, pages

KEYS = ["joining", "teacher", "facilitator", "co-leader", "head", "it-team", "words"]
DOCTOR = "exchange doctor"
HELP = {
    "kind": "help", "key": "joining", "version": 1, "title": "How we join", "lead": "Ours.",
    "blocks": [{"heading": "<b>How</b>?"}, {"text": "By {days}."}],
}  # fmt: skip


@pytest.fixture
def folder(settings, tmp_path):
    """A folder of an installer."""
    settings.CONTENT_DIRS = [*house_settings.CONTENT_DIRS, tmp_path]
    _pages.cache_clear()
    yield tmp_path
    _pages.cache_clear()


def questions(key):
    return [block["heading"] for block in blocks_of(pages("help")[key]) if "heading" in block]


def test_one_page_has_every_question_and_each_leads_to_its_answer(client, db):
    page = client.get(reverse("help")).content.decode()
    links = re.findall(r'<li><a href="(/help/[^"]+)#(\w+)">([^<]+)</a>', page)
    assert [(path, unescape(said)) for path, _id, said in links] == [
        (reverse("help_page", args=[key]), said) for key in KEYS for said in questions(key)
    ]
    for key in KEYS:
        text = client.get(reverse("help_page", args=[key])).content.decode()
        ids = [anchor for path, anchor, _said in links if path.endswith(f"/{key}/")]
        assert re.findall(r'<h2 id="(\w+)">', text) == ids
    assert client.get("/help/no-such-text/").status_code == 404


def test_every_page_leads_to_help_in_the_same_place(client, db):
    for path in ("/", "/help/", "/about/privacy/", "/no-such-page/", reverse("account_login")):
        page = client.get(path).content.decode()
        links = re.findall(r'<a href="([^"]+)"', page[page.index("<nav") : page.index("</nav>")])
        assert links == ["/", "/networks/", "/activities/", "/help/"], path
    assert '<p class="soft"><a href="/help/">' in client.get("/join/").content.decode()


def test_links_of_the_texts_lead_to_addresses_there_are():
    to = [b["to"] for key in KEYS for b in pages("help")[key]["blocks"] if "link" in b]
    assert len(to) > 15
    assert [path for path in to if not resolve(path).url_name] == []


def test_what_the_texts_quote_stands_on_a_page():
    """A button that is named in a help text is called so where it is pressed."""
    pages_ = (p for p in house_settings.PACKAGE.rglob("*") if p.suffix in {".html", ".js"})
    said = "\n".join(path.read_text() for path in pages_)
    blocks = [block for key in KEYS for block in blocks_of(pages("help")[key])]
    lines = [line for block in blocks for line in block.get("list", [block.get("text", "")])]
    quoted = {word for line in lines for word in re.findall(r'"([^"]+)"', line)}
    assert len(quoted) >= 5
    assert [word for word in sorted(quoted) if word not in said and word != DOCTOR] == []


def test_words_are_those_of_the_glossary():
    """The word list says in its own way what docs/glossary.md fixes; it has no words besides."""
    glossary = (house_settings.PACKAGE.parent / "docs" / "glossary.md").read_text().lower()
    lines = [line for block in blocks_of(pages("help")["words"]) for line in block.get("list", [])]
    words = [line.partition(":")[0].lower() for line in lines]
    assert [word for word in words if f"**{word}**" not in glossary] == []


def test_an_installers_own_takes_its_place_and_is_escaped(client, db, folder):
    (folder / "one.yaml").write_text(yaml.safe_dump(HELP))
    (folder / "two.yaml").write_text(yaml.safe_dump({**HELP, "key": "lunch", "title": "Lunch"}))
    assert [*pages("help")] == [*KEYS, "lunch"]
    assert "lunch" not in pages()
    page = client.get("/help/joining/").content.decode()
    assert "&lt;b&gt;How&lt;/b&gt;?" in page
    assert f"<p>By {house_settings.LABEL_DAYS}.</p>" in page
    assert load_packs(house_settings.CONTENT_DIRS)["refused"] == []
    assert [*packs_by_kind()] == ["card_set"]


@pytest.mark.parametrize("wrong", [{"lead": ""}, {"lead": 7}, {"lead": "x" * 201}, {"blocks": []}])
def test_what_is_not_sound_is_refused_with_a_sentence(wrong):
    assert len(check_pack({**HELP, **wrong})) == 1


def test_an_address_of_the_house_is_no_key_of_a_page():
    taken = {**HELP, "kind": "page", "key": "questions"}
    assert check_pack(taken) == [
        "The house has a page 'questions' of its own: choose another `key`."
    ]
