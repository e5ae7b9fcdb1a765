"""Pages lead to one another: from somebody's home to every page, and no link into nothing."""

from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.urls import resolve

from tests.addresses import STREAMS
from tests.test_permissions import EVERYBODY, read_table

HOME = "/"


class Links(HTMLParser):
    """Where a page leads by GET: links, forms that ask, pictures, and what its script fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form" and given.get("method", "get").lower() == "get":
            self.found.append(given.get("action", ""))
        self.found += [
            value
            for key, value in given.items()
            if key in {"href", "src", "hx-get"} or (key.startswith("data-") and value[:1] == "/")
        ]


def leads(page: str, path: str) -> list[str]:
    """The addresses of ours to which the page at `path` leads, without fragments."""
    links = Links()
    links.feed(page)
    whole = (urldefrag(urljoin(f"http://testserver{path}", link))[0] for link in links.found)
    ours = [urlsplit(link) for link in whole if link.startswith("http://testserver/")]
    return [link._replace(scheme="", netloc="").geturl() for link in ours]


def name_of(path: str) -> str:
    return resolve(urlsplit(path).path).url_name or ""


#: Pages to which nothing leads from a home, and how one comes there.
BY_ANOTHER_WAY = {
    "address_change": "the link of a letter",
    "account_inactive": "signing in to an account that was closed",
    "account_logout": "the button that signs out leads past it",
    "account_reauthenticate": "what matters, ten minutes after signing in",
    "account_reset_password_done": "asking for a letter",
    "account_reset_password_from_key": "the link of a letter",
    "invitation": "the link of a letter",
    "mail_choice": "the link of a letter",
    "meeting_door": "the code on the screen",
    "meeting_letter": "the link of a letter",
    "meeting_letter_calendar": "the link of a letter",
    "calendar_file": "calendar programs ask",
    "desk_people": "the desk of a session with more than forty people",
    "join_code": "the code on the screen",
    "join_token": "the picture or the link",
    "single_sign_on": "the account page, where a provider is set up",
    "mfa_generate_recovery_codes": "having set up a second step",
    "alive": "machines ask",
    "ready": "machines ask",
    "robots": "machines ask",
}


def pages() -> set[str]:
    """The names that answer somebody with a page (tests/permissions.txt), streams apart."""
    rows = [row for row in read_table(list(EVERYBODY)) if "@" not in row.name]
    return {
        row.name for row in rows if row.method == "get" and "200" in row.expected.values()
    } - STREAMS


#: Who is led to a page from home: the walks are in tests/test_looking.py. One is enough for each.
LED_TO = {
    "ada": (
        "about account account_address account_change_password account_login account_schools "
        "activities activity activity_paper agenda_item check claims component components desks "
        "devices finding help help_page home invitations join learning meeting "
        "meeting_calendar meeting_change meeting_new meeting_qr meeting_screen membership "
        "membership_commitment message mfa_activate_totp mfa_add_webauthn mfa_index "
        "my_calendar my_data my_erasure my_events network network_change network_mail "
        "network_meetings network_messages network_new network_people network_people_file "
        "network_schools network_schools_file networks question_new rejoin releases roles run "
        "run_copy run_facilitators run_json run_new run_paper run_picture run_print "
        "run_report run_table run_trial run_workbook school schools schools_suggest security"
    ),
    "ben": (
        "desk desk_view learning_file learning_note learning_paper learning_print screen "
        "screen_view typing_record typing_room typing_table"
    ),
    "cy": "board board_view",
    "dot": "screen_qr",
    "gil": "account_reset_password account_signup",
}


def led() -> list[str]:
    """The names that stand in LED_TO."""
    return [name for names in LED_TO.values() for name in names.split()]


def test_every_page_is_one_that_somebody_is_led_to_or_has_another_way() -> None:
    assert sorted(pages()) == sorted([*led(), *BY_ANOTHER_WAY])
