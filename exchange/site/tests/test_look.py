"""The look keeps its promises: contrast, size, no inline style or script, errors in words."""

import gzip
import logging
import re
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template
from django.test import Client, RequestFactory, override_settings

from exchange.core.outbox import deliver
from exchange.core.rendering import HouseForms
from exchange.directory.accounts import InvitedOnly
from exchange.site import errors
from exchange.site.components import Everything

pytestmark = pytest.mark.django_db
HOUSE = Path(settings.PACKAGE)
SHEET = HOUSE / "static" / "exchange.css"
# A fixture and not a decorator: one of these would be taken off before the `settings` fixture of
# the same test, which would then put the gallery's addresses back for all tests to come.
GALLERY = pytest.mark.usefixtures("gallery")


@pytest.fixture
def gallery(settings):
    """The addresses of the gallery."""
    settings.ROOT_URLCONF = "tests.gallery"


PASSWORD = "four plain words here"


# Contrast, computed from the file (WCAG 2.2, relative luminance and contrast ratio)

# (foreground, background, least ratio): text 4.5 or more, controls and signs 3.
PAIRS = [
    ("ink", "paper", 12),
    ("ink", "card", 12),
    ("ink", "brand-wash", 7),
    ("ink", "way-wash", 7),
    ("ink", "go-wash", 7),
    ("ink", "off-wash", 7),
    ("soft", "paper", 4.5),
    ("soft", "card", 4.5),
    ("soft", "brand-wash", 4.5),
    ("soft", "way-wash", 4.5),
    ("soft", "off-wash", 4.5),
    ("link", "paper", 4.5),
    ("link", "card", 4.5),
    ("link", "brand-wash", 4.5),
    ("link", "way-wash", 4.5),
    ("brand", "paper", 4.5),
    ("brand", "card", 4.5),
    ("brand", "brand-wash", 4.5),
    ("on-brand", "brand", 4.5),
    ("on-brand", "brand-deep", 4.5),
    ("on-off", "off", 4.5),
    ("on-off", "off-deep", 4.5),
    ("off", "card", 4.5),
    ("off", "paper", 4.5),
    ("off", "off-wash", 4.5),
    ("go", "card", 4.5),
    ("go", "paper", 4.5),
    ("control", "paper", 3),
    ("control", "card", 3),
    ("control", "brand-wash", 3),
    ("focus", "ring", 9),
]


