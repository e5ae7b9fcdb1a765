"""Pieces of a page: rendered once for equal values, blind for all else, each form with its own id."""

import re

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation
from django.utils.html import format_html

from exchange.live.templatetags.pieces import MOST_KEPT

MOVE_ID = re.compile(r'name="move_id" value="([^"]*)"')


def test_a_piece_knows_only_what_it_names():
    page = Template(
        "{% piece card=card %}{{ card }}{{ secret }}{{ request }}{{ seat.key }}{% endpiece %}"
    )
    for secret in ("hers", "his"):
        assert page.render(Context({"card": "A", "secret": secret, "seat": {"key": "s1"}})) == "A"


def test_equal_values_are_rendered_once():
    page = Template("{% piece card=card %}{{ card.word.upper }}{% endpiece %}")
    node = page.nodelist[0]
    for code in ("a", "b", "a", "a"):
        assert page.render(Context({"card": {"word": code}})) == code.upper()
    assert len(node.kept) == 2


def test_values_of_other_kinds_are_not_confused():
    page = Template("{% piece one=one other=other %}{{ one }}|{{ other }}{% endpiece %}")
    pairs = [
        ("a", "b"),
        ("a", None),
        (1, "b"),
        ("1", "b"),
        (["a"], "b"),
        ("['a']", "b"),
        ("b", "a"),
    ]
    told = [page.render(Context({"one": one, "other": other})) for one, other in pairs]
    assert told == ["a|b", "a|None", "1|b", "1|b", "[&#x27;a&#x27;]|b", "[&#x27;a&#x27;]|b", "b|a"]
    marked = Template("{% piece text=text %}{{ text }}{% endpiece %}")
    texts = (format_html("<b>{}</b>", "x"), "<b>x</b>", format_html("<b>{}</b>", "x"))
    told = [marked.render(Context({"text": text})) for text in texts]
    assert told == ["<b>x</b>", "&lt;b&gt;x&lt;/b&gt;", "<b>x</b>"]
    yes = Template("{% piece one=one %}{{ one }}{% endpiece %}")
    assert [yes.render(Context({"one": v})) for v in (True, 1, 1.0)] == ["True", "1", "1.0"]


def test_each_language_has_its_own():
    page = Template(
        "{% piece n=n %}{{ n|yesno }} {% get_current_language as code %}{{ code }}{% endpiece %}"
    )
    told = []
    for language in ("en-gb", "cy", "en-gb"):
        with translation.override(language):
            told.append(page.render(Context({"n": True})))
    assert [words.rpartition(" ")[2] for words in told] == ["en-gb", "cy", "en-gb"]


def test_forms_have_the_viewer_s_token_and_ids_of_their_own():
    page = Template(
        "{% piece card=card %}{% move 'place' %}{% csrf_token %}"
        "{% piece card=card %}{% move 'lock' %}{% endpiece %}{% endpiece %}{% move 'word' %}"
    )
    looks = [page.render(Context({"card": "A", "csrf_token": token})) for token in ("t1", "t2")]
    assert [re.findall(r'csrfmiddlewaretoken" value="([^"]*)"', look) for look in looks] == [
        ["t1"] * 4, ["t2"] * 4,
    ]  # fmt: skip
    assert re.findall(r'name="kind" value="([^"]*)"', looks[0]) == ["place", "lock", "word"]
    ids = [found for look in looks for found in MOVE_ID.findall(look)]
    assert len(set(ids)) == len(ids) == 6
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{8,64}", found) for found in ids)


def test_words_stay_escaped():
    page = Template("{% piece text=text %}<b>{{ text }}</b>{% endpiece %}")
    assert (
        page.render(Context({"text": "<i>"}))
        == "<b>&lt;i&gt;</b>"
        == page.render(Context({"text": "<i>"}))
    )


def test_it_does_not_grow_for_ever():
    page = Template("{% piece text=text %}{{ text }}{% endpiece %}")
    for n in range(30):
        text = f"{n:02d}" * 50_000
        assert page.render(Context({"text": text})) == text
    node = page.nodelist[0]
    kept = sum(
        len(kept) + len(language) + len(text) for (language, text), (kept, _) in node.kept.items()
    )
    assert kept == node.size
    assert node.size <= MOST_KEPT


@pytest.mark.parametrize(
    "wrong",
    [
        "{% piece %}{% endpiece %}",
        "{% piece card %}{% endpiece %}",
        "{% eachpiece %}{% endeachpiece %}",
        "{% eachpiece card=cards %}{% endpiece %}",
    ],
)
def test_what_a_template_has_wrong_is_told(wrong):
    with pytest.raises(TemplateSyntaxError):
        Template(wrong)


def test_a_piece_for_each_of_a_list_is_a_loop_around_a_piece():
    card = "{{ card.text }}{% if last %}!{% endif %}{% csrf_token %} "
    loop = Template(
        "{% for card in cards %}{% piece card=card last=last %}"
        + card
        + "{% endpiece %}{% endfor %}"
    )
    each = Template("{% eachpiece card=cards last=last %}" + card + "{% endeachpiece %}")
    for cards in (
        [],
        [{"text": "<a>"}],
        [{"text": "b"}, {"text": "b"}, {"text": True}, {"text": 1}],
    ):
        for last in (True, False):
            shown = {"cards": cards, "last": last, "csrf_token": "of this page"}
            assert each.render(Context(shown)) == loop.render(Context(shown))
    assert len(each.nodelist[0].kept) == 8  # four different cards, last or not
