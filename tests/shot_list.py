"""Which pages are photographed, as whom, and which addresses are no pages.

Import it only when Django is set up and the demo has loaded its invented network.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exchange.directory.actions.invitations import write_letter
from exchange.directory.models import Network, Person, School
from exchange.directory.post import choice_url
from exchange.live.actions import (
    join_run,
    keep_table,
    open_run,
    start_typing,
    unwatch_door,
    watch_door,
)
from exchange.live.codes import fingerprint, show_code
from exchange.live.models import Finding, Run, Seat
from exchange.live.seating import cookie_name
from exchange.meetings import actions as meetings
from exchange.meetings.letters import answer_token
from exchange.site.demo_mail import letters
from exchange.site.demo_session import (
    Session,
    present,
    set_up,
    sort_alone,
    sort_together,
    take_seats,
)
from exchange.site.demo_words import NETWORK, PASSWORD
from tests import make
from tests.addresses import names
from tests.visitors import Who, carrying, contact, signed_in


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
    "hall": "only where a hall is served: tests/journeys/test_hall_mode.py",
    "openid_connect_login": "receives",
    "openid_connect_callback": "comes back from another site",
    "sign_on_end": "receives",
    "mfa_login_webauthn": "what a script asks for, and receives",
    "mfa_remove_webauthn": "asked of a passkey, which only a browser makes: tests/journeys",
    "mfa_reauthenticate_webauthn": "asked of a passkey: tests/journeys",
    "board_ballot": "receives",
    "board_claim": "receives",
    "board_claim_codes": "receives; answers with a code",
    "board_codes": "receives; answers with a code",
    "board_moves": "receives",
    "board_stream": "event stream",
    "check_stream": "event stream",
    "board_view": "fragment of board",
    "message_retraction": "receives",
    "meeting_answer": "receives",
    "meeting_opening": "receives",
    "meeting_end": "receives",
    "meeting_cancellation": "receives",
    "agenda": "receives",
    "agenda_place": "receives",
    "agenda_removal": "receives",
    "points": "receives",
    "point_done": "receives",
    "point_removal": "receives",
    "meeting_qr": "picture",
    "meeting_letter_calendar": "file",
    "meeting_calendar": "file",
    "calendar_feed": "receives",
    "calendar_file": "file",
    "desk_moves": "receives",
    "run_door_watch": "receives",
    "step_aside": "receives",
    "run_admissions": "receives",
    "seat_admission": "receives",
    "seat_refusal": "receives",
    "seat_codes": "receives; answers with a code",
    "learning_file": "a file",
    "learning_paper": "a file",
    "desk_codes": "receives; answers with a code",
    "facilitator_end": "receives",
    "facilitator_handover": "receives",
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
    "network_people_file": "file",
    "network_schools_file": "file",
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
    "activity_paper": "file",
    "run_paper": "file",
    "run_picture": "file",
    "run_report": "file",
    "run_table": "file",
    "run_workbook": "file",
    "schools_suggest": "fragment of school searches",
    "typing_removal": "receives",
    "typing_table_removal": "receives",
    "my_data_copy": "file",
    "question_answer": "receives",
    "tie_confirmation": "receives",
    "tie_end": "receives",
    "tie_link": "receives",
    "device_end": "receives",
    "devices_end": "receives",
    "voice_note": "receives",
    "alive": "plain text",
    "ready": "JSON",
    "metrics": "figures for a program",
    "robots": "plain text",
    "security": "plain text",
}
STRANGER = Who("stranger")


def after_password() -> Who:
    """Ned, who has an app, with the right password given and the code yet to come."""
    ned = Person.objects.get(email="ned@example.org")
    totp.TOTP.activate(ned, totp.generate_totp_secret())
    client = Client(SERVER_NAME="localhost")
    words = {"login": ned.email, "password": PASSWORD}
    assert client.post(reverse("account_login"), words)["Location"] == reverse("mfa_authenticate")
    return carrying(client, "ned-half")


def another_address() -> str:
    """The token of the letter to Ada's new address."""
    token, ada = "the-link-of-the-letter", Person.objects.get(email="ada@example.org")
    make.address_change(ada, token=token, email="ada.rowe@example.org")
    return token