def luminance(colour: str) -> float:
    """WCAG's relative luminance of "#rrggbb"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def layer(name: str) -> str:
    return re.search(rf"@layer {name} \{{(.*?)\n\}}", SHEET.read_text(), re.S)[1]


def colours_in(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text))


def tokens(scheme: str) -> dict[str, str]:
    """The colours of the sheet in that scheme: light, dark, more light or more dark.

    "More" is what a person sees who asked their device for more contrast.
    """
    light, dark = layer("tokens").split("@media (prefers-color-scheme: dark)")
    more, more_dark, *_ = re.findall(r":root \{(.*?)\}", layer("contrast"), re.S)
    found = colours_in(light)
    if "dark" in scheme:
        found |= colours_in(dark)
    if "more" in scheme:
        found |= colours_in(more)
    return found | colours_in(more_dark) if scheme == "more dark" else found


def test_contrast_formula():
    assert (round(contrast("#000000", "#ffffff"), 2), contrast("#123456", "#123456")) == (21, 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrasts(scheme):
    colours = tokens(scheme)
    weak = [
        (one, other, round(contrast(colours[one], colours[other]), 2), least)
        for one, other, least in PAIRS
        if contrast(colours[one], colours[other]) < least
    ]
    assert weak == []


# Lines that carry meaning: round cards, tags and notes.
EDGES = ("line", "brand-line", "go-line", "way-line", "off-line", "way")


@pytest.mark.parametrize("scheme", ["more light", "more dark"])
def test_more_contrast_is_more(scheme):
    """Text 7 or more on whatever it stands (AAA), what is pressed 4.5, every edge 3."""
    colours = tokens(scheme)
    pairs = [(one, other, max(least, 7 if least > 3 else 4.5)) for one, other, least in PAIRS]
    pairs += [(one, other, 3) for one in EDGES for other in ("paper", "card")]
    weak = [
        (one, other, round(contrast(colours[one], colours[other]), 2), least)
        for one, other, least in pairs
        if contrast(colours[one], colours[other]) < least
    ]
    assert weak == []


def test_tokens_are_those_of_the_design():
    light, dark = tokens("light"), tokens("dark")
    assert [light[n] for n in ("ink", "paper", "card", "line", "brand", "brand-wash")] == [
        "#1b1f2a",
        "#faf8f4",
        "#ffffff",
        "#e3ddd1",
        "#3b3fa0",
        "#eeeefa",
    ]
    assert [light[n] for n in ("link", "soft", "control", "focus", "go", "way", "off")] == [
        "#1d4ed8",
        "#5a5f6b",
        "#87816f",
        "#ffdd00",
        "#1a7f64",
        "#ffbf47",
        "#8e1230",
    ]
    assert [dark[n] for n in ("paper", "ink", "link", "soft", "control")] == [
        "#121826",
        "#e8ecf4",
        "#9db7ff",
        "#a9b3c4",
        "#6b7688",
    ]


def test_sheet_is_small_and_asks_nobody():
    text = SHEET.read_text()
    assert len(gzip.compress(SHEET.read_bytes(), mtime=0)) <= 20_000
    assert re.findall(r"@import|url\(|https?:|gradient\(", text) == []
    used = set(re.findall(r"var\(--([\w-]+)", text))
    assert used - set(re.findall(r"--([\w-]+):", text)) == set()


# Templates

FORBIDDEN = {
    "style attribute": re.compile(r"\sstyle\s*=", re.I),
    "handler attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "inline style": re.compile(r"<style\b", re.I),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*\bnonce=)", re.I),
    "javascript address": re.compile(r"javascript:", re.I),
    "unescaped": re.compile(r"\|\s*safe\b|autoescape off"),
    "address outside": re.compile(r"""(?:src|href)=["'](?:https?:)?//""", re.I),
}


def ours() -> list[Path]:
    return sorted(HOUSE.rglob("*.html"))


def test_templates_keep_to_the_csp():
    assert len(ours()) > 40
    faults = [
        f"{path.relative_to(HOUSE)}: {name}"
        for path in ours()
        for name, pattern in FORBIDDEN.items()
        if pattern.search(path.read_text())
    ]
    assert faults == []


def test_every_shared_template_compiles():
    root = HOUSE / "templates"
    for path in sorted(root.rglob("*.html")):
        get_template(str(path.relative_to(root)))


# Frames


@GALLERY
def test_frame_of_a_page(client):
    page = client.get("/networks/").content.decode()
    assert re.findall(
        r'<a href="([^"]+)"(?: aria-current="(\w+)")?>(Home|Networks|Activities)', page
    ) == [
        ("/", "", "Home"),
        ("/networks/", "page", "Networks"),
        ("/activities/", "", "Activities"),
    ]
    assert page.count("<h1") == page.count("<main") == 1
    assert re.findall(r"<html[^>]*>", page) == ['<html lang="en-gb" dir="ltr">']


@GALLERY
def test_nothing_of_htmx_on_live_pages(client):
    scripts = [
        re.findall(
            r'<script src="/static/([\w/.-]+)',
            client.get(f"/about/components{address}").content.decode(),
        )
        for address in ("/", "/phone/", "/hall-join/")
    ]
    assert scripts == [["django_htmx/htmx-2.min.js"], [], []]


@GALLERY
@pytest.mark.parametrize(("demo", "strips"), [(True, 1), (False, 0)])
def test_the_invented_notice(client, settings, demo, strips):
    settings.DEMO = demo
    assert client.get("/").content.decode().count('class="invented"') == strips


def test_what_does_not_exist_is_not_linked():
    request = RequestFactory().get("/")
    with override_settings(ROOT_URLCONF="exchange.directory.account_urls"):
        page = engines["django"].from_string('{% extends "base.html" %}').render({}, request)
    assert re.findall(r'<a[^>]* href="([^"]*)"', page) == ["#main", "/", "/sign-in/"]


# Forms


