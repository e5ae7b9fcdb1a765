"""The cast at work: networks with letters and releases, and runs in every state.

Every confidential field carries a token of its own (see tests/canaries.py); nothing here is
written past the actions that people use, except where a field has no page that fills it.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from exchange.core.models import Letter
from exchange.directory import actions as directory
from exchange.directory.models import (
    AddressChange,
    Affiliation,
    Audience,
    Invitation,
    Membership,
    Message,
    Network,
    NewVoice,
    Person,
    Question,
    Release,
    Role,
    School,
    Visit,
)
from exchange.live import actions as live
from exchange.live.codes import fingerprint
from exchange.live.discovery import activity_of
from exchange.live.models import Ballot, Finding, Run, Seat
from exchange.live.seating import cookie_name
from exchange.meetings import actions as meetings
from exchange.meetings.models import Feed, Meeting, thirteen_months_on
from tests import make
from tests.cast import Cast

ACTIVITY = "diamond_nine"
SLOTS = ("1", "2a", "2b", "3a", "3b", "3c", "4a", "4b", "5")
LETTER = "letter-to-harbour"
PROOF = "letter-to-a-new-address"
_moves = itertools.count(1)


def secret(what: str, where: str) -> str:
    """A token that stands nowhere else: of which field, in which thing."""
    return f"~{what}~{where}~"


@dataclass
class Guest:
    """A phone: its seat, the token in its cookie, and its account if the seat has one."""

    run: Run
    seat: Seat
    token: str

    def client(self) -> Client:
        client = Client()
        if self.seat.person:
            client.force_login(self.seat.person)
        client.cookies[cookie_name(self.run.pk)] = self.token
        return client


@dataclass
class World:
    """What stands in the database; `cast` are the people. Names end with their network.

    zoe     a co-leader of Harbour whose account was closed
    tom     asks for a tie to Marsh Lane; nobody has confirmed it
    open_   runs that are being held, by phases; shut: closed with a finding
    places  what stands in addresses, once tests/addresses.py has looked it up
    """

    cast: Cast
    zoe: Person
    tom: Person
    letter: Invitation
    letter_fellside: Invitation
    asked: Membership
    waiting_tie: Affiliation
    voice: NewVoice
    tie_fellside: Affiliation
    draft: Run
    open_run: Run
    closed_run: Run
    released_run: Run
    open_fellside: Run
    closed_fellside: Run
    own_run: Run
    paper_run: Run
    finding: Finding
    finding_released: Finding
    finding_fellside: Finding
    release: Release
    release_fellside: Release
    message: Message
    message_leaders: Message
    message_fellside: Message
    question: Question
    meeting: Meeting
    meeting_fellside: Meeting
    visit: Visit
    address: AddressChange
    guests: dict[str, Guest] = field(default_factory=dict)
    places: dict[str, list[dict[str, Any]]] | None = None

    def people(self) -> dict[str, Person | None]:
        """Name -> whose session the browser carries; None has no account."""
        return {**self.cast.people(), "zoe": self.zoe, "tom": self.tom, "gil": None, "anyone": None}

    def client(self, name: str) -> Client:
        """That person's browser. "anyone" is a stranger, "gil" the guest in the open run."""
        if name == "gil":
            return self.guests["gil"].client()
        client = Client()
        person = self.people()[name]
        if person is not None:
            client.force_login(person)
        return client


def setup(where: str, **values: Any) -> dict[str, Any]:
    """A set-up of twelve cards of our own, with tokens in them."""
    declared = activity_of(ACTIVITY)
    given = {
        "criterion": secret("criterion", where),
        "cards": "own",
        "lines": [f"{number} {secret('card', where)}" for number in range(1, 13)],
        "blank": True,
        "privacy": "private",
        "afterwards": "seats",
        **values,
    }
    return {**declared.setup(given, {"packs": {}}), "form": given}


def run_of(by: Person, network: Network | None, where: str, **values: Any) -> Run:
    """A run set up and not yet opened."""
    return live.create_run(
        activity=ACTIVITY, title=secret("title", where), setup=setup(where, **values), minutes={},
        network=network, by=by,
    )  # fmt: skip


def opened(by: Person, network: Network | None, where: str, **values: Any) -> Run:
    return live.open_run(run=run_of(by, network, where, **values), by=by)


def move(run: Run, seat: Seat | None, kind: str, **data: Any) -> None:
    """A move that must be kept; by the desk if `seat` is None."""
    posted = live.Posted(
        run.pk, f"worldly-{next(_moves):06}", "seat" if seat else "desk", kind, data,
        seat.key if seat else "",
    )  # fmt: skip
    reply = live.play_moves([posted])[0]
    assert (reply.status, reply.sentence) == ("kept", "")


def sit(run: Run, label: str, school: School | None = None, person: Person | None = None) -> Guest:
    seat, token = live.join_run(run=run, label=label, school=school, person=person)
    return Guest(run, seat, token)


