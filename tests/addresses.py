"""Every address of the site, from the URLconf, and what to put into it in the world of tests."""

import hashlib
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from exchange.directory.post import choice_url
from exchange.live import engine
from exchange.live.discovery import activity_of
from exchange.meetings.letters import answer_token
from tests.world import ACTIVITY, LETTER, PROOF, World

Words = dict[str, Any]
#: An id that nothing has.
MISSING = 987_654
#: Every stream of a session; they answer in their own time (see streams in test_canaries.py).
SESSION_STREAMS = {"board_stream": "seat", "desk_stream": "desk", "screen_stream": "screen"}
#: Every name of a stream; the last is the one of `/check/`, open to anybody.
STREAMS = {*SESSION_STREAMS, "check_stream"}

#: What anybody reads.
TEXTS: dict[str, list[Words]] = {
    "about": [{"key": "privacy"}],
    "component": [{"name": "phone"}],
    "help_page": [{"key": "facilitator"}],
}


def patterns(resolver: Any = None) -> list[URLPattern]:
    """All patterns of the URLconf, flat."""
    found = []
    for part in (resolver or get_resolver()).url_patterns:
        found += patterns(part) if isinstance(part, URLResolver) else [part]
    return found


def names() -> list[str]:
    """All names, in the order of the site map. A pattern without one has its route for a name."""
    return [pattern.name or str(pattern.pattern) for pattern in patterns()]


def places(world: World) -> dict[str, list[Words]]:
    """name -> what its address may hold: first the thing of Harbour or of Ben's open run.

    A name that is missing here takes no words. Looked up once for each world: crawls ask often.
    """
    if world.places is None:
        world.places = looked_up(world)
    return world.places


def looked_up(world: World) -> dict[str, list[Words]]:
    """What `places` tells, from the rows of the world."""
    cast = world.cast
    runs = [
        world.open_run, world.closed_run, world.released_run, world.draft,
        world.open_fellside, world.closed_fellside, world.own_run,
    ]  # fmt: skip
    each_run = [{"run_id": run.pk} for run in runs]
    on_paper = [{"run_id": run.pk} for run in (world.paper_run, world.open_fellside)]
    member = cast.harbour.memberships.get(school=cast.marsh_lane)
    member_fellside = cast.fellside.memberships.get(school=cast.hillcrest)
    of_network = [{"pk": cast.harbour.pk}, {"pk": cast.fellside.pk}]
    of_member = [
        {"pk": cast.harbour.pk, "member": member.pk},
        {"pk": cast.fellside.pk, "member": member_fellside.pk},
    ]
    of_letter = [
        {"pk": cast.harbour.pk, "letter": world.letter.pk},
        {"pk": cast.fellside.pk, "letter": world.letter_fellside.pk},
    ]
    closed = [{"run_id": run.pk} for run in runs if run.closed_at]
    third = {"run_id": world.open_run.pk, "key": world.guests["third"].seat.key}
    seat_fellside = {"run_id": world.open_fellside.pk, "key": world.guests["fellside"].seat.key}
    of_release = [{"pk": world.release.pk}, {"pk": world.release_fellside.pk}]
    of_tie = [{"pk": world.waiting_tie.pk}, {"pk": world.tie_fellside.pk}]
    of_finding = [
        {"finding_id": one.pk}
        for one in (world.finding, world.finding_released, world.finding_fellside)
    ]
    shared: list[tuple[str, list[Words]]] = [
        ("network network_change network_schools network_people", of_network),
        ("roles invitations releases network_messages network_mail", of_network),
        ("message message_retraction", of_messages(world)),
        ("network_meetings meeting_new", of_network),
        *of_meetings(world),
        ("membership membership_commitment membership_departure", of_member),
        ("invitation_letter invitation_cancellation", of_letter),
        ("release_agreement release_refusal release_withdrawal", of_release),
        ("membership_agreement membership_refusal", [{"pk": world.asked.pk}]),
        ("tie_confirmation tie_end tie_link", of_tie),
        ("voice_note", [{"pk": world.voice.pk}]),
        ("activity run_new run_trial", [{"key": ACTIVITY}]),
        ("run run_setup run_notes run_opening run_closure run_cancellation run_door", each_run),
        (
            "board board_view board_moves board_stream desk desk_view desk_people desk_moves",
            each_run,
        ),
        ("desk_stream screen screen_view screen_stream screen_qr", each_run),
        ("run_facilitators desk_codes board_codes run_copy", each_run),
        ("run_door_watch run_admissions board_claim board_claim_codes", each_run),
        ("run_print run_json run_workbook learning_note", closed),
        ("run_typing typing_room typing_record typing_removal", on_paper),
        ("typing_table typing_table_removal", [{**words, "number": 1} for words in on_paper]),
        ("seat_label seat_removal seat_codes", [third, seat_fellside]),
        ("finding finding_releases", of_finding),
    ]
    found = {name: words for some, words in shared for name in some.split()}
    return found | keyed(world, each_run, closed)


def of_messages(world: World) -> list[Words]:
    """A message to everybody, one of the other network, one to co-leaders."""
    cast = world.cast
    return [
        {"pk": cast.harbour.pk, "message": world.message.pk},
        {"pk": cast.fellside.pk, "message": world.message_fellside.pk},
        {"pk": cast.harbour.pk, "message": world.message_leaders.pk},
    ]


def of_meetings(world: World) -> list[tuple[str, list[Words]]]:
    """The addresses of a meeting and of what it holds."""
    of_meeting = [{"pk": one.pk} for one in (world.meeting, world.meeting_fellside)]
    return [
        ("meeting meeting_change meeting_answer meeting_opening meeting_end", of_meeting),
        ("meeting_cancellation agenda points meeting_screen meeting_qr", of_meeting),
        ("meeting_calendar", of_meeting),
        ("agenda_item agenda_place agenda_removal", children(world, "items", "item")),
        ("point_done point_removal", children(world, "points", "point")),
    ]


