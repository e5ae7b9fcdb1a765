"""A Diamond 9 of the invented network, really played: 24 seats, six groups, three findings.

What people prefer is made up here; everything else goes through the doors that everybody uses, so
the result is what such a session would give. Afterwards the session is dated to last week: its
moves get the times of eighty minutes and are replayed, so the record stays what its moves make it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from exchange.core.packs import packs_by_kind
from exchange.directory import actions as directory
from exchange.directory.models import Event, Network, Person, Release, School
from exchange.live import actions as live
from exchange.live import engine
from exchange.live.actions.moves import log_of
from exchange.live.discovery import activity_of
from exchange.live.models import Finding, Run, Seat
from exchange.site.demo_words import HELD, REGISTER, SCHOOLS

ACTIVITY = "diamond_nine"
SLOTS = ("1", "2a", "2b", "3a", "3b", "3c", "4a", "4b", "5")
SEED = "harbour"
AGO = timedelta(days=6)
#: What each part took, in minutes: joining first, closing last.
TOOK = {
    "lobby": 6, "read": 5, "choose": 6, "sort": 9, "groups": 23, "present": 14, "common": 7,
    "agree": 8, "findings": 11,
}  # fmt: skip

#: How much people like each card of the set, and how far they differ about it.
LIKED = {
    "question": (6.0, 0.9), "trust": (4.6, 1.0), "plantime": (4.5, 1.0), "visits": (4.2, 1.1),
    "pupils": (3.9, 1.2), "evidence": (3.1, 1.1), "early": (3.0, 1.2), "everyone": (2.7, 1.2),
    "ways": (2.4, 1.0), "leading": (2.2, 1.1), "outside": (2.0, 1.1), "parents": (1.8, 1.0),
    "calendar": (1.6, 0.9), "record": (1.3, 0.9), "research": (1.2, 0.9), "governors": (0.9, 0.8),
    "money": (0.6, 0.8),
}  # fmt: skip
#: One card splits the room: some put it at the top, others keep it but low.
SPLIT, HIGH, LOW = "heads", 5.6, 2.9

OWN_CARDS = {4: "A room where we can talk undisturbed", 15: "Laughing together now and then"}
DROPPED_OFF, LATE = 22, 23
REASONS = {
    "question": (
        "Without one question we each do our own thing and call it a network.",
        "A shared question lets a new person join in at once.",
    ),
    "trust": ("We learned most from the lesson that went wrong.", "Trust comes before visits."),
    "plantime": ("Good will runs out by November; cover does not.",),
    "visits": ("You cannot read a lesson. You have to be there.",),
    "pupils": ("They tell us what we cannot see from the front.",),
    "evidence": ("Otherwise the loudest voice decides what worked.",),
    "heads": ("If heads come, it is real.", "If heads come, people are careful what they say."),
    "early": ("People need to see something by Easter.",),
}
DISSENT = (
    "Two of us would have put time to plan at the very top.",
    "One of us thinks parents should have been higher.",
    "",
    "We could not agree on heads taking part; we put it in the middle to move on.",
    "",
    "One of us holds that visits without cover are an empty promise.",
)
CHALLENGES = (
    ("A", "What would you drop to make room for it?"),
    ("C", "How would you know by summer that it worked?"),
    ("D", "Whose voice was missing at your table?"),
)
NOTE = "Nobody objected to it coming first; three asked that it be looked at again in the summer."
FINDINGS = (
    (
        "In our first year one question that all seven schools share comes before anything else.",
        ("It is too early: we have not heard every school's need yet.",),
    ),
    (
        "Teachers from different schools plan together in paid time, or it will not happen.",
        (),
    ),
    (
        "Heads take part in the work, but not in every meeting; each network meeting says which.",
        ("Heads should always be there: otherwise nothing is decided.",
         "With heads in the room I say less."),
    ),
)  # fmt: skip
PER_SCHOOL = {
    "quayside": 6, "brannoc": 2, "marsh": 5, "hillcrest": 2, "ferry": 2, "eastway": 5, "grange": 2,
}  # fmt: skip
ROLES = ("teacher", "teacher", "leader", "support", "headteacher", "teacher", "governor", "leader")
#: Seats of people with an account; everybody else is a guest with initials.
KNOWN = {("quayside", 0): "ada", ("eastway", 0): "ned", ("marsh", 0): "cy", ("marsh", 1): "hana"}


@dataclass
class Bot:
    """One phone: its seat, what its person likes (card -> number), and the nine it laid."""

    seat: Seat
    likes: Mapping[str, float]
    own: str = ""

    def nine(self) -> list[str]:
        """The cards in the order of the places; an own card lies in the second row."""
        best = sorted(self.likes, key=lambda code: -self.likes[code])
        return [*best[:2], "own", *best[2:8]] if self.own else best[:9]


class Session:
    """A run being played; every move that is not kept is a fault of ours and stops the demo."""

    def __init__(self, run: Run, by: Person) -> None:
        self.run, self.by, self.count = run, by, 0

    def posted(self, seat: str, kind: str, **data: Any) -> live.Posted:
        self.count += 1
        name = f"demo-{self.count:06d}"
        return live.Posted(self.run.pk, name, "seat" if seat else "desk", kind, data, seat)

    def play(self, *moves: live.Posted) -> None:
        for move, reply in zip(moves, live.play_moves(moves), strict=True):
            if reply.status != "kept":
                raise RuntimeError(f"{move.kind} {move.data}: {reply.sentence}")

    def desk(self, kind: str, **data: Any) -> None:
        self.play(self.posted("", kind, **data))

    def advance(self) -> None:
        self.run.refresh_from_db()
        self.desk("advance", saw=self.run.phase)
        self.run.refresh_from_db()


def set_up(network: Network, *, title: str, cards: str, criterion: str, blank: bool = False) -> Run:
    """A run of the invented network, prepared by its facilitator and not yet open."""
    ben = Person.objects.get(email="ben@example.org")
    values = {
        "criterion": criterion, "cards": cards, "lines": [], "blank": blank,
        "privacy": "private", "afterwards": "network",
    }  # fmt: skip
    declared = activity_of(ACTIVITY)
    setup = {**declared.setup(values, {"packs": packs_by_kind()}), "form": values}
    minutes = {phase.key: phase.minutes for phase in declared.phases}
    return live.create_run(
        activity=ACTIVITY, title=title, setup=setup, minutes=minutes, network=network, by=ben
    )


def hold(network: Network) -> Run:
    """Play the session to its end, ask for its releases, and date it to last week."""
    chance = Random(SEED)  # noqa: S311  (opinions, not secrets)
    run = set_up(network, title=HELD, cards="first_year", criterion="most important", blank=True)
    ben = Person.objects.get(email="ben@example.org")
    session = Session(live.open_run(run=run, by=ben), ben)
    bots = take_seats(session.run, chance)
    session.advance()
    session.advance()
    sort_alone(session, bots)
    sort_together(session, bots, chance)
    present(session)
    agree(session, bots)
    word_findings(session, bots)
    run = live.close_run(run=run, by=ben)
    ask_releases(run)
    date_back(run, timezone.now() - AGO)
    return run


def take_seats(run: Run, chance: Random) -> list[Bot]:
    """Twenty-four people join, school by school."""
    schools = {school.number: school for school in School.objects.filter(register=REGISTER)}
    bots: list[Bot] = []
    for number, key in enumerate(SCHOOLS, 1):
        for place in range(PER_SCHOOL[key]):
            known = KNOWN.get((key, place))
            person = Person.objects.get(email=f"{known}@example.org") if known else None
            at = len(bots)
            label = person.name if person else f"{'ABCDEFGHJKLM'[at % 12]}{'RSTWP'[at % 5]}"
            role = {"cy": "teacher", "hana": "headteacher"}.get(known or "", ROLES[at % 8])
            seat, _token = live.join_run(
                run=run, label=label, school=schools[str(number)], role=role, person=person
            )
            likes = {code: chance.gauss(mean, 1.5 * apart) for code, (mean, apart) in LIKED.items()}
            likes[SPLIT] = chance.gauss(HIGH if at % 2 else LOW, 0.4)
            bots.append(Bot(seat, likes, OWN_CARDS.get(at, "")))
    return bots


def sort_alone(session: Session, bots: Sequence[Bot]) -> None:
    """Choose nine, lay them, here and there change one's mind, and lock."""
    for bot in bots:
        own = [session.posted(bot.seat.key, "own_card", text=bot.own)] if bot.own else []
        chosen = [code for code in bot.nine() if code != "own"]
        session.play(*own, *(session.posted(bot.seat.key, "choose", card=code) for code in chosen))
    session.advance()
    for at, bot in enumerate(bots):
        key, cards = bot.seat.key, bot.nine()
        laid = [
            session.posted(key, "place", card=card, slot=slot)
            for card, slot in zip(cards, SLOTS, strict=True)
        ]
        if at == DROPPED_OFF:
            session.play(*laid[:5])
            continue
        if at % 4 == 1:  # thinks again: the two changed places, and back
            laid += [
                session.posted(key, "place", card=cards[1], slot=slot) for slot in ("3a", "2a")
            ]
        session.play(*laid, session.posted(key, "lock"))