def to(run: Run, phase: str) -> None:
    """The desk goes on to a phase."""
    run.refresh_from_db()
    move(run, None, "advance", saw=run.phase, to=phase)
    run.refresh_from_db()


def sort_alone(guest: Guest, own: str = "") -> None:
    """Choose nine, one of them one's own card if there are words for it; sort and lock."""
    run = Run.objects.get(pk=guest.run.pk)
    codes = list(run.state["seats"][guest.seat.key]["order"][: 8 if own else 9])
    for code in codes:
        move(run, guest.seat, "choose", card=code)
    if own:
        move(run, guest.seat, "own_card", text=own)
        codes.append("own")
    for code, slot in zip(codes, SLOTS, strict=True):
        move(run, guest.seat, "place", card=code, slot=slot)
    move(run, guest.seat, "lock")


def hold(run: Run, guests: Mapping[str, Guest], where: str) -> None:
    """Play an open run from the lobby up to the locked sorts."""
    to(run, "sort")
    for name, guest in guests.items():
        sort_alone(guest, secret(f"own-{name}", where) if name in {"gil", "cy"} else "")


def find(run: Run, guests: Mapping[str, Guest], where: str) -> None:
    """Go by the groups to the findings and agree one, with one voice against."""
    run.refresh_from_db()
    if run.phase != "findings":
        to(run, "groups")
        to(run, "findings")
        for wording in run.room["findings"]:
            move(run, None, "drop_finding", finding=wording["id"])
    move(run, None, "propose_finding", text=secret("finding", where))
    run.refresh_from_db()
    key = run.room["findings"][-1]["id"]
    first, second, *_ = guests.values()
    move(run, first.seat, "agree_finding", finding=key)
    move(run, second.seat, "dissent_finding", finding=key, note=secret("dissent", where))
    move(run, None, "settle_finding", finding=key, settled="yes")


def held(
    by: Person, network: Network, where: str, schools: list[School], count: int = 1, **values: Any
) -> Run:
    """A run held to its end, closed with `count` findings."""
    run = opened(by, network, where, **values)
    guests = {
        name: sit(run, secret(f"label-{name}", where), schools[at % len(schools)])
        for at, name in enumerate(["gil", "cy", "third"])
    }
    hold(run, guests, where)
    for number in range(count):
        find(run, guests, where if number == 0 else f"{where}-{number}")
    Ballot.objects.create(run=run, question="final", answer=secret("ballot", where), count=1)
    live.write_note(run=run, text=secret("note", where), by=by)
    return live.close_run(run=run, by=by)


def everything(cast: Cast) -> World:
    """Build the world around the cast."""
    zoe, tom = make.person("Zoe"), make.person("Tom")
    make.role(zoe, Role.CO_LEADER, cast.harbour)
    zoe.is_active = False
    zoe.save()
    let_sign_in([*cast.people().values(), zoe, tom])
    schools = [cast.quayside, cast.marsh_lane]
    make.card_set()
    closed = held(cast.ben, cast.harbour, "closed-harbour", schools)
    released = held(cast.ben, cast.harbour, "released-harbour", schools, afterwards="network")
    fellside = held(cast.dot, cast.fellside, "closed-fellside", [cast.hillcrest])
    finding, finding_released = closed.findings.get(), released.findings.get()
    live.ask_finding_release(finding=finding, by=cast.ada)
    live.ask_finding_release(finding=finding_released, by=cast.ada)
    live.ask_finding_release(finding=fellside.findings.get(), by=cast.dot)
    agree(finding_released)
    world = World(
        cast=cast,
        zoe=zoe,
        tom=tom,
        letter=make.invitation(
            cast.harbour, token=LETTER, role=Role.FACILITATOR, invited_by=cast.ada
        ),
        letter_fellside=make.invitation(cast.fellside, role=Role.FACILITATOR, invited_by=cast.dot),
        asked=make.membership(cast.fellside, cast.marsh_lane, status=Membership.Status.INVITED),
        waiting_tie=make.tie(tom, cast.marsh_lane, confirmed=False),
        voice=second_voice(cast),
        tie_fellside=make.tie(make.person("Una"), cast.hillcrest, confirmed=False),
        draft=run_of(cast.ben, cast.harbour, "draft-harbour"),
        open_run=opened(cast.ben, cast.harbour, "open-harbour"),
        closed_run=closed,
        released_run=released,
        open_fellside=opened(cast.dot, cast.fellside, "open-fellside"),
        closed_fellside=fellside,
        own_run=run_of(cast.ada, None, "own-ada"),
        paper_run=on_paper(cast.ben, cast.harbour, "paper-harbour"),
        finding=finding,
        finding_released=Finding.objects.get(pk=finding_released.pk),
        finding_fellside=fellside.findings.get(),
        release=Release.objects.of(finding).get(school=cast.marsh_lane),
        release_fellside=Release.objects.of(fellside.findings.get()).get(),
        message=written(cast.harbour, cast.ada),
        message_leaders=written(cast.harbour, cast.ben, Message.To.CO_LEADERS),
        message_fellside=written(cast.fellside, cast.dot),
        question=directory.ask_question(
            by=None, kind=Question.Kind.COMPLAINT, text="Why?", address="asks@example.org"
        ),
        meeting=called(cast.harbour, cast.ben, cast.cy),
        meeting_fellside=called(cast.fellside, cast.dot, cast.dot),
        visit=make.visit(cast.cy),
        address=make.address_change(cast.hana, token=PROOF),
    )
    fill_open_run(world)
    Letter.objects.all().delete()  # they have gone out
    return world