def test_form_links_label_hint_and_error():
    page = str(Everything({}, renderer=HouseForms()))
    assert re.findall(r'href="#(\w+)"', page) == [
        "id_name",
        "id_purpose",
        "id_phase",
        "id_who_0",
        "id_schools_0",
        "id_agreed",
        "id_minutes",
        "id_on",
    ]
    ids = re.findall(r'\bid="(\w+)"', page)
    assert len(ids) == len(set(ids))
    pointed = re.findall(r'(?:for|href|aria-describedby)="#?([\w ]+)"', page)
    assert {one for many in pointed for one in many.split()} - set(ids) == set()
    name = re.search(r'<input[^>]*name="name"[^>]*>', page)[0]
    assert 'aria-describedby="id_name_helptext id_name_error"' in name
    assert 'aria-invalid="true"' in name


def test_form_groups_radios_and_escapes():
    page = str(Everything({"name": '"><script>x</script>'}, renderer=HouseForms()))
    assert (page.count("<fieldset"), page.count("<legend"), page.count("<script")) == (2, 2, 0)
    with pytest.raises(TemplateDoesNotExist):
        HouseForms().get_template("parts/nothing.html")


# Errors


def seen(response: HttpResponse) -> tuple[int, str]:
    """Status and heading."""
    return response.status_code, re.search(r"<h1>(.*?)</h1>", response.content.decode())[1]


def asked() -> object:
    return RequestFactory().get("/somewhere/")


AWAY, WRONG = "This site cannot reach its data at the moment", "Something went wrong here"


def sqlite_fault(name):
    fault = sqlite3.OperationalError(name)
    fault.sqlite_errorname = name
    return fault


def test_every_error_page():
    assert [
        seen(errors.bad_request(asked(), BadRequest("No."))),
        seen(errors.permission_denied(asked(), PermissionDenied())),
        seen(errors.csrf_failure(asked(), "cookie")),
        seen(errors.page_not_found(asked(), Http404("No Network matches"))),
        seen(errors.worded(asked(), HttpResponseNotAllowed(["POST"]))),
        seen(errors.worded(asked(), HttpResponse(status=410))),
        seen(errors.too_many_requests(asked())),
        seen(errors.server_error(asked())),
    ] == [
        (400, "We could not read that"),
        (403, "You cannot do this"),
        (403, "This page had been open too long"),
        (404, "We cannot find that page"),
        (405, "This address is not a page to open"),
        (410, "This is over"),
        (429, "Too many tries"),
        (500, "Something went wrong here"),
    ]


def lead(response: HttpResponse) -> str:
    return re.search(r'<p class="lead">(.*?)</p>', response.content.decode())[1]


def test_sentence_of_a_refusal_is_shown_escaped():
    refusal = PermissionDenied("Only <b>Ada</b> may.")
    assert lead(errors.permission_denied(asked(), refusal)) == "Only &lt;b&gt;Ada&lt;/b&gt; may."


def test_what_is_not_meant_for_people_is_not_shown():
    plain = lead(errors.bad_request(asked(), BadRequest()))
    assert lead(errors.bad_request(asked(), SuspiciousOperation("secret"))) == plain
    assert lead(errors.bad_request(asked(), BadRequest("Send a code."))) == "Send a code."
    assert "matches" not in errors.page_not_found(asked(), Http404("No X matches")).content.decode()


def test_reference_stands_on_the_page_and_in_the_log(caplog):
    with caplog.at_level(logging.WARNING, "exchange.errors"):
        request = RequestFactory().get("/j/secret-key/")
        page = errors.page_not_found(request, Http404()).content.decode()
    number = re.search(r'class="code">([\w-]+)<', page)[1]
    assert re.fullmatch(r"[A-Z2-9]{3}-[A-Z2-9]{3}", number)
    assert caplog.messages == [f"{number} 404 GET no such page"]


def test_server_error_needs_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert errors.server_error(asked()).status_code == 500
    assert "<h1>" in get_template("500.html").render()