def sort_together(session: Session, bots: Sequence[Bot], chance: Random) -> None:
    """Each group lays one diamond, notes reasons and what it argued over, and locks."""
    session.advance()
    by_key = {bot.seat.key: bot for bot in bots}
    for number, keys in enumerate(session.run.room["groups"].values()):
        members = [by_key[key] for key in keys]
        shared = {
            code: sum(bot.likes[code] for bot in members) / len(members) + chance.gauss(0, 0.4)
            for code in members[0].likes
        }
        cards = sorted(shared, key=lambda code: -shared[code])[:9]
        lay = [
            session.posted(keys[at % len(keys)], "group_place", card=card, slot=slot)
            for at, (card, slot) in enumerate(zip(cards, SLOTS, strict=True))
        ]
        say = [
            session.posted(
                keys[at % len(keys)], "reason", card=card,
                text=REASONS[card][number % len(REASONS[card])],
            )
            for at, card in enumerate(cards[:5])
            if card in REASONS
        ]  # fmt: skip
        if SPLIT in cards:
            say.append(session.posted(keys[0], "argue", card=SPLIT))
        if words := DISSENT[number % len(DISSENT)]:
            say.append(session.posted(keys[-1], "dissent", text=words))
        session.play(*lay, *say, session.posted(keys[0], "group_lock"))