def with_second_step() -> Who:
    """Ned with an app and recovery codes."""
    RecoveryCodes.activate(Person.objects.get(email="ned@example.org"))
    return Who("ned-app", signed_in("ned").cookie)


def without_password() -> Who:
    """Somebody whose account has no password yet."""
    if not Person.objects.filter(email="nia@example.org").exists():
        Person.objects.create_user("nia@example.org", None, "Nia")
    return signed_in("nia")


def founding() -> Who:
    """Ada with half a network: what it is for and its first schools."""
    ada = signed_in("ada")
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = dict(ada.cookie)[settings.SESSION_COOKIE_NAME]
    words = {
        "name": "Estuary network",
        "purpose": "To learn how to read aloud.",
        "kind": Network.Kind.LEARNING,
    }
    assert client.post(reverse("network_new"), words).status_code == 302
    schools = School.objects.order_by("pk").values_list("pk", flat=True)[1:3]
    client.post(reverse("network_new_schools"), {"school": list(schools)})
    return Who("ada-founding", ada.cookie)


def on_phone(seat: Seat) -> Who:
    """Whoever holds that seat, on a phone of their own."""
    token = f"phone-of-{seat.pk}"
    Seat.objects.filter(pk=seat.pk).update(token_hash=fingerprint(token))
    return Who(token, ((cookie_name(seat.run_id), token),))


def at_the_door(run: Run) -> Who:
    """Somebody who waits to be let in."""
    ben = Person.objects.get(email="ben@example.org")
    watch_door(run=run, by=ben)
    seat, _token = join_run(run=run, label="Kit")
    unwatch_door(run=run, by=ben)
    return on_phone(seat)


def alone(network: Network, *, sorting: bool) -> tuple[Run, Who]:
    """A session in which one guest chooses, or has chosen nine cards and placed six."""
    session, run = begun(network)
    seat, _token = join_run(run=run, label="Sam")
    session.advance()
    session.advance()
    codes = [card["code"] for card in run.setup["cards"]][:9]
    session.play(*(session.posted(seat.key, "choose", card=code) for code in codes[3:]))
    if sorting:
        session.play(*(session.posted(seat.key, "choose", card=code) for code in codes[:3]))
        session.advance()
        laid = zip(codes[:6], ("1", "2b", "3a", "3c", "4b", "5"), strict=True)
        session.play(*(session.posted(seat.key, "place", card=card, slot=to) for card, to in laid))
    return run, on_phone(seat)


def together(network: Network, *, agreeing: bool) -> tuple[Run, Who]:
    """A session of 24 people in its groups, or about to agree on one card."""
    session, run = begun(network)
    bots = take_seats(run, Random(1))
    session.advance()
    session.advance()
    sort_alone(session, bots)
    sort_together(session, bots, Random(1))
    if agreeing:
        present(session)
        session.advance()
        session.advance()
    else:
        session.play(session.posted(bots[3].seat.key, "group_unlock"))
    return run, on_phone(bots[3].seat)


def begun(network: Network) -> tuple[Session, Run]:
    """A session whose door has just been opened."""
    question = "What do we try first?"
    run = set_up(network, title=question, cards="first_year", criterion="useful", blank=True)
    ben = Person.objects.get(email="ben@example.org")
    session = Session(open_run(run=run, by=ben), ben)
    return session, session.run


def missing(taken: list[Shot]) -> list[str]:
    """Addresses of the site map that are neither in `taken` nor said to be no page."""
    return sorted(set(names()) - {shot.name for shot in taken} - set(NO_PAGES))


