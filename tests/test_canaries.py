"""Canaries: every confidential field carries a token of its own; whoever meets one they may not
see, on any way out of the house, fails the suite.

MAY_SEE is the whole answer to "who may read what", in one place. What everybody reads by looking
is asked in test_looking.py, the other ways out of the house here.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.db import models
from django.http import HttpResponse
from django.urls import reverse
from pypdf import PdfReader

from exchange.directory import actions as directory
from exchange.directory.models import Event, Role
from exchange.live import streaming
from tests import world as worlds
from tests.addresses import SESSION_STREAMS, addresses, names
from tests.test_permissions import request_of
from tests.world import World, secret

OURS = ("core", "directory", "live", "meetings")
TEXTS = (models.CharField, models.TextField, models.JSONField)

CO_LEADERS = {"ada", "ned"}
HARBOUR = CO_LEADERS | {"ben", "cy", "hana", "eve", "lou", "uma"}
READERS = CO_LEADERS | {"ben"}  # of a closed run's result: who held it, who sat in it, co-leaders
FELLSIDE = {"dot"}
NOBODY: set[str] = set()

#: What people wrote in runs -> run -> who may read it, while the open run sorts alone.
IN_RUNS: dict[str, dict[str, set[str]]] = {
    "title": {
        "open-harbour": HARBOUR | {"gil"},
        "closed-harbour": HARBOUR,
        "released-harbour": HARBOUR,
        "draft-harbour": HARBOUR,
        "own-ada": {"ada"},
        "open-fellside": FELLSIDE,
        "closed-fellside": FELLSIDE,
    },
    "card": {
        "open-harbour": {"ben", "cy", "gil"},
        "closed-harbour": READERS,
        "released-harbour": HARBOUR,
        "draft-harbour": {"ben"},
        "own-ada": {"ada"},
        "open-fellside": FELLSIDE,
        "closed-fellside": FELLSIDE,
    },
    "own-gil": {
        "open-harbour": {"gil"},
        "closed-harbour": READERS,
        "released-harbour": HARBOUR,
        "closed-fellside": FELLSIDE,
    },
    "own-cy": {
        "open-harbour": {"cy"},
        "closed-harbour": READERS,
        "released-harbour": HARBOUR,
        "closed-fellside": FELLSIDE,
    },
    "label-gil": {"open-harbour": {"ben"}, "closed-harbour": NOBODY},
    "label-cy": {"open-harbour": {"ben"}, "closed-harbour": NOBODY},
    "label-third": {"open-harbour": {"ben"}, "closed-harbour": NOBODY},
    "label-knocking": {"open-harbour": {"ben"}},
    "label": {"open-fellside": FELLSIDE},
    "ballot": {"closed-harbour": NOBODY, "closed-fellside": NOBODY},
    "note": {
        "open-harbour": {"ben"},
        "closed-harbour": {"ben"},
        "released-harbour": {"ben"},
        "open-fellside": FELLSIDE,
        "closed-fellside": FELLSIDE,
    },
    # Hana speaks for a school that was asked to release it
    "finding": {
        "closed-harbour": READERS | {"hana"},
        "released-harbour": HARBOUR,
        "closed-fellside": FELLSIDE,
    },
    "dissent": {
        "closed-harbour": READERS | {"hana"},
        "released-harbour": HARBOUR,
        "closed-fellside": FELLSIDE,
    },
}
for what, readers in {
    "title": HARBOUR,
    "card": {"ben"},
    "typed": {"ben"},
    "typed-finding": {"ben"},
}.items():
    IN_RUNS.setdefault(what, {})["paper-harbour"] = readers
IN_RUNS["criterion"] = IN_RUNS["card"]


def people_of(world: World, network: Any) -> set[str]:
    return HARBOUR if network == world.cast.harbour else FELLSIDE


def leaders_of(world: World, network: Any) -> set[str]:
    return CO_LEADERS if network == world.cast.harbour else FELLSIDE


def self_alone(world: World, person: Any) -> set[str]:
    return {name for name, one in world.people().items() if one and one.pk == person.pk}


def answerers(world: World, release: Any) -> set[str]:
    """Co-leaders of the network, and the head of the school that is asked."""
    head = {"hana"} if release.school == world.cast.marsh_lane else set()
    return leaders_of(world, release.network) | head


def addressed(world: World, message: Any) -> set[str]:
    """To whom a message was written, and who wrote it."""
    if message.pk == world.message_leaders.pk:
        return CO_LEADERS | {"ben"}
    return people_of(world, message.network)


def noted(world: World, answer: Any) -> set[str]:
    """Who reads a word to who called a meeting: they, the co-leaders, and who wrote it."""
    network = answer.meeting.network
    caller = {"ben"} if network == world.cast.harbour else set()
    return leaders_of(world, network) | caller | self_alone(world, answer.person)


#: Field of a model -> (world, row) -> who may read it.
MAY_SEE: dict[str, Callable[[World, Any], set[str]]] = {
    "directory.Network.purpose": lambda world, row: people_of(world, row),
    "directory.Network.learning_focus": lambda world, row: people_of(world, row),
    "directory.Membership.brokered_by": lambda world, row: people_of(world, row.network),
    "directory.Membership.head_commitment": lambda world, row: people_of(world, row.network),
    "directory.Person.email": self_alone,
    # the data-protection contact, whom the world does not have: test_questions.py
    "directory.Question.text": lambda world, row: NOBODY,
    "directory.Question.address": lambda world, row: NOBODY,
    "directory.Invitation.email": lambda world, row: leaders_of(world, row.network),
    "directory.Invitation.token_hash": lambda world, row: NOBODY,
    "directory.Message.subject": addressed,
    "directory.Message.text": addressed,
    "meetings.Meeting.title": lambda world, row: people_of(world, row.network),
    "meetings.Meeting.note": lambda world, row: people_of(world, row.network),
    "meetings.Meeting.place": lambda world, row: people_of(world, row.network),
    "meetings.Item.title": lambda world, row: people_of(world, row.meeting.network),
    "meetings.Answer.note": noted,
    "meetings.Point.text": lambda world, row: people_of(world, row.meeting.network),
    "meetings.Feed.token_hash": lambda world, row: NOBODY,
    "directory.AddressChange.email": lambda world, row: self_alone(world, row.person),
    "directory.AddressChange.token_hash": lambda world, row: NOBODY,
    "directory.Visit.key_hash": lambda world, row: NOBODY,
    "directory.Release.removed": answerers,
    "directory.Release.reason": answerers,
    "live.Seat.token_hash": lambda world, row: NOBODY,
    "live.LearningNote.text": lambda world, row: self_alone(world, row.person),
    "live.OneTimeCode.token_hash": lambda world, row: NOBODY,
    "live.Seat.once": lambda world, row: NOBODY,
    "live.Move.reply": lambda world, row: NOBODY,
}
#: Fields whose tokens come from what people did in tests/world.py.
PLAYED = {
    "live.Run.title", "live.Run.setup", "live.Run.room", "live.Run.state", "live.Seat.label",
    "live.Move.data", "live.Ballot.answer", "live.Note.text", "live.Finding.text",
    "live.Finding.dissent", "live.Finding.context", "live.PaperSession.sheets",
}  # fmt: skip


@dataclass(frozen=True)
class Canary:
    """One token: where it was planted and who may read it."""

    token: str
    where: str
    allowed: frozenset[str]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def texts_of(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.get_fields() if isinstance(field, TEXTS)]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_text_is_confidential_or_open(model: type[models.Model]) -> None:
    """Each in exactly one of the two lists, and the lists name nothing else."""
    listed = [*model.confidential, *model.open]  # type: ignore[attr-defined]
    assert sorted(listed) == sorted(texts_of(model))


def test_every_confidential_field_has_an_answer() -> None:
    confidential = {
        f"{model._meta.label}.{field}"
        for model in our_models()
        for field in model.confidential  # type: ignore[attr-defined]
    }
    assert confidential == {*MAY_SEE, *PLAYED}


def plant(world: World) -> list[Canary]:
    """Write a token into every confidential field that play did not fill; all tokens."""
    canaries = [
        Canary(secret(what, where), f"{what} of {where}", frozenset(allowed))
        for what, runs in IN_RUNS.items()
        for where, allowed in runs.items()
    ]
    for label, may_see in MAY_SEE.items():
        model, _, field = label.rpartition(".")
        for row in apps.get_model(model)._default_manager.all():
            token = planted(row, field)
            canaries.append(Canary(token, f"{label} {row.pk}", frozenset(may_see(world, row))))
    return canaries


def planted(row: models.Model, field: str) -> str:
    """Put a token into one field of one row. A hash is its own token."""
    old = getattr(row, field)
    if field.endswith("_hash"):
        return str(old)
    word = f"{row._meta.model_name}-{field.replace('_', '-')}-{row.pk}"
    token = f"{word}@canary.example" if "email" in field else secret(word, "row")
    value = {**old, "token": token} if isinstance(old, dict) else token
    type(row)._default_manager.filter(pk=row.pk).update(**{field: value})  # type: ignore[attr-defined]
    return token


def said(response: HttpResponse) -> str:
    """All that an answer says: its body and its headers."""
    streamed = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    if response.get("Content-Type", "").endswith("spreadsheetml.sheet"):
        with ZipFile(BytesIO(streamed)) as book:
            streamed = b"\n".join(book.read(name) for name in book.namelist())
    if response.get("Content-Type") == "application/pdf":
        pages = PdfReader(BytesIO(streamed)).pages
        streamed = "".join("".join(page.extract_text().split()) for page in pages).encode()
    return headers + "\n" + streamed.decode("utf-8", "replace")


def illegal_in_logs(told: list[str], world: World, canaries: list[Canary]) -> list[str]:
    """Lines that hold a token, or a key that opens something."""
    keys = [
        worlds.LETTER,
        str(world.open_run.code_token),
        world.guests["gil"].token,
        str(world.meeting.code_token),
        "feed-of-Ben",
    ]
    words = [*keys, *(canary.token for canary in canaries)]
    return [line for line in told if any(word in line for word in words)]


def test_a_key_opens_what_it_should(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Who has a letter sees its address; who has a code sees the question and what is announced.
    Neither key gets into the log, not even when it opens nothing."""
    canaries = plant(world)
    world.letter.refresh_from_db()
    world.meeting.refresh_from_db()
    agenda = {world.meeting.title, world.meeting.items.get().title}
    about = {world.meeting.note, world.meeting.place}
    keys = {
        "invitation": {world.letter.email},
        "join_code": {secret("title", "open-harbour")},
        "join_token": {secret("title", "open-harbour")},
        "meeting_door": agenda,
        "meeting_letter": agenda | about,
        "meeting_letter_calendar": agenda | about,
        "calendar_file": agenda | about,
    }
    with caplog.at_level(logging.DEBUG):
        for name, open_to_it in keys.items():
            path = addresses(world, name)[0]
            words = said(world.client("anyone").get(path))
            assert {one.token for one in canaries if one.token in words} == open_to_it
        other = said(world.client("cy").get(addresses(world, "invitation")[0]))
        assert world.letter.email not in other
        world.client("anyone").post(addresses(world, "invitation")[0] + "x/")
        world.client("anyone").put(addresses(world, "join_token")[0])
    told = [record.getMessage() for record in caplog.records]
    assert illegal_in_logs(told, world, canaries) == []


