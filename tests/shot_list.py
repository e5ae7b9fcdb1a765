"""Which pages are photographed, as whom, and which addresses are no pages.

Import it only when Django is set up and the demo has loaded its invented network.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from exchange.directory.actions.invitations import write_letter
from exchange.directory.models import Network, Person
from exchange.live.actions import join_run
from exchange.live.codes import show_code
from exchange.live.models import Finding, Run
from exchange.live.seating import cookie_name
from exchange.site.demo_words import NETWORK
from tests.addresses import names


@dataclass(frozen=True)
class Who:
    """A visitor: the cookies that make one who one is."""

    key: str
    cookie: tuple[tuple[str, str], ...] = ()

    @property
    def cookies(self) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in self.cookie]


@dataclass(frozen=True)
class Shot:
    """One page: the name of its address, the path of an example, who looks."""

    name: str
    path: str
    who: Who
    suffix: str = ""
    status: int = 200
    window_only: bool = False  # what fills the window exactly: projector and phone board

    @property
    def file(self) -> str:
        return f"{self.name}{self.suffix}"


# Addresses that show no page of their own, each with the reason.
NO_PAGES = {
    "account_inactive": "shown on signing in to a closed account",
    "account_reauthenticate": "shown before something that matters",
    "account_set_password": "only for an account without a password",
    "board_ballot": "receives",
    "board_moves": "receives",
    "board_stream": "event stream",
    "board_view": "fragment of board",
    "desk_moves": "receives",
    "desk_stream": "event stream",
    "desk_view": "fragment of desk",
    "screen_stream": "event stream",
    "screen_view": "fragment of screen",
    "screen_qr": "picture",
    "seat_label": "receives",
    "seat_removal": "receives",
    "finding_releases": "receives",
    "invitation_cancellation": "receives",
    "invitation_letter": "receives",
    "membership_agreement": "receives",
    "membership_departure": "receives",
    "membership_refusal": "receives",
    "network_new_check": "needs the answers of the two pages before it",
    "network_new_schools": "needs the answers of the page before it",
    "release_agreement": "receives",
    "release_refusal": "receives",
    "release_withdrawal": "receives",
    "role_end": "receives",
    "run_cancellation": "receives",
    "run_closure": "receives",
    "run_door": "receives",
    "run_json": "file",
    "run_notes": "receives",
    "run_opening": "receives",
    "run_table": "file",
    "schools_suggest": "fragment of school searches",
    "tie_confirmation": "receives",
    "tie_end": "receives",
    "tie_link": "receives",
    "alive": "plain text",
    "robots": "plain text",
    "security": "plain text",
}
STRANGER = Who("stranger")


def signed_in(key: str) -> Who:
    """This person of the demo, with a session."""
    client = Client()
    person = Person.objects.get(email=f"{key}@example.org")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    return Who(key, ((name, client.cookies[name].value),))


def seated(run: Run) -> Who:
    """A guest who has just joined that run."""
    _seat, token = join_run(run=run, label="Sam")
    return Who("seat", ((cookie_name(run.pk), token),))


def drafted(run: Run) -> Run:
    """A run like that one whose door has not been opened."""
    return Run.objects.create(
        activity=run.activity,
        version=run.version,
        title="What do we try first?",
        network=run.network,
        facilitator=run.facilitator,
        setup=run.setup,
        seed="draft",
    )


def missing(taken: list[Shot]) -> list[str]:
    """Addresses of the site map that are neither in `taken` nor said to be no page."""
    return sorted(set(names()) - {shot.name for shot in taken} - set(NO_PAGES))


def shots() -> list[Shot]:
    """All of them. Makes what the demo lacks: a letter, a draft, a seat, sessions for people."""
    network = Network.objects.get(name=NETWORK, is_invented=True)
    return [*of_strangers(network), *of_directory(network), *of_live(network)]


def page(name: str, who: Who, *words: object, suffix: str = "", **more: Any) -> Shot:
    """A shot of the address `name` with these words in it."""
    return Shot(name, reverse(name, args=words), who, suffix, **more)


def of_strangers(network: Network) -> list[Shot]:
    """What anybody may open."""
    _letter, token = write_letter(network, by=None, email="new@example.org", post=False)
    return [
        page("home", STRANGER, suffix="-welcome"),
        page("account_login", STRANGER),
        page("account_signup", STRANGER),
        page("account_reset_password", STRANGER),
        page("account_reset_password_done", STRANGER),
        page("account_reset_password_from_key_done", STRANGER),
        page("account_reset_password_from_key", STRANGER, "1", "worn-out"),
        page("invitation", STRANGER, token),
        page("invitation", STRANGER, "no-such-letter", suffix="-over", status=404),
        Shot("home", "/nothing-here/", STRANGER, "-not-found", status=404),
        page("demo_mail", STRANGER),
    ]


def of_directory(network: Network) -> list[Shot]:
    """Networks, schools and people, as a co-leader."""
    ada = signed_in("ada")
    member = network.memberships.order_by("pk")[0]
    each = [
        page(name, ada, network.pk)
        for name in (
            "network",
            "network_change",
            "network_schools",
            "network_people",
            "roles",
            "invitations",
            "releases",
        )
    ]
    return [
        *each,
        page("home", ada),
        page("networks", ada),
        page("network_new", ada),
        page("membership", ada, network.pk, member.pk),
        page("membership_commitment", ada, network.pk, member.pk),
        Shot("schools", reverse("schools") + "?q=brannok", ada),
        page("school", ada, member.school_id),
        page("account", ada),
        page("account_schools", ada),
        page("account_change_password", ada),
        page("account_logout", ada),
        page("network", signed_in("cy"), network.pk, suffix="-member"),
    ]


def of_live(network: Network) -> list[Shot]:
    """Sessions: as their facilitator, on a phone, on the wall."""
    ben = signed_in("ben")
    runs = Run.objects.filter(network=network, cancelled_at=None).order_by("pk")
    waiting = runs.filter(opened_at__isnull=False, closed_at=None)[0]
    closed = runs.filter(closed_at__isnull=False)[0]
    seat = seated(waiting)
    finding = Finding.objects.filter(run=closed)[0]
    draft = drafted(waiting)
    return [
        page("activities", ben),
        page("activity", ben, closed.activity),
        page("run_new", ben, closed.activity),
        page("run", ben, closed.pk),
        page("run", ben, draft.pk, suffix="-draft"),
        page("run_setup", ben, draft.pk),
        page("run_print", ben, closed.pk),
        page("finding", ben, finding.pk),
        page("join", STRANGER),
        page("join_code", STRANGER, show_code(waiting.code or "")),
        page("join_token", STRANGER, waiting.code_token),
        page("board", STRANGER, waiting.pk, suffix="-no-seat", status=404),
        page("board", seat, waiting.pk, window_only=True),
        page("desk", ben, waiting.pk),
        page("screen", ben, waiting.pk, window_only=True),
    ]