def children(world: World, these: str, name: str) -> list[Words]:
    """The one item, or point, of each of the two meetings."""
    both = (world.meeting, world.meeting_fellside)
    return [{"pk": one.pk, name: getattr(one, these).get().pk} for one in both]


def at_desks(world: World) -> dict[str, list[Words]]:
    """People at a desk, people at a door, and one's own files."""
    cast = world.cast
    knocking = [
        {"run_id": world.open_run.pk, "key": world.guests["knocking"].seat.key},
        {"run_id": world.open_fellside.pk, "key": world.guests["fellside"].seat.key},
    ]
    who_holds = [
        {"run_id": world.open_run.pk, "person_id": cast.eve.pk},
        {"run_id": world.open_fellside.pk, "person_id": cast.dot.pk},
    ]
    return {
        "facilitator_end": who_holds,
        "facilitator_handover": who_holds,
        "seat_admission": knocking,
        "seat_refusal": knocking,
        "step_aside": [{"key": "first_try"}],
        "learning_file": [{"form": "csv"}],
    }


def keyed(world: World, each_run: list[Words], closed: list[Words]) -> dict[str, list[Words]]:
    """The addresses with words of their own: keys, codes, roles, tables."""
    cast = world.cast
    letters = [
        {"token": answer_token(world.meeting, cast.ned)},
        {"token": answer_token(world.meeting_fellside, cast.dot)},
    ]
    roles = [cast.ben.role_assignments.get().pk, cast.dot.role_assignments.get().pk]
    of_list = [{"pk": network.pk, "form": "csv"} for network in (cast.harbour, cast.fellside)]
    return at_desks(world) | {
        "network_schools_file": of_list,
        "network_people_file": of_list,
        "device_end": [{"pk": world.visit.pk}],
        **TEXTS,
        "question_answer": [{"pk": world.question.pk}],
        "role_end": [
            {"pk": cast.harbour.pk, "role": roles[0]},
            {"pk": cast.fellside.pk, "role": roles[1]},
        ],
        "mail_choice": [
            {"token": choice_url(cast.ned, cast.harbour).rsplit("/", 2)[1]},
            {"token": choice_url(cast.dot, cast.fellside).rsplit("/", 2)[1]},
            {"token": "no-such-link"},
        ],
        "meeting_door": [
            {"token": world.meeting.code_token},
            {"token": world.meeting_fellside.code_token},
        ],
        "meeting_letter": letters,
        "meeting_letter_calendar": letters,
        "calendar_file": [{"token": "feed-of-Ben"}, {"token": "feed-of-Dot"}],
        "openid_connect_login": [{"provider_id": "google"}],
        "openid_connect_callback": [{"provider_id": "google"}],
        "sign_on_end": [{"pk": MISSING}],
        "mfa_remove_webauthn": [{"pk": MISSING}],
        "address_change": [{"token": PROOF}, {"token": "no-such-letter"}],
        "invitation": [{"token": LETTER}, {"token": "no-such-letter"}],
        "school": [{"pk": cast.quayside.pk}, {"pk": cast.hillcrest.pk}],
        "join_code": [{"code": world.open_run.code}, {"code": world.open_fellside.code}],
        "join_token": [
            {"token": world.open_run.code_token},
            {"token": world.open_fellside.code_token},
        ],
        "run_table": [
            {**words, "table": table, "form": form}
            for words in closed
            for table in tables(world)
            for form in ("csv", "xlsx")[: 2 if table == "groups" else 1]
        ],
        "activity_paper": [{"key": ACTIVITY, "paper_key": "cards"}],
        "run_paper": [
            {**words, "paper_key": key} for words in each_run for key in ("cards", "script")
        ],
        "run_report": [{**words, "paper_key": "report"} for words in closed],
        "run_picture": [
            {**words, "picture": key} for words in closed for key in ("group-a", "consensus")
        ],
        "board_ballot": [{**words, "question": "final"} for words in each_run],
        "account_reset_password_from_key": [{"uidb36": "1", "key": "no-such-key"}],
    }


def state_of(world: World, state: str) -> Words:
    """The words of a thing in another state, as `name@state` in the permission table names it."""
    runs = {
        "draft": world.draft, "closed": world.closed_run, "released": world.released_run,
        "fellside": world.open_fellside, "own": world.own_run,
    }  # fmt: skip
    if state == "finding-released":
        return {"finding_id": world.finding_released.pk}
    return {"run_id": runs[state].pk}


def tables(world: World) -> list[str]:
    """The keys of the tables a closed run exports."""
    run = world.closed_run
    return [t.key for t in activity_of(ACTIVITY).tables(run.state, engine.room_of(run.room))]


def addresses(world: World, name: str) -> list[str]:
    """The paths to try for a name or `name@state`; the first is the one of Harbour."""
    name, _, state = name.partition("@")
    if state:
        words = {**places(world)[name][0], **state_of(world, state)}
        return [reverse(name, kwargs=words)]
    return [reverse(name, kwargs=words) for words in places(world).get(name, [{}])]


def fingerprint_of_database() -> dict[str, str]:
    """Table -> a hash of all its rows. Visits are left out: visiting is what they record."""
    found = {}
    for model in apps.get_models():
        if model._meta.label == "directory.Visit":
            continue
        rows = model._default_manager.order_by("pk").values_list()
        found[model._meta.label] = hashlib.sha256(repr(list(rows)).encode()).hexdigest()
    return found
