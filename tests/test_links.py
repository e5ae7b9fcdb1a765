"""Pages lead to one another: from somebody's home to every page, and no link into nothing."""

from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client
from django.urls import resolve, reverse

from tests.addresses import STREAMS
from tests.test_permissions import read_table
from tests.world import World

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


def walk(client: Client) -> dict[str, tuple[int, str]]:
    """Every address that leads from home, with its status and the page that led there."""
    met: dict[str, tuple[int, str]] = {}
    ahead = [(HOME, "")]
    while ahead:
        path, origin = ahead.pop()
        if path in met or path.startswith("/static/") or name_of(path) in STREAMS:
            continue
        answer = client.get(path)
        met[path] = (answer.status_code, origin)
        if answer.status_code in (301, 302):
            ahead.append((urljoin(path, answer["Location"]), path))
        elif answer["Content-Type"].startswith("text/html"):
            ahead += [(link, path) for link in leads(answer.content.decode(), path)]
    return met


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
    "join_code": "the code on the screen",
    "join_token": "the picture or the link",
    "single_sign_on": "the account page, where a provider is set up",
    "mfa_generate_recovery_codes": "having set up a second step",
    "alive": "machines ask",
    "ready": "machines ask",
    "robots": "machines ask",
}


def pages(world: World) -> set[str]:
    """The names that answer somebody with a page (tests/permissions.txt), streams apart."""
    rows = [row for row in read_table(list(world.people())) if "@" not in row.name]
    return {
        row.name for row in rows if row.method == "get" and "200" in row.expected.values()
    } - set(STREAMS)


def test_every_page_is_reached_from_somebodys_home_and_every_link_leads_somewhere(
    world: World,
) -> None:
    """Also no link shows a page only to refuse it: what one may not do is not offered."""
    walks = {who: walk(world.client(who)) for who in world.people()}
    nowhere = [
        f"{who}: {origin} -> {path}: {status}"
        for who, met in walks.items()
        for path, (status, origin) in met.items()
        if status not in (200, 302)
    ]
    assert nowhere == []
    reached = {name_of(path) for met in walks.values() for path in met}
    assert sorted(pages(world) - reached) == sorted(BY_ANOTHER_WAY)


def test_whoever_has_a_seat_finds_back_to_it(world: World) -> None:
    """Cy joined while signed in; the session stands on his home and leads to his board."""
    path = reverse("board", args=[world.open_run.pk])
    told = {who: path in walk(world.client(who)) for who in ("cy", "hana")}
    assert told == {"cy": True, "hana": False}