def shots() -> list[Shot]:
    """All of them. Makes what the demo lacks: a letter, a draft, a seat, sessions for people."""
    network = Network.objects.get(name=NETWORK, is_invented=True)
    return [
        *of_strangers(network), *of_directory(network), *of_account(), *of_meetings(network),
        *of_live(network),
    ]  # fmt: skip


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
        page("about", STRANGER, "privacy"),
        page("about", STRANGER, "accessibility", suffix="-accessibility"),
        page("components", STRANGER),
        page("component", STRANGER, "wrong"),
        page("check", STRANGER),
        page("help", STRANGER),
        page("help_page", STRANGER, "facilitator"),
        page("question_new", STRANGER),
        page("account_inactive", STRANGER),
        page("account_reset_password", STRANGER),
        page("account_reset_password_done", STRANGER),
        page("account_reset_password_from_key", STRANGER, "1", "worn-out"),
        page("invitation", STRANGER, token),
        page("invitation", STRANGER, "no-such-letter", suffix="-over", status=404),
        Shot("home", "/nothing-here/", STRANGER, "-not-found", status=404),
        page("demo_mail", STRANGER),
        page("demo_letter", STRANGER, letters(Path(settings.EMAIL_FILE_PATH))[0].key),
    ]


def of_directory(network: Network) -> list[Shot]:
    """Networks, schools and people, as a co-leader."""
    ada, founder = signed_in("ada"), founding()
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
            "network_messages",
            "network_mail",
        )
    ]
    return [
        *each,
        page("message", ada, network.pk, network.messages.all()[0].pk),
        page(
            "mail_choice",
            STRANGER,
            choice_url(network.messages.all()[0].author, network).rsplit("/", 2)[1],
        ),
        page("home", ada),
        page("home", signed_in("ben"), suffix="-facilitator"),
        page("home", signed_in("cy"), suffix="-member"),
        page("networks", ada),
        page("network_new", ada),
        Shot("network_new_schools", reverse("network_new_schools") + "?q=brannok", founder),
        page("network_new_check", founder),
        page("membership", ada, network.pk, member.pk),
        page("membership_commitment", ada, network.pk, member.pk),
        Shot("schools", reverse("schools") + "?q=brannok", ada),
        page("school", ada, member.school_id),
        page("network", signed_in("cy"), network.pk, suffix="-member"),
    ]


def of_account() -> list[Shot]:
    """One's own: data, sign-in, devices, second steps."""
    ada, half, ned = signed_in("ada"), after_password(), with_second_step()
    return [
        page("account", ada),
        page("account_schools", ada),
        page("my_data", ada),
        page("questions", contact()),
        page("my_events", ada),
        page("my_erasure", ada),
        page("my_erasure", signed_in("hana"), suffix="-member"),
        page("account_change_password", ada),
        page("account_reauthenticate", ada),
        page("account_set_password", without_password()),
        page("account_logout", ada),
        page("account_address", ada),
        page("address_change", ada, another_address()),
        page("devices", ada),
        page("mfa_index", ada),
        page("mfa_index", ned, suffix="-set-up"),
        page("single_sign_on", ada),
        page("mfa_add_webauthn", ada),
        page("mfa_activate_totp", ada),
        page("mfa_deactivate_totp", ned),
        page("mfa_authenticate", half),
        page("mfa_reauthenticate", ned),
        page("mfa_view_recovery_codes", ned),
        page("mfa_generate_recovery_codes", ned),
    ]


def of_meetings(network: Network) -> list[Shot]:
    """A meeting that was called, and one in the room."""
    ada, ned = Person.objects.get(email="ada@example.org"), signed_in("ned")
    coming = network.meetings.order_by("pk")[0]
    item, who = coming.items.all()[1], signed_in("ada")
    today = network.meetings.filter(title="Today").first() or meetings.call_meeting(
        network, by=ada, title="Today", starts_at=timezone.now() + timedelta(hours=1)
    )
    if not today.items.exists():
        meetings.add_item(today, by=ada, title="What matters most?", minutes=60)
        meetings.add_item(today, by=ada, title="Who does what by when", minutes=20)
    today = meetings.open_meeting(today, by=ada)
    return [
        page("network_meetings", who, network.pk),
        page("meeting_new", who, network.pk),
        page("meeting", who, coming.pk),
        page("meeting", ned, today.pk, suffix="-open"),
        page("meeting_change", who, coming.pk),
        page("agenda_item", who, coming.pk, item.pk),
        page("meeting_letter", STRANGER, answer_token(coming, ada)),
        page("meeting_door", STRANGER, today.code_token),
        page("meeting_screen", who, today.pk, window_only=True),
        page("my_calendar", ned),
    ]