def present(session: Session) -> None:
    """Each group presents; the facilitator notes what was asked of some."""
    session.advance()
    asked = dict(CHALLENGES)
    for letter in session.run.room["groups"]:
        session.desk("present", group=letter)
        if letter in asked:
            session.desk("challenge", group=letter, card="", text=asked[letter])
    session.desk("present", group="")


def agree(session: Session, bots: Sequence[Bot]) -> None:
    """Answer the secret question, then agree on one card aloud."""
    session.advance()
    run = session.run
    offered = activity_of(ACTIVITY).ballots[0].options(run.state, engine.room_of(run.room))
    for at, bot in enumerate(bots):
        if at in (DROPPED_OFF, LATE):
            continue
        favourite = max((bot.likes.get(code, 0.0), code) for code, _text in offered)[1]
        live.cast_ballot(run=run, seat=bot.seat, question="final", answer=favourite)
    session.advance()
    counts = session.run.room["tallies"]["final"]["counts"]
    session.desk("settle", card=max(counts, key=counts.get), note=NOTE)


def word_findings(session: Session, bots: Sequence[Bot]) -> None:
    """The room words three findings, agrees them, and writes down who sees it differently."""
    session.advance()
    before = [worded["id"] for worded in session.run.room["findings"]]
    for text, _differs in FINDINGS:
        session.desk("propose_finding", text=text)
    session.run.refresh_from_db()
    ours = [w["id"] for w in session.run.room["findings"] if w["id"] not in before]
    for number, (name, (_text, differs)) in enumerate(zip(ours, FINDINGS, strict=True)):
        speakers = [bot.seat.key for bot in bots[number + 1 :: 7]][: len(differs)]
        session.play(
            *(
                session.posted(bot.seat.key, "agree_finding", finding=name)
                for at, bot in enumerate(bots)
                if at != DROPPED_OFF and bot.seat.key not in speakers
            ),
            *(
                session.posted(key, "dissent_finding", finding=name, note=note)
                for key, note in zip(speakers, differs, strict=True)
            ),
            session.posted("", "settle_finding", finding=name, settled="yes"),
        )
    for name in before[1:]:
        session.desk("drop_finding", finding=name)


def ask_releases(run: Run) -> None:
    """The first finding is released by every school; the second waits for two of them."""
    first, second = run.findings.order_by("position")[:2]
    ada = Person.objects.get(email="ada@example.org")
    for finding, silent in ((first, set()), (second, {"3", "5"})):
        live.ask_finding_release(finding=finding, by=ada)
        for release in Release.objects.of(finding).select_related("school"):
            if release.school.number not in silent:
                directory.agree_release(release, by=speaker_of(release.school))


def speaker_of(school: School) -> Person:
    """The head or link person of an invented school."""
    ties = school.affiliations.current().confirmed().speaking().select_related("person")
    return ties.order_by("pk")[0].person


def date_back(run: Run, opened: datetime) -> None:
    """Give the moves the times of such a session and replay them; the record is theirs."""
    at, parts = opened, defaultdict(list)
    phase, declared = "lobby", activity_of(run.activity)
    moves = list(run.moves.order_by("seq"))
    for move in moves:
        parts[phase].append(move)
        if move.kind == "advance":
            phase = declared.order[declared.order.index(phase) + 1]
    for key, minutes in TOOK.items():
        length = timedelta(minutes=minutes)
        for number, move in enumerate(parts[key], 1):
            move.at = at + length * number / len(parts[key])
            move.reply = {**move.reply, "at": move.at.isoformat(timespec="seconds")}
        at += length
    run.moves.bulk_update(moves, ["at", "reply"])
    run.created_at, run.opened_at, run.closed_at = opened - timedelta(hours=1), opened, at
    plan, floor = run.room["clock"]["plan"], run.room["floor"]
    run.room = engine.new_room(declared, plan, int(run.created_at.timestamp()), floor)
    run.state = declared.start(run.setup, engine.chance_for(run.seed, 0))
    engine.replay(declared, run.room, run.state, log_of(run), run.seed)
    run.code_ends_at = opened + timedelta(hours=12)
    run.save()
    run.seats.update(joined_at=opened)
    Finding.objects.filter(run=run).update(created_at=at)
    Release.objects.filter(subject_kind="finding", subject_id__in=run.findings.values("pk")).update(
        asked_at=at
    )
    Event._base_manager.filter(subject_kind="run", subject_id=run.pk).update(at=opened)
    Event._base_manager.filter(subject_kind="run", subject_id=run.pk, verb="run_closed").update(
        at=at
    )