def raised(*causes):
    """The exception that comes of raising these one from another, the last outermost."""
    before = None
    for cause in causes:
        cause.__cause__, before = before, cause
    return before


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        (OperationalError("the server closed the connection"), 503, AWAY),
        (InterfaceError("the connection is closed"), 503, AWAY),
        (raised(sqlite_fault("SQLITE_FULL"), OperationalError("full")), 503, AWAY),
        (raised(sqlite_fault("SQLITE_ERROR"), OperationalError("no such table")), 500, WRONG),
        (ProgrammingError("no such table"), 500, WRONG),
        (ValueError("x"), 500, WRONG),
    ],
)
def test_where_the_database_is_away_the_page_says_so(fault, status, title):
    """With 503 a phone waits and counts no try."""
    try:
        raise fault
    except Exception:
        assert seen(errors.server_error(asked())) == (status, title)


@GALLERY
def test_errors_through_the_whole_house():
    client = Client(raise_request_exception=False)
    answers = [client.get(p) for p in ("/refused/", "/nope/", "/posted/", "/over/", "/broken/")]
    assert [a.status_code for a in answers] == [403, 404, 405, 410, 500]
    assert answers[2].headers["Allow"] == "POST"
    assert lead(answers[0]) == "Only a co-leader of &lt;Harbour&gt; may close it."


@GALLERY
def test_a_program_is_not_sent_a_page():
    answer = Client().get("/over/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.content) == (410, b"")


# Accounts


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create_user("ada@example.org", PASSWORD, "Ada")


@GALLERY
def test_no_sign_up_without_invitation(client, django_user_model):
    sent = {"email": "new@example.org", "password1": PASSWORD}
    pages = [client.get("/account/sign-up/"), client.post("/account/sign-up/", sent)]
    assert [seen(p) for p in pages] == [(200, "Accounts are made by invitation")] * 2
    assert django_user_model.objects.count() == 0


@GALLERY
@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("", "/"),
        ("/networks/", "/networks/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
    ],
)
def test_signing_in_goes_home_and_never_elsewhere(client, ada, wanted, lands):
    sent = {"login": " Ada@Example.org ", "password": PASSWORD, "next": wanted}
    answer = client.post("/account/sign-in/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, lands)


@GALLERY
def test_wrong_password_in_our_words(client, ada):
    page = client.post("/account/sign-in/", {"login": "ada@example.org", "password": "no"})
    text = page.content.decode()
    assert str(InvitedOnly.error_messages["email_password_mismatch"]) in text
    assert (text.count("placeholder"), "<title>Error: Sign in" in text) == (0, True)


@GALLERY
def test_choosing_a_new_password_by_letter(client, ada, settings):
    settings.BASE_URL = "https://exchange.example"
    client.post("/account/password/reset/", {"email": "ADA@example.org"})
    deliver()
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (["ada@example.org"], "Choose a new password")
    link = re.search(r"https://exchange\.example(/\S+)", letter.body)[1]
    assert letter.alternatives[0].content.count(link) == 2
    form = client.get(link, follow=True)
    assert seen(form) == (200, "Choose a new password")
    address = form.redirect_chain[-1][0]
    fresh = {"password1": "another four plain words", "password2": "another four plain words"}
    saved = client.post(address, fresh, follow=True)
    assert (saved.status_code, saved.redirect_chain) == (200, [("/", 302)])
    assert "Your new password is saved." in saved.content.decode()
    ada.refresh_from_db()
    assert ada.check_password("another four plain words")
    assert seen(Client().get(link)) == (200, "This link no longer works")


@GALLERY
def test_unknown_address_learns_nothing_on_the_page(client, ada):
    pages = [
        client.post("/account/password/reset/", {"email": address}, follow=True)
        for address in ("ada@example.org", "who@example.org")
    ]
    assert [seen(p) for p in pages] == [(200, "Look in your mail")] * 2
    deliver()
    assert [m.subject for m in mail.outbox] == [
        "Choose a new password",
        "You asked for a new password",
    ]


@GALLERY
def test_pages_of_the_account(client, ada):
    client.force_login(ada)
    headings = [
        seen(client.get(f"/account/{page}/")) for page in ("password", "sign-out", "confirm")
    ]
    assert headings == [
        (200, "Change your password"),
        (200, "Sign out?"),
        (200, "Is it still you?"),
    ]
    closed = Client().get("/account/closed/")
    assert seen(closed) == (200, "This account is closed")
