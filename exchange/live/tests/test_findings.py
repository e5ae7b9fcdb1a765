"""The life of a finding: made by a room, released by every school involved, and taken back.

Marsh Lane and Quayside sat in the room, Eastway did not. Hana speaks for Marsh Lane, Quinn for
Quayside, Esme for Eastway. Cy of Marsh Lane sat there with an account, Gil without one.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exchange.directory import actions as directory
from exchange.directory.models import Affiliation, Release
from exchange.live.actions import ask_finding_release, close_run, remove_seat
from exchange.live.actions.findings import schools_involved
from exchange.live.models import Finding, Run
from exchange.live.plugin import Refused
from exchange.live.seating import cookie_name
from exchange.live.tests.holding import advance, hold, play, sit
from tests import make

FOUND, DIFFERS = "We learn when we visit.", "Not in a small school."


@dataclass
class Held:
    """A closed session with one finding, and everybody who may want to read it."""

    run: Run
    finding: Finding
    people: dict[str, Any]
    gil: Any

    def browser(self, name: str) -> Client:
        """That person's browser; Gil's holds the seat of his phone and no account."""
        client = Client()
        if name == "gil":
            client.cookies[cookie_name(self.run.pk)] = self.gil.token
        else:
            client.force_login(self.people[name])
        return client

    def ask(self, by: str = "ada") -> int:
        url = reverse("finding_releases", args=[self.finding.pk])
        return self.browser(by).post(url).status_code

    def answer(self, name: str, what: str) -> int:
        """Press "agree", "decline" or "take back" for one's school, on the newest question."""
        schools = self.people[name].spoken_school_ids()
        asked = Release.objects.of(self.finding).filter(school__in=schools).latest("pk")
        address = {
            "agree": "release_agreement",
            "decline": "release_refusal",
            "take back": "release_withdrawal",
        }[what]
        return self.browser(name).post(reverse(address, args=[asked.pk])).status_code

    def listed(self, name: str) -> bool:
        """Whether the network page leads this person to the finding."""
        page = self.browser(name).get(reverse("network", args=[self.run.network_id]))
        return reverse("finding", args=[self.finding.pk]) in page.content.decode()

    def met(self) -> dict[str, tuple[bool, int]]:
        """Name -> (listed on the network page, status of the finding's own page)."""
        url = reverse("finding", args=[self.finding.pk])
        return {
            name: (self.listed(name), self.browser(name).get(url).status_code)
            for name in self.people
        }

    def results(self, *names: str) -> list[int]:
        """What the result's own page answers each of them."""
        url = reverse("run_json", args=[self.run.pk])
        return [self.browser(name).get(url).status_code for name in names]


def hold_to_the_end(cast, *also: str, **setup) -> Held:
    """Two seats word a finding, one of them differs, and Ben closes; `also`: more wordings."""
    quinn, esme = make.person("Quinn"), make.person("Esme")
    make.tie(quinn, cast.quayside, job=Affiliation.Job.HEAD)
    make.tie(esme, cast.eastway, is_link=True)
    run = hold(cast.ben, cast.harbour, "diamond_nine", **setup)
    (gil,) = sit(run, 1, [cast.quayside])
    (member,) = sit(run, 1, [cast.marsh_lane], person=cast.cy)
    run = advance(run, "findings")
    play(run, gil, "propose_finding", text=FOUND)
    (worded,) = Run.objects.get(pk=run.pk).room["findings"]
    play(run, gil, "agree_finding", finding=worded["id"])
    play(run, member, "dissent_finding", finding=worded["id"], note=DIFFERS)
    for text in also:
        play(run, "desk", "propose_finding", text=text)
    for wording in Run.objects.get(pk=run.pk).room["findings"]:
        play(run, "desk", "settle_finding", finding=wording["id"], settled="yes")
    run = close_run(run=run, by=cast.ben)
    people = {name: getattr(cast, name) for name in ("ada", "ben", "cy", "hana", "lou", "dot")} | {
        "quinn": quinn,
        "esme": esme,
    }
    return Held(run, run.findings.get(text=FOUND), people, gil)


@pytest.fixture
def held(cast) -> Held:
    return hold_to_the_end(cast)