def test_letters_hold_nothing_but_what_they_are_for(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    """Mails: of all tokens each holds at most the address it goes to."""
    canaries = plant(world)
    cast = world.cast
    cast.ada.refresh_from_db()
    world.letter.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        directory.invite(
            cast.harbour, by=cast.ada, email="new@canary.example", role=Role.FACILITATOR
        )
        directory.resend_invitation(world.letter, by=cast.ada)
        world.client("anyone").post(reverse("account_reset_password"), {"email": cast.ada.email})
    sent = {
        message.to[0]: f"{message.subject}\n{message.body}\n{message.message()}"
        for message in mail.outbox
    }
    assert sorted(sent) == sorted(["new@canary.example", world.letter.email, cast.ada.email])
    for to, words in sent.items():
        assert {one.token for one in canaries if one.token in words} <= {to}


def test_the_log_holds_nothing_of_what_people_wrote(world: World) -> None:
    """What stands in an Event; each verb by itself is in tests/test_events.py."""
    canaries = plant(world)
    rows = [f"{row.verb} {row.subject_kind} {json.dumps(row.data)}" for row in Event.objects.all()]
    assert len(rows) > 20
    assert [one.where for one in canaries for words in rows if one.token in words] == []


def test_streams_say_only_look_again(world: World) -> None:
    canaries = plant(world)
    for who in world.people():
        request = request_of(world.client(who))
        for kind in SESSION_STREAMS.values():
            told = str(streaming.current(request, world.open_run.pk, kind))
            assert [one.where for one in canaries if one.token in told] == []


# --- the open run, phase by phase ---


#: Who has a row in the open run and is not in it: removed, or waiting at the door.
OUTSIDE = ("gone", "knocking")


def views_of(world: World) -> dict[str, str]:
    """viewer -> all that its page, its fragment and its JSON answer say: seats, desk, screen."""
    run, found = world.open_run, {}
    for name, guest in world.guests.items():
        if guest.run != run or name in OUTSIDE:
            continue
        client = guest.client()
        pages = [client.get(reverse(part, args=[run.pk])) for part in ("board", "board_view")]
        late = {"kind": "choose", "card": "c1", "move_id": f"late-{name}-{run.revision:04}"}
        url = reverse("board_moves", args=[run.pk])
        pages.append(client.post(url, late, headers={"Accept": "application/json"}))
        found[name] = "".join(map(said, pages))
    ben = world.client("ben")
    for kind in ("desk", "screen"):
        paths = [reverse(part, args=[run.pk]) for part in (kind, f"{kind}_view")]
        found[kind] = "".join(said(ben.get(path)) for path in paths)
    return found


def sightings(world: World, words: list[str]) -> dict[str, set[str]]:
    """word -> which viewers of the open run read it now."""
    views = views_of(world)
    return {word: {who for who, said in views.items() if word in said} for word in words}


def test_each_phase_keeps_its_secrets(world: World) -> None:
    """Blind until the reveal: a private sort is its owner's, a group's table its group's, until
    the room opens them; names stay with the group and the desk in every phase."""
    run = world.open_run
    seats = {name: g for name, g in world.guests.items() if g.run == run and name not in OUTSIDE}
    viewers = {*seats, "desk", "screen"}
    own = {name: secret(f"own-{name}", "open-harbour") for name in ("gil", "cy")}
    labels = [secret(f"label-{name}", "open-harbour") for name in seats]
    at_the_desk = {word: {"desk"} for word in [*labels, secret("note", "open-harbour")]}
    views = sightings(world, [*own.values(), *labels])
    assert views == {**{own[name]: {name} for name in own}, **{word: {"desk"} for word in labels}}

    worlds.to(run, "groups")
    tables = {
        letter: {name for name, guest in seats.items() if guest.seat.key in keys}
        for letter, keys in run.room["groups"].items()
    }
    assert len(tables) >= 2
    secrets_of = {
        letter: [secret(f"reason-{letter}", "open-harbour")]
        + [own[name] for name in own if name in people]
        for letter, people in tables.items()
    }
    for letter, people in tables.items():
        speaker = seats[min(people)].seat
        worlds.move(run, speaker, "group_place", card="c1", slot="1")
        worlds.move(run, speaker, "reason", card="c1", text=secrets_of[letter][0])
    at_tables = {word: tables[letter] for letter in tables for word in secrets_of[letter]}
    assert sightings(world, [*at_tables, *at_the_desk]) == {**at_tables, **at_the_desk}

    worlds.to(run, "present")
    reasons = {letter: words[0] for letter, words in secrets_of.items()}
    assert sightings(world, [*reasons.values()]) == {reasons[key]: tables[key] for key in tables}
    worlds.move(run, None, "present", group="A")
    shown = {word: viewers if key == "A" else tables[key] for key, word in reasons.items()}
    assert sightings(world, [*shown, *at_the_desk]) == {**shown, **at_the_desk}

    for phase in ("common", "agree", "findings"):
        worlds.to(run, phase)
        assert sightings(world, [*at_the_desk]) == at_the_desk


def test_mail_files_of_the_demonstration_are_not_served() -> None:
    """Mail on disk is reachable by no address unless this is a demonstration."""
    assert settings.DEMO is False
    assert [name for name in names() if name.startswith("demo")] == []
