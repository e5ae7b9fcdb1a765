"""Everything that somebody meets by looking: one walk through all addresses for each person, with a
token in every confidential field. tests/test_looking.py asks what was met.

A walk is dear, and looking changes nothing, so all who ask about one person share one walk.
"""

import copy
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse

from tests.addresses import STREAMS, addresses, fingerprint_of_database, names
from tests.test_canaries import Canary, illegal_in_logs, plant, said
from tests.test_links import HOME, leads, name_of
from tests.test_permissions import Row, read_table, status_of
from tests.world import World

#: Addresses that hold a key of their own.
KEYS = {
    "invitation", "join_code", "join_token", "meeting_door", "meeting_letter",
    "meeting_letter_calendar", "calendar_file",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a GET was answered.

    status   as the table of permissions writes it
    words    all that it said: headers and body
    leads    the addresses of ours it leads to: links, or where it sends one
    """

    status: str
    code: int
    headers: dict[str, str]
    words: str
    leads: list[str]


@dataclass
class Looked:
    """What one person met.

    answers   path -> what it was answered
    crawled   the paths of every page, fragment, export, search and error
    table     a name of the table of permissions -> its path
    walked    path -> the page that leads there, beginning at home
    before, after  what the database held
    log       lines of the log that hold a token or a key
    """

    who: str
    canaries: list[Canary]
    answers: dict[str, Answer] = field(default_factory=dict)
    crawled: list[str] = field(default_factory=list)
    table: dict[str, str] = field(default_factory=dict)
    walked: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def reads(self, path: str) -> set[Canary]:
        """The tokens that stand in the answer at this path."""
        words = self.answers[path].words
        return {canary for canary in self.canaries if canary.token in words}

    def read(self) -> set[str]:
        """The fields of which a token was read anywhere."""
        return {canary.where.split(" ")[0] for path in self.crawled for canary in self.reads(path)}


def look(world: World, who: str) -> Looked:
    """Plant the tokens and let somebody look at everything."""
    looked = Looked(who, plant(world))
    for person in filter(None, world.people().values()):
        person.refresh_from_db()  # an address is part of some links
    client = world.client(who)  # signing in is what changes the person's row
    jar = copy.deepcopy(client.cookies)

    def get(path: str) -> Answer:
        if path not in looked.answers:
            cache.clear()  # nobody asks for every file there is within ten minutes
            client.cookies = copy.deepcopy(jar)
            looked.answers[path] = understood(client.get(path), path)
        return looked.answers[path]

    looked.before = fingerprint_of_database()
    with logged() as records:
        looked.crawled = list(dict.fromkeys(crawl(world, get)))
        looked.table = {
            row.name: addresses(world, row.name)[0] for row in gets(list(world.people()))
        }
        for path in looked.table.values():
            get(path)
        looked.walked = walk(get)
    looked.after = fingerprint_of_database()
    looked.log = illegal_in_logs([one.getMessage() for one in records], world, looked.canaries)
    return looked


def understood(response: HttpResponse, path: str) -> Answer:
    to, page = [], ""
    if response.status_code in (301, 302):
        to = [urljoin(path, response["Location"])]
    elif response["Content-Type"].startswith("text/html"):
        page = response.content.decode()
    words, headers = said(response), dict(response.items())
    return Answer(
        status_of(response), response.status_code, headers, words, to or leads(page, path)
    )


@contextmanager
def logged() -> Iterator[list[logging.LogRecord]]:
    """All that is logged meanwhile, down to what only developers read."""
    records: list[logging.LogRecord] = []
    root, handler = logging.getLogger(), logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield records
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def gets(people: list[str]) -> list[Row]:
    """The rows of the table that say what a GET meets, streams apart."""
    return [row for row in read_table(people) if row.method == "get" and row.name not in STREAMS]


def queries(world: World) -> list[str]:
    """Addresses with a question: search, suggestions, pages of lists."""
    harbour = world.cast.harbour.pk
    return [
        *(f"{reverse(name)}?q={word}" for name in ("schools", "schools_suggest", "account_schools")
          for word in ("Quayside", "Hillcrest")),
        f"{reverse('network_schools', args=[harbour])}?q=Hillcrest",
        *(reverse(f"network_{what}_file", args=[network.pk, "xlsx"])
          for what in ("schools", "people") for network in (world.cast.harbour, world.cast.fellside)),
        f"{reverse('activities')}?page=2",
        f"{reverse('activities')}?network={world.cast.fellside.pk}",
        f"{reverse('network', args=[harbour])}no-such-page.css",
        "/no-such-page/",
    ]  # fmt: skip


def crawl(world: World, get: Callable[[str], Answer]) -> Iterator[str]:
    """The path of every page, fragment, export, search and error, each looked at.

    Addresses that hold a key (a letter, a join code) are left out: whoever has the key may open
    them; see test_a_key_opens_what_it_should. What takes no GET says so before it looks at the
    thing, so one of its addresses is enough.
    """
    for name in names():
        if name in STREAMS or name in KEYS:
            continue
        for path in addresses(world, name):
            yield path
            if get(path).code == 405:
                break
    for path in queries(world):
        get(path)
        yield path


def walk(get: Callable[[str], Answer]) -> dict[str, str]:
    """Every address that leads from home, with the page that led there."""
    met: dict[str, str] = {}
    ahead = [(HOME, "")]
    while ahead:
        path, origin = ahead.pop()
        if path in met or path.startswith("/static/") or name_of(path) in STREAMS:
            continue
        met[path] = origin
        ahead += [(link, path) for link in get(path).leads]
    return met
