"""Pages that an installer writes: ours as a start, theirs in place of ours."""

import pytest
import yaml
from django.conf import settings as house_settings
from django.urls import reverse
from django.utils.translation import override

from exchange.core.packs import check_pack, load_packs, packs_by_kind, read_packs
from exchange.site.pages import _pages, blocks_of, pages

PAGE = {
    "kind": "page", "key": "privacy", "version": 1, "title": "How we keep your data",
    "blocks": [{"heading": "Who"}, {"text": "<b>We</b>, at {contact}."}, {"list": ["{days} days"]},
               {"link": "Ask", "to": "/about/questions/"}],
}  # fmt: skip


@pytest.fixture
def folder(settings, tmp_path):
    """A folder of an installer, named after our own."""
    settings.CONTENT_DIRS = [*house_settings.CONTENT_DIRS, tmp_path]
    _pages.cache_clear()
    yield tmp_path
    _pages.cache_clear()


def write(folder, **changed):
    body = {**PAGE, **changed}
    (folder / f"{body['key']}.yaml").write_text(yaml.safe_dump(body))


def test_ours_are_there(client, db):
    assert list(pages()) == ["privacy", "accessibility"]
    for key in pages():
        assert client.get(reverse("about", args=[key])).status_code == 200
    assert client.get("/about/no-such-page/").status_code == 404


def test_ours_names_who_answers_and_the_days(settings):
    settings.PRIVACY_CONTACT, settings.LABEL_DAYS = "iris@example.org", 12
    said = str(blocks_of(pages()["privacy"]))
    assert ("iris@example.org" in said, "12 days after" in said, "{" + "contact" in said) == (
        True, True, False,
    )  # fmt: skip


def test_an_installers_own_takes_its_place_and_more_may_come(client, db, folder):
    write(folder)
    write(folder, key="terms", title="Terms of use")
    assert [page["title"] for page in pages().values()] == [
        "How we keep your data", "Accessibility", "Terms of use",
    ]  # fmt: skip
    page = client.get("/about/privacy/").content.decode()
    assert ("&lt;b&gt;We&lt;/b&gt;" in page, "<b>We" in page) == (True, False)
    assert 'href="/about/questions/">Ask</a>' in page
    assert 'href="/about/terms/">Terms of use</a>' in client.get("/").content.decode()


def test_every_page_and_the_way_in_lead_there(client, db):
    links = [reverse("about", args=[key]) for key in pages()] + [reverse("question_new")]
    for path in ("/", "/join/", "/about/privacy/", "/no-such-page/", reverse("account_login")):
        page = client.get(path).content.decode()
        assert [link for link in links if f'href="{link}"' not in page] == [], path
    assert 'href="/.well-known/security.txt"' in client.get("/").content.decode()


def test_two_of_one_key_in_one_folder_are_refused_and_other_kinds_are_not_replaced(folder):
    write(folder)
    (folder / "again.yaml").write_text(yaml.safe_dump(PAGE))
    card_set = {"kind": "card_set", "key": "first_year", "version": 1, "title": "Ours",
                "cards": [{"code": f"c{n}", "text": f"Card {n}"} for n in range(9)]}  # fmt: skip
    (folder / "cards.yaml").write_text(yaml.safe_dump(card_set))
    _packs, problems = read_packs(house_settings.CONTENT_DIRS)
    assert sorted(problem.path.name for problem in problems) == ["cards.yaml", "privacy.yaml"]


def test_a_page_in_the_readers_language_goes_before_the_one_for_all(folder):
    write(folder)
    (folder / "cy.yaml").write_text(yaml.safe_dump({**PAGE, "language": "cy", "title": "Data"}))
    assert pages()["privacy"]["title"] == PAGE["title"]
    with override("cy"):
        assert pages()["privacy"]["title"] == "Data"
        assert [*pages()][1] == "accessibility"


def test_pages_are_judged_with_the_rest_and_no_activity_gets_them(db, folder):
    write(folder)
    assert load_packs(house_settings.CONTENT_DIRS)["refused"] == []
    assert "page" not in packs_by_kind()


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "../etc"}, {"blocks": []}, {"blocks": "text"}, {"blocks": [7]},
        {"blocks": [{"text": 7}]}, {"blocks": [{"list": "one"}]}, {"blocks": [{"html": "<b>"}]},
        {"blocks": [{"text": "a", "heading": "b"}]}, {"blocks": [{"text": "x" * 2001}]},
        {"blocks": [{"link": "Ask", "to": "javascript:alert(1)"}]},
        {"blocks": [{"link": "Ask", "to": "//evil.example"}]}, {"blocks": [{"link": "Ask"}]},
        {"language": "Welsh"}, {"language": 7},
    ],
)  # fmt: skip
def test_what_is_not_sound_is_refused_with_a_sentence(wrong):
    sentences = check_pack({**PAGE, **wrong})
    assert len(sentences) >= 1
    assert all(sentence.endswith(".") for sentence in sentences)