def written(network: Network, by: Person, to: str = Message.To.EVERYONE) -> Message:
    """A message to people of a network; its words are planted by the canaries."""
    return directory.send_message(network, by=by, to=to, subject="Visit", text="Who comes?")


def called(network: Network, by: Person, owner: Person) -> Meeting:
    """An open meeting with an agenda, an answer and an action point of somebody; and a calendar
    address of who called it. Its words are planted by the canaries."""
    meeting = meetings.call_meeting(
        network, by=by, title="Spring", starts_at=timezone.now() + timedelta(hours=3),
        place="Hall", note="Bring one example.",
    )  # fmt: skip
    meetings.add_item(meeting, by=by, title="What we saw", minutes=20, activity=ACTIVITY)
    meetings.answer_meeting(meeting, by=owner, comes=True, note="I come late.")
    meetings.write_point(meeting, by=by, text="Ask two pupils", owner=owner, due_on=None)
    Feed.objects.create(
        person=by, token_hash=fingerprint(f"feed-of-{by.name}"), ends_at=thirteen_months_on()
    )
    return meetings.open_meeting(meeting, by=by)


def on_paper(by: Person, network: Network, where: str) -> Run:
    """A run that is being typed in: one table that can be read, and what the room wrote."""
    run = run_of(by, network, where)
    live.start_typing(run=run, by=by)
    table = {"people": "4", "lines": "ABCDEFGHI", "reasons": f"A: {secret('typed', where)}"}
    live.keep_table(run=run, number=1, sheet=table, by=by)
    live.keep_room(run=run, sheet={"findings": secret("typed-finding", where)}, by=by)
    return run


def second_voice(cast: Cast) -> NewVoice:
    """Marsh Lane has a link person beside its head, who was told."""
    tie = make.tie(make.person("Lin"), cast.marsh_lane)
    directory.set_link(tie, by=cast.ada, is_link=True)
    return NewVoice.objects.get()


def let_sign_in(people: list[Person]) -> None:
    """Give everybody the password of make.PASSWORD: one hash for all, because hashing is slow."""
    hashed = make_password(make.PASSWORD)
    for person in people:
        person.password = hashed
    Person.objects.bulk_update(people, ["password"])


def agree(finding: Finding) -> None:
    """Every school asked agrees to show the finding: here each by a head of its own."""
    for release in Release.objects.of(finding).select_related("school"):
        ties = release.school.affiliations.filter(job=Affiliation.Job.HEAD).select_related("person")
        tie = ties.first() or make.tie(
            make.person("Head"), release.school, job=Affiliation.Job.HEAD
        )
        directory.agree_release(release, by=tie.person)
    finding.refresh_from_db()
    assert finding.audience == Audience.NETWORK


def knock(world: World) -> None:
    """Somebody waits at the door of the open run; from now on newcomers are in at once again."""
    run, ben = world.open_run, world.cast.ben
    live.watch_door(run=run, by=ben)
    label = secret("label-knocking", "open-harbour")
    world.guests["knocking"] = sit(run, label, world.cast.eastway)
    live.unwatch_door(run=run, by=ben)


def fill_open_run(world: World) -> None:
    """People in the open run: Gil and four guests, Cy with an account, one who was removed."""
    run, cast = world.open_run, world.cast
    sitting = {
        "gil": (cast.quayside, None),
        "cy": (cast.marsh_lane, cast.cy),
        "third": (cast.eastway, None),
        "fourth": (cast.quayside, None),
        "fifth": (None, None),
        "sixth": (cast.eastway, None),
        "seventh": (cast.quayside, None),
        "eighth": (cast.marsh_lane, None),
        "gone": (cast.eastway, None),
    }
    for name, (school, person) in sitting.items():
        world.guests[name] = sit(run, secret(f"label-{name}", "open-harbour"), school, person)
    live.remove_seat(run=run, seat=world.guests["gone"].seat, by=cast.ben)
    world.guests["fellside"] = sit(
        world.open_fellside, secret("label", "open-fellside"), cast.hillcrest
    )
    seated = {name: world.guests[name] for name in sitting if name != "gone"}
    hold(run, seated, "open-harbour")
    live.write_note(run=run, text=secret("note", "open-harbour"), by=cast.ben)
    knock(world)
    live.make_desk_code(run=run, by=cast.ben)
    live.write_learning_note(run=world.closed_run, text="What Ben takes from it.", by=cast.ben)
    live.write_note(run=world.open_fellside, text=secret("note", "open-fellside"), by=cast.dot)
    run.refresh_from_db()
