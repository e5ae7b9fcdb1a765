"""Releases: every school involved decides for itself, by its head or link person."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange.directory import actions, rules, slots
from exchange.directory.models import Affiliation, Audience, Event, Person, Release
from tests import make

pytestmark = pytest.mark.django_db


def again(person):
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def out(monkeypatch):
    """Which things are out; an event stands for the thing that is released."""
    out = set()
    monkeypatch.setitem(actions.on_released, "event", out.add)
    monkeypatch.setitem(actions.on_withdrawn, "event", out.discard)
    return out


@pytest.fixture
def thing(cast):
    """Anything with an id; and heads for two schools."""
    cast.quay_head, cast.east_link = make.person("Quinn"), make.person("Esme")
    make.tie(cast.quay_head, cast.quayside, job=Affiliation.Job.HEAD)
    make.tie(cast.east_link, cast.eastway, is_link=True)
    return Event.objects.create(verb="a thing", subject_kind="thing")


@pytest.fixture
def asked(cast, thing):
    """Ben asked Marsh Lane and Quayside."""
    made = actions.ask_release(
        thing,
        schools=[cast.marsh_lane, cast.quayside],
        network=cast.harbour,
        audience=Audience.NETWORK,
        by=cast.ben,
        removed="Two names.",
    )
    return {release.school: release for release in made}


def test_it_is_released_when_the_last_school_agreed(cast, thing, asked, out):
    first = actions.agree_release(asked[cast.marsh_lane], by=cast.hana)
    assert (first.agreed_by, out) == (cast.hana, set())
    actions.agree_release(asked[cast.quayside], by=cast.quay_head)
    assert out == {thing.pk}
    assert actions.is_released("event", thing.pk, Audience.NETWORK)
    assert not actions.is_released("event", thing.pk, Audience.PUBLIC)


def test_only_the_schools_own_head_or_link_person_decides(cast, asked, out):
    release = asked[cast.marsh_lane]
    may = {
        name for name, one in cast.people().items() if rules.may_agree_release(one, release.school)
    }
    assert may == {"hana"}
    for name in set(cast.people()) - may:
        for verb in (actions.agree_release, actions.decline_release):
            with pytest.raises(PermissionDenied):
                verb(release, by=getattr(cast, name))
    with pytest.raises(PermissionDenied):
        actions.agree_release(release, by=cast.quay_head)


def test_a_former_head_does_not_decide(cast, asked):
    actions.end_tie(cast.hana.schools[0], by=cast.ada)
    with pytest.raises(PermissionDenied):
        actions.agree_release(asked[cast.marsh_lane], by=again(cast.hana))


def test_one_no_keeps_it_where_it_is(cast, thing, asked, out):
    actions.decline_release(asked[cast.marsh_lane], by=cast.hana, reason="Too soon.")
    actions.agree_release(asked[cast.quayside], by=cast.quay_head)
    assert (out, actions.is_released("event", thing.pk, Audience.NETWORK)) == (set(), False)
    with pytest.raises(ValidationError):
        actions.agree_release(asked[cast.marsh_lane], by=cast.hana)


def test_asking_again_after_a_no_asks_only_who_said_no(cast, thing, asked, out):
    actions.decline_release(asked[cast.marsh_lane], by=cast.hana)
    actions.agree_release(asked[cast.quayside], by=cast.quay_head)
    words = {"network": cast.harbour, "audience": Audience.NETWORK, "by": cast.ada}
    made = actions.ask_release(thing, schools=[cast.marsh_lane, cast.quayside], **words)
    assert [release.school for release in made] == [cast.marsh_lane]
    actions.agree_release(made[0], by=cast.hana)
    assert out == {thing.pk}
    assert actions.ask_release(thing, schools=[cast.marsh_lane], **words) == []


def test_taking_the_agreement_back(cast, thing, asked, out):
    actions.agree_release(asked[cast.marsh_lane], by=cast.hana)
    actions.agree_release(asked[cast.quayside], by=cast.quay_head)
    with pytest.raises(PermissionDenied):
        actions.withdraw_release(asked[cast.quayside], by=cast.ben)
    assert out == {thing.pk}
    actions.withdraw_release(asked[cast.quayside], by=cast.quay_head)
    assert out == set()
    with pytest.raises(ValidationError):
        actions.withdraw_release(asked[cast.quayside], by=cast.quay_head)
    assert out == set()


def test_who_asked_may_take_an_unanswered_question_back(cast, asked, out):
    with pytest.raises(PermissionDenied):
        actions.withdraw_release(asked[cast.quayside], by=cast.ada)
    actions.withdraw_release(asked[cast.quayside], by=cast.ben)
    actions.agree_release(asked[cast.marsh_lane], by=cast.hana)
    assert out == set()  # Quayside was asked and never agreed


@pytest.mark.parametrize("who", ["dot", "rae", "pam", "max", "ivy"])
def test_strangers_do_not_ask(cast, thing, who):
    with pytest.raises(PermissionDenied):
        actions.ask_release(
            thing, schools=[cast.quayside], network=cast.harbour, audience="network",
            by=getattr(cast, who),
        )  # fmt: skip


def test_only_schools_that_belong_or_belonged_are_asked(cast, thing):
    make.membership(cast.harbour, cast.hillcrest, status="invited")
    for schools in ([], [cast.hillcrest], [cast.quayside, cast.hillcrest]):
        with pytest.raises(ValidationError):
            actions.ask_release(
                thing, schools=schools, network=cast.harbour, audience="network", by=cast.ada
            )
    assert Release.objects.count() == 0
    cast.harbour.memberships.filter(school=cast.quayside).update(status="left")
    words = {"network": cast.harbour, "audience": "network", "by": cast.ada}
    assert len(actions.ask_release(thing, schools=[cast.quayside], **words)) == 1


def test_an_effect_that_fails_undoes_the_agreement(cast, thing, asked, monkeypatch):
    actions.agree_release(asked[cast.marsh_lane], by=cast.hana)

    def fails(pk):
        raise RuntimeError

    monkeypatch.setitem(actions.on_released, "event", fails)
    with pytest.raises(RuntimeError):
        actions.agree_release(asked[cast.quayside], by=cast.quay_head)
    assert Release.objects.get(pk=asked[cast.quayside].pk).agreed_at is None


# What follows from the answers, whatever comes after the first release


NETWORK = Audience.NETWORK


def ask(cast, thing, *schools):
    words = {"network": cast.harbour, "audience": NETWORK, "by": cast.ada}
    return actions.ask_release(thing, schools=schools, **words)


@pytest.fixture
def only_marsh_lane(cast, thing, out):
    """Only Marsh Lane was asked; it agreed, and the thing is out."""
    (release,) = ask(cast, thing, cast.marsh_lane)
    actions.agree_release(release, by=cast.hana)
    assert out == {thing.pk}
    return release


def test_a_new_question_about_what_is_out_takes_it_in(cast, thing, only_marsh_lane, out):
    (second,) = ask(cast, thing, cast.marsh_lane, cast.quayside)
    assert (second.school, out) == (cast.quayside, set())
    actions.agree_release(second, by=cast.quay_head)
    assert out == {thing.pk}


def test_a_no_to_a_later_question_holds(cast, thing, only_marsh_lane, out):
    (second,) = ask(cast, thing, cast.quayside)
    actions.decline_release(second, by=cast.quay_head)
    assert out == set()


def test_an_effect_that_missed_a_change_is_brought_up_by_the_next(cast, thing, asked, out):
    """Withdrawing takes a thing in even where another question has left it out."""
    actions.agree_release(asked[cast.marsh_lane], by=cast.hana)
    out.add(thing.pk)
    actions.withdraw_release(asked[cast.marsh_lane], by=cast.hana)
    assert out == set()


def leave(cast, school, days=0):
    """The school has left, so many days ago."""
    membership = cast.harbour.memberships.get(school=school)
    actions.end_membership(membership, by=cast.ada)
    membership.refresh_from_db()
    membership.left_on -= timedelta(days=days)
    membership.save()


def age(release, days):
    Release.objects.filter(pk=release.pk).update(asked_at=timezone.now() - timedelta(days=days))


def test_who_leaves_keeps_its_voice(cast, thing, asked, out):
    for school, by in ((cast.marsh_lane, cast.hana), (cast.quayside, cast.quay_head)):
        actions.agree_release(asked[school], by=by)
    leave(cast, cast.quayside)
    assert out == {thing.pk}
    actions.withdraw_release(asked[cast.quayside], by=again(cast.quay_head))
    assert out == set()


@pytest.mark.parametrize("leaves", [True, False])
def test_silence_is_never_a_yes(cast, thing, asked, out, leaves):
    actions.agree_release(asked[cast.marsh_lane], by=cast.hana)
    age(asked[cast.quayside], 400)
    if leaves:
        leave(cast, cast.quayside, 400)
    assert ask(cast, thing, cast.marsh_lane, cast.quayside) == []
    assert out == set()
    actions.agree_release(asked[cast.quayside], by=again(cast.quay_head))
    assert out == {thing.pk}
    actions.withdraw_release(asked[cast.quayside], by=again(cast.quay_head))
    assert out == set()


def test_whoever_has_left_says_no_and_is_asked_once_more(cast, thing, asked, out):
    actions.agree_release(asked[cast.marsh_lane], by=cast.hana)
    leave(cast, cast.quayside)
    actions.decline_release(asked[cast.quayside], by=again(cast.quay_head))
    (second,) = ask(cast, thing, cast.quayside)
    assert out == set()
    actions.agree_release(second, by=again(cast.quay_head))
    assert out == {thing.pk}


def test_who_comes_back_before_answering_is_waited_for(cast, thing, asked, out):
    actions.agree_release(asked[cast.marsh_lane], by=cast.hana)
    leave(cast, cast.quayside, 40)
    back = make.membership(cast.harbour, cast.quayside, status="invited")
    actions.agree_membership(back, by=again(cast.quay_head))
    assert out == set()
    actions.agree_release(asked[cast.quayside], by=again(cast.quay_head))
    assert out == {thing.pk}


# Pages


def test_the_waiting_list_of_my_school(cast, thing, asked, client_of, monkeypatch):
    monkeypatch.setitem(
        slots.release_subjects,
        "event",
        lambda person, ids: {pk: slots.Subject("<b>What we found</b>", "/there/") for pk in ids},
    )
    page = client_of(cast.hana).get(reverse("releases", args=[cast.harbour.pk]))
    words = page.content.decode()
    assert [row.school for row in page.context["page_obj"]] == [cast.marsh_lane]
    assert ("&lt;b&gt;What we found&lt;/b&gt;" in words, "Two names." in words) == (True, True)
    assert "Agree for Marsh Lane School" in words
    page = client_of(cast.cy).get(reverse("releases", args=[cast.harbour.pk]))
    assert list(page.context["page_obj"]) == []
    page = client_of(cast.ada).get(reverse("releases", args=[cast.harbour.pk]))
    assert len(page.context["page_obj"]) == 2
    assert "Agree for" not in page.content.decode()
    words = client_of(cast.hana).get(reverse("account")).content.decode()
    assert "&lt;b&gt;What we found&lt;/b&gt;" in words


def test_deciding_on_the_page(cast, thing, asked, out, client_of):
    pk = asked[cast.marsh_lane].pk
    for name in ("release_agreement", "release_refusal", "release_withdrawal"):
        url = reverse(name, args=[pk])
        assert [client_of(one).post(url).status_code for one in (cast.dot, cast.max)] == [404, 404]
        assert [client_of(one).post(url).status_code for one in (cast.cy, cast.ada)] == [403, 403]
        assert client_of(cast.hana).get(url).status_code == 405
    refusal = reverse("release_refusal", args=[pk])
    assert client_of(cast.hana).post(refusal, {"reason": "r" * 1001}).status_code == 422
    assert client_of(cast.hana).post(refusal, {"reason": "Not yet."}).status_code == 302
    decided = Release.objects.get(pk=pk)
    assert (decided.reason, decided.declined_by) == ("Not yet.", cast.hana)
    again_ = client_of(cast.hana).post(reverse("release_agreement", args=[pk]))
    assert (again_.status_code, "already been decided" in again_.content.decode()) == (409, True)


def test_a_head_whose_school_left_still_answers(cast, asked, client_of):
    """Their school's people took part. Of the network they see nothing but their own questions."""
    cast.harbour.memberships.filter(school=cast.marsh_lane).update(
        status="left", left_on=timezone.localdate()
    )
    hana = client_of(cast.hana)
    page = hana.get(reverse("releases", args=[cast.harbour.pk]))
    assert [row.school for row in page.context["page_obj"]] == [cast.marsh_lane]
    url = reverse("release_agreement", args=[asked[cast.marsh_lane].pk])
    assert hana.post(url).status_code == 302
    theirs = reverse("release_agreement", args=[asked[cast.quayside].pk])
    assert hana.post(theirs).status_code == 404
    assert hana.get(reverse("network", args=[cast.harbour.pk])).status_code == 404
    cy = client_of(cast.cy)
    assert cy.get(reverse("releases", args=[cast.harbour.pk])).status_code == 404
    assert cy.post(url).status_code == 404