#: Its makers: a co-leader, who held the session, who sat in it with an account.
OWN = {"ada": (False, 200), "ben": (False, 200), "cy": (False, 200)}
NOBODY_ELSE = {
    **OWN, "hana": (False, 404), "lou": (False, 404), "dot": (False, 404), "quinn": (False, 404),
    "esme": (False, 404),
}  # fmt: skip
#: Whoever decides reads it first.
THOSE_ASKED = {**NOBODY_ELSE, "hana": (False, 200), "quinn": (False, 200)}
#: The network; Dot leads another one.
THE_NETWORK = {**dict.fromkeys(NOBODY_ELSE, (True, 200)), "dot": (False, 404)}


def test_until_it_is_asked_it_is_its_makers(held):
    assert held.met() == NOBODY_ELSE


def test_each_school_agrees_and_then_the_network_reads_it(held):
    assert held.ask() == 302
    assert held.met() == THOSE_ASKED
    assert held.answer("hana", "agree") == 302
    assert held.met() == THOSE_ASKED
    assert held.answer("quinn", "agree") == 302
    assert held.met() == THE_NETWORK


def test_it_comes_back_when_one_school_withdraws_and_goes_out_when_that_one_agrees_again(held):
    held.ask()
    held.answer("hana", "agree")
    held.answer("quinn", "agree")
    assert held.answer("hana", "take back") == 302
    assert held.met() == THOSE_ASKED
    held.ask()
    waiting = Release.objects.of(held.finding).waiting()
    assert [release.school.name for release in waiting] == ["Marsh Lane School"]
    held.answer("hana", "agree")
    assert held.met() == THE_NETWORK


def test_one_no_keeps_it_with_its_makers(held):
    held.ask()
    held.answer("hana", "agree")
    assert held.answer("quinn", "decline") == 302
    assert held.met() == THOSE_ASKED


def test_only_a_co_leader_asks(held):
    assert [held.ask(by) for by in ("ben", "cy", "hana", "lou", "dot")] == [403, 403, 404, 404, 404]
    assert Release.objects.of(held.finding).count() == 0


def offers_to_ask(held) -> bool:
    page = held.browser("ada").get(reverse("finding", args=[held.finding.pk]))
    return bool(page.context["may_ask"])


def test_the_page_offers_to_ask_while_there_is_somebody_to_ask(held):
    assert offers_to_ask(held)
    held.ask()
    assert not offers_to_ask(held)
    held.answer("hana", "agree")
    held.answer("quinn", "decline")
    assert offers_to_ask(held)
    held.ask()
    held.answer("quinn", "agree")
    assert not offers_to_ask(held)


# What those who took part keep


def words_on_the_phone(held) -> list[str]:
    """The agreed wordings with the views that differ, as Gil's phone shows them."""
    page = held.browser("gil").get(reverse("board", args=[held.run.pk])).content.decode()
    told = page.partition("Findings</h2>")[2].partition("</ul></li>")[0]
    return re.findall(r">([^<>\s][^<>]*)<", told + "<")


def test_a_guests_phone_shows_the_finding_and_who_differs_whatever_the_schools_decide(held):
    shown = [FOUND, "Seen differently:", DIFFERS]
    assert words_on_the_phone(held) == shown
    held.ask()
    held.answer("quinn", "decline")
    assert words_on_the_phone(held) == shown


def test_a_seat_with_an_account_reads_the_finding_and_the_result(held):
    cy = held.browser("cy")
    page = cy.get(reverse("finding", args=[held.finding.pk]))
    assert page.context["finding"].text == FOUND
    result = cy.get(reverse("run", args=[held.run.pk]))
    assert [row.text for row in result.context["finding_rows"]] == [FOUND]
    told = cy.get(reverse("run_json", args=[held.run.pk])).json()
    assert told["findings"] == [{"text": FOUND, "dissent": [DIFFERS]}]


def test_a_result_announced_for_the_seats_stays_theirs(cast):
    held = hold_to_the_end(cast, afterwards="seats")
    held.ask()
    held.answer("hana", "agree")
    held.answer("quinn", "agree")
    assert held.met() == THE_NETWORK
    assert held.results("ada", "ben", "cy") == [200, 200, 200]
    assert held.results("lou", "hana", "esme", "dot") == [403, 403, 403, 404]


def test_a_result_announced_for_the_network_goes_with_its_findings(cast):
    held = hold_to_the_end(cast, afterwards="network")
    assert held.results("cy", "lou", "hana", "dot") == [200, 403, 403, 404]
    held.ask()
    held.answer("hana", "agree")
    assert held.results("cy", "lou", "hana", "dot") == [200, 403, 403, 404]
    held.answer("quinn", "agree")
    assert held.results("cy", "lou", "hana", "dot") == [200, 200, 200, 404]
    held.answer("quinn", "take back")
    assert held.results("cy", "lou", "hana", "dot") == [200, 403, 403, 404]


