"""What the frame of every page needs."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from exchange.site.pages import pages

NAME = "Learning Exchange"
# The name of the address, and what the link says. What does not exist is not linked.
NAVIGATION = (
    ("home", _("Home")),
    ("networks", _("Networks")),
    ("activities", _("Activities")),
    ("help", _("Help")),
)


@dataclass(frozen=True)
class Entry:
    """One link of the navigation; `current` is the value of aria-current, or empty."""

    url: str
    label: str | Promise
    current: str


def address(name: str, *words: str) -> str:
    """The path of a named address, or "" where the site has none."""
    try:
        return reverse(name, args=words)
    except NoReverseMatch:
        return ""


def here(path: str, url: str) -> str:
    """How `path` stands to a link: "page" when it is the link, "true" below it, else ""."""
    if path == url:
        return "page"
    return "true" if url != "/" and path.startswith(url) else ""


def navigation(path: str) -> list[Entry]:
    """The links of the top bar as seen from `path`."""
    found = [(address(name), label) for name, label in NAVIGATION]
    return [Entry(url, label, here(path, url)) for url, label in found if url]


def about() -> list[Entry]:
    """The pages that an installer writes, as they are linked at the foot of every page."""
    found = [(address("about", key), page["title"]) for key, page in pages().items()]
    return [Entry(url, title, "") for url, title in found if url]


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `house.name`, `.home`, `.nav`, `.demo` and the addresses of the account.

    Made when it is first asked for: the live pages are rendered again and again without it. Asks
    nothing of the database, so that error pages may use it at any time.
    """
    return {"house": SimpleLazyObject(lambda: _house(request))}


def _house(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": NAME,
        "home": address("home") or "/",
        "nav": navigation(request.path),
        "demo": settings.DEMO,
        "elsewhere": settings.SINGLE_SIGN_ON,
        "sign_in": address("account_login"),
        "sign_out": address("account_logout"),
        "account": address("account"),
        "learning": address("learning"),
        "password": address("account_change_password"),
        "help": address("help"),
        "check": address("check"),
        "pages": about(),
        "questions": address("question_new"),
        "security": address("security"),
        "reset": address("account_reset_password"),
    }