def of_live(network: Network) -> list[Shot]:
    """Sessions: as their facilitator, on a phone, on the wall."""
    ben = signed_in("ben")
    runs = Run.objects.filter(network=network, cancelled_at=None).order_by("pk")
    waiting = runs.filter(opened_at__isnull=False, closed_at=None)[0]
    closed = runs.filter(closed_at__isnull=False)[0]
    seat = on_phone(join_run(run=waiting, label="Sam")[0])
    finding = Finding.objects.filter(run=closed)[0]
    draft = set_up(
        network, title="What do we try first?", cards="learning_between_schools", criterion="useful"
    )
    return [
        page("activities", ben),
        page("activity", ben, closed.activity),
        page("run_new", ben, closed.activity),
        page("run_trial", ben, closed.activity),
        page("run", ben, closed.pk),
        page("run", ben, draft.pk, suffix="-draft"),
        page("run_setup", ben, draft.pk),
        page("run_copy", ben, closed.pk),
        *of_paper(network, ben, draft),
        page("run_print", ben, closed.pk),
        page("finding", ben, finding.pk),
        page("join", STRANGER),
        page("rejoin", STRANGER),
        page("join_code", STRANGER, show_code(waiting.code or "")),
        page("join_token", STRANGER, waiting.code_token),
        page("board", STRANGER, waiting.pk, suffix="-no-seat", status=404),
        page("board", seat, waiting.pk, window_only=True),
        page("board", at_the_door(waiting), waiting.pk, suffix="-door"),
        page("desk", ben, waiting.pk),
        page("screen", ben, waiting.pk, window_only=True),
        page("learning", ben),
        page("claims", ben),
        page("learning_note", ben, closed.pk),
        page("learning_print", ben),
        page("run_facilitators", ben, waiting.pk),
        page("desks", ben),
        *of_a_session(network, ben),
    ]


def of_paper(network: Network, ben: Who, draft: Run) -> list[Shot]:
    """A session held on paper while it is typed in, and before."""
    run = set_up(network, title="What do we try first?", cards="first_year", criterion="useful")
    by = Person.objects.get(email="ben@example.org")
    start_typing(run=run, by=by)
    for number, lines in enumerate(
        ("1t ABCDEFGHI\n2h BACDEFGHI\nCABDEFGHI", "BACDEFGHI\nJKLABCDEF"), 1
    ):
        sheet = {
            "lines": lines,
            "people": "4",
            "diamond": "ABCDEFGHI",
            "reasons": "A: It is first.",
        }
        keep_table(run=run, number=number, sheet=sheet, by=by)
    whole = page("typing_record", ben, run.pk)
    broken = set_up(network, title="What do we try next?", cards="first_year", criterion="useful")
    start_typing(run=broken, by=by)
    keep_table(run=broken, number=1, sheet={"lines": "ABCDEFGHQ\nAABCDEFGH", "people": "1"}, by=by)
    return [
        page("run_typing", ben, draft.pk),
        page("typing_table", ben, run.pk, 1),
        page("typing_table", ben, run.pk, 3, suffix="-new"),
        page("typing_table", ben, broken.pk, 1, suffix="-mend"),
        page("typing_room", ben, run.pk),
        whole,
        page("typing_record", ben, broken.pk, suffix="-mend"),
    ]


def of_a_session(network: Network, ben: Who) -> list[Shot]:
    """The three views in the middle of things."""
    choose, chooser = alone(network, sorting=False)
    sort, sorter = alone(network, sorting=True)
    groups, member = together(network, agreeing=False)
    agree, listener = together(network, agreeing=True)
    return [
        page("board", chooser, choose.pk, suffix="-choose", window_only=True),
        page("board", sorter, sort.pk, suffix="-sort", window_only=True),
        page("board", member, groups.pk, suffix="-groups"),
        page("desk", ben, groups.pk, suffix="-groups"),
        page("desk_people", ben, groups.pk),
        page("board", listener, agree.pk, suffix="-agree"),
        page("desk", ben, agree.pk, suffix="-agree"),
        page("screen", ben, agree.pk, suffix="-agree"),
    ]
