"""Somebody's first five minutes: from signing in to something useful, by what the pages offer.

Each persona presses what their home page shows and counts the requests.
"""

import re
from html import unescape

import pytest
from django.test import Client

from exchange.core.packs import load_packs
from exchange.directory.models import Invitation, Person, Role, StepAside
from exchange.directory.slots import first_steps
from exchange.live import actions
from exchange.live.models import LearningNote, Run
from tests import make, world
from tests.cast import Cast


class Walk:
    """Somebody at a browser who follows links and sends forms as they stand; every request counts."""

    def __init__(self, person: Person) -> None:
        person.set_password(make.PASSWORD)
        person.save()
        self.client, self.asked = Client(), 0
        self.post("/account/sign-in/", login=person.email, password=make.PASSWORD)

    def get(self, path: str) -> str:
        self.asked += 1
        self.answer = self.client.get(path)
        assert self.answer.status_code == 200, path
        return unescape(self.answer.content.decode())

    def post(self, path: str, **filled: object) -> str:
        """Send a form and follow where it leads; the last page."""
        self.asked += 1
        answer = self.client.post(path, filled)
        assert answer.status_code == 302, answer.content.decode()
        return self.get(answer["Location"])

    def step(self) -> str:
        """Where the first step on the home page leads."""
        self.get("/")
        assert self.answer.context["step"] is not None
        return str(self.answer.context["step"].url)

    def send(self, path: str, **filled: object) -> str:
        """Send the form of the page at `path`, filled in as it came."""
        self.get(path)
        form = self.answer.context["form"]
        values = {name: form[name].value() for name in form.fields}
        kept = {name: value for name, value in values.items() if value not in (None, False)}
        return self.post(path, **{**kept, **filled})


def offered(person: Person) -> str:
    """The key of the step that this person's home page offers, or ""."""
    client = Client()
    client.force_login(person)
    step = client.get("/").context["step"]
    return step.key if step else ""


@pytest.fixture
def cards(db: None, settings) -> None:
    assert load_packs(settings.CONTENT_DIRS)["refused"] == []


def code_on(page: str) -> str:
    return re.findall(r'<span class="code">([A-Z-]+)</span>', page)[0]


def test_a_head_has_a_commitment_written(cast: Cast) -> None:
    walk = Walk(cast.hana)
    step = walk.step()
    walk.post(step, commitment="We visit twice a term.")
    member = cast.harbour.memberships.get(school=cast.marsh_lane)
    assert (member.head_commitment, walk.asked <= 5) == ("We visit twice a term.", True)
    assert offered(cast.hana) != "commitment"


@pytest.mark.parametrize("name", ["ada", "ben"])
def test_a_co_leader_and_a_facilitator_have_a_code_that_people_join_by(
    cast: Cast, cards: None, name: str
) -> None:
    person = cast.people()[name]
    walk = Walk(person)
    step = walk.step()
    assert f"network={cast.harbour.pk}" in step
    walk.send(step, title="What do we try first?", cards="first_year", criterion="useful")
    run = Run.objects.get()
    code = code_on(walk.post(f"/runs/{run.pk}/opening/"))
    assert (run.network, walk.asked <= 8) == (cast.harbour, True)
    assert Client().get(f"/join/{code}/").status_code == 200
    assert offered(person) == ""


def test_a_teacher_has_a_trial_open(cast: Cast, cards: None) -> None:
    walk = Walk(cast.cy)
    walk.send(walk.step())
    run = Run.objects.get()
    walk.post(f"/runs/{run.pk}/opening/")
    run.refresh_from_db()
    assert (run.is_open, bool(run.erase_at), walk.asked <= 8) == (True, True, True)
    assert offered(cast.cy) == ""


def test_a_guest_who_became_a_member_has_a_record_of_learning(cast: Cast) -> None:
    """Somebody sat in a session as a guest, was invited, and kept the seat."""
    gil, closed = make.person("Gil"), held(cast)
    walk = Walk(gil)
    walk.send(walk.step(), text="Ask before showing.")
    assert (walk.asked <= 6, LearningNote.objects.get().text) == (True, "Ask before showing.")
    paper = walk.client.get("/account/learning.pdf")
    assert (paper["Content-Type"], closed.seats.get().person) == ("application/pdf", gil)
    assert offered(gil) == ""


def held(cast: Cast) -> Run:
    """A closed session in which Gil's seat was claimed."""
    run = world.opened(cast.ben, cast.harbour, "first-step")
    guest = world.sit(run, "Gil")
    closed = actions.close_run(run=run, by=cast.ben)
    actions.claim_seat(seat=guest.seat, by=Person.objects.get(name="Gil"))
    return closed


def test_whoever_leads_alone_is_asked_to_share_it(cast: Cast) -> None:
    leader = make.person("Lee")
    alone = make.network("Alone", schools=(make.school(),))
    make.role(leader, Role.CO_LEADER, alone)
    world.run_of(leader, alone, "first-step")
    assert offered(leader) == "second_leader"
    walk = Walk(leader)
    walk.post(walk.step(), email="second@example.org", name="", role=Role.CO_LEADER)
    assert (Invitation.objects.get().role, walk.asked <= 5) == (Role.CO_LEADER, True)
    assert offered(leader) == ""


def test_a_step_that_is_put_aside_makes_room_and_does_not_come_again(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.hana)
    assert client.get("/").context["step"].key == "commitment"
    for _ in range(2):
        assert client.post("/account/steps/commitment/aside/").status_code == 302
    assert client.get("/").context["step"].key == "first_try"
    client.post("/account/steps/first_try/aside/")
    assert client.get("/").context["step"] is None
    assert StepAside.objects.filter(person=cast.hana).count() == 2
    assert client.post("/account/steps/no-such-step/aside/").status_code == 404
    assert offered(cast.cy) == "first_try"


def test_steps_have_keys_and_ranks_of_their_own() -> None:
    assert sorted((one.rank, one.key) for one in first_steps) == [
        (10, "commitment"), (20, "first_session"), (30, "second_leader"), (40, "first_note"),
        (50, "first_try"),
    ]  # fmt: skip
