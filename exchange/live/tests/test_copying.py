"""Another session like an old one: its question, set-up and minutes, and nobody of its people."""

import pytest

from exchange.live import actions
from exchange.live.models import Run
from exchange.live.tests.holding import CARDS, hold, play, sit


def fresh(run):
    return Run.objects.get(pk=run.pk)


def filled(answer):
    """The set-up form as a browser would send it back, untouched."""
    form = answer.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False, "")}


def copied(client, run, **changes):
    page = client.get(f"/runs/{run.pk}/copy/")
    assert page.status_code == 200
    answer = client.post(f"/runs/{run.pk}/copy/", {**filled(page), **changes})
    assert answer.status_code == 302
    return Run.objects.get(pk=int(answer["Location"].strip("/").split("/")[-1]))


@pytest.mark.parametrize("state", ["open", "closed", "cancelled"])
def test_the_copy_has_the_set_up_and_nobody(cast, client_of, state):
    old = hold(
        cast.ben, cast.harbour, "diamond_nine", minutes={"sort": 17}, criterion="worth a try"
    )
    sit(old, 3)
    play(old, "desk", "advance", saw="lobby", to="sort")
    play(old, "desk", "extend", minutes=5)
    if state != "open":
        (actions.close_run if state == "closed" else actions.cancel_run)(run=old, by=cast.ben)
    old = fresh(old)
    new = copied(client_of(cast.ben), old)
    assert (new.title, new.network, new.facilitator) == (old.title, cast.harbour, cast.ben)
    assert new.setup == old.setup
    assert [card["text"] for card in new.setup["cards"]] == CARDS
    assert (new.room["seats"], new.phase) == ({}, "lobby")
    assert (new.room["clock"]["plan"]["sort"] == 17) == (state != "cancelled")
    assert (new.opened_at, new.seats.count(), new.moves.count(), new.code) == (None, 0, 0, None)
    assert (new.seed == old.seed, new.pk == old.pk) == (False, False)


def test_whoever_read_the_result_holds_the_copy_themselves(cast, client_of):
    old = hold(cast.ben, cast.harbour)
    actions.close_run(run=old, by=cast.ben)
    new = copied(client_of(cast.ada), old, title="Asked again")
    assert (new.title, new.facilitator, fresh(old).title) == ("Asked again", cast.ada, old.title)


def test_into_a_network_where_one_may_not_start_it_goes_without(cast, client_of):
    """Cy sat in it and reads its result, but holds no session in Harbour: the copy is his own."""
    old = hold(cast.ben, cast.harbour)
    actions.join_run(run=old, person=cast.cy)
    assert client_of(cast.cy).get(f"/runs/{old.pk}/copy/").status_code == 404
    actions.close_run(run=old, by=cast.ben)
    new = copied(client_of(cast.cy), old)
    assert (new.network, new.facilitator) == (None, cast.cy)
    forced = filled(client_of(cast.cy).get(f"/runs/{old.pk}/copy/"))
    answer = client_of(cast.cy).post(
        f"/runs/{old.pk}/copy/", {**forced, "network": cast.harbour.pk}
    )
    assert answer.status_code == 422


def test_a_stranger_copies_nothing(cast, client_of):
    old = hold(cast.ben, cast.harbour)
    for person in (cast.dot, cast.ada, cast.max):
        assert client_of(person).post(f"/runs/{old.pk}/copy/", {"title": "x"}).status_code == 404
    assert Run.objects.count() == 1


def test_own_cards_come_back_as_lines_when_a_session_is_changed(cast, client_of):
    draft = hold(cast.ben, cast.harbour, "diamond_nine", opened=False)
    answer = client_of(cast.ben).get(f"/runs/{draft.pk}/setup/")
    assert answer.context["form"]["lines"].value() == "\n".join(CARDS)