def test_a_result_waits_for_all_its_findings(cast):
    held = hold_to_the_end(cast, "We visit twice a year.", afterwards="network")
    for finding in held.run.findings.order_by("position"):
        assert held.results("lou") == [403]
        held.finding = finding
        held.ask()
        held.answer("hana", "agree")
        held.answer("quinn", "agree")
    assert held.results("lou") == [200]


# Which schools are asked


def asked_schools(held) -> list[str]:
    rows = Release.objects.of(held.finding).select_related("school").order_by("school__name")
    return [row.school.name for row in rows]


def test_a_school_whose_only_seat_was_removed_is_asked(cast):
    run = hold(cast.ben, cast.harbour)
    sit(run, 1, [cast.marsh_lane])
    (seat,) = sit(run, 1, [cast.quayside])
    sit(run, 1)
    remove_seat(run=run, seat=seat, by=cast.ben)
    assert schools_involved(run) == [cast.marsh_lane, cast.quayside]


def leave(held, cast, school) -> None:
    directory.end_membership(cast.harbour.memberships.get(school=school), by=cast.ada)


def test_a_school_that_has_left_is_asked_and_answers_without_seeing_the_network(cast, held):
    leave(held, cast, cast.quayside)
    held.ask()
    assert asked_schools(held) == ["Marsh Lane School", "Quayside Primary"]
    quinn, harbour = held.browser("quinn"), cast.harbour.pk
    account = quinn.get(reverse("account")).content.decode()
    assert reverse("releases", args=[harbour]) in account
    page = quinn.get(reverse("releases", args=[harbour]))
    assert [(row.school, row.mine) for row in page.context["page_obj"]] == [(cast.quayside, True)]
    assert reverse("network", args=[harbour]) not in re.findall(
        r'href="([^"]+)"', page.content.decode()
    )
    assert quinn.get(reverse("network", args=[harbour])).status_code == 404
    held.answer("hana", "agree")
    assert held.met() == {**THOSE_ASKED}
    assert held.answer("quinn", "agree") == 302
    assert held.met() == {**THE_NETWORK, "quinn": (False, 200)}
    assert held.answer("quinn", "take back") == 302
    assert held.met() == THOSE_ASKED


def test_a_school_that_leaves_before_it_answers_still_decides(cast, held):
    held.ask()
    leave(held, cast, cast.quayside)
    held.answer("hana", "agree")
    assert held.met() == THOSE_ASKED
    held.answer("quinn", "agree")
    assert held.listed("lou")


def nobody_speaks(held) -> list[int]:
    """How often the finding's page and the list of releases say that nobody can answer."""
    ada, sentence = held.browser("ada"), "Nobody can answer yet: the school has no head or link"
    pages = [
        ada.get(reverse("finding", args=[held.finding.pk])),
        ada.get(reverse("releases", args=[held.run.network_id])),
    ]
    return [page.content.decode().count(sentence) for page in pages]


def test_where_nobody_speaks_for_a_school_the_release_waits_and_the_page_says_so(cast, held):
    directory.end_tie(held.people["quinn"].schools[0], by=cast.ada)
    held.ask()
    held.answer("hana", "agree")
    assert not held.listed("lou")
    page = held.browser("ada").get(reverse("finding", args=[held.finding.pk])).content.decode()
    cells = re.findall(r"<th scope=\"row\">([^<]+)</th><td>(.*?)</td>", page)
    told = [(school, re.sub(r"<[^>]+>", " ", cell).split()[0]) for school, cell in cells]
    assert sorted(told) == [("Marsh Lane School", "Agreed"), ("Quayside Primary", "Waiting")]
    assert nobody_speaks(held) == [1, 1]
    make.tie(cast.ned, cast.quayside, is_link=True)
    assert nobody_speaks(held) == [0, 0]


def test_a_room_without_a_school_of_the_network_has_nobody_to_ask(cast, held):
    held.run.seats.update(school=None)
    with pytest.raises(Refused) as refused:
        ask_finding_release(finding=held.finding, by=cast.ada)
    assert refused.value.sentence == (
        "No school of the network took part, so there is nobody who could agree."
    )
    assert asked_schools(held) == []
