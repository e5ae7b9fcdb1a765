"""Trying an activity before there is a network: marked, counted nowhere, erased after 30 days."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from exchange.core.packs import load_packs
from exchange.core.retention import due
from exchange.directory.models import Event
from exchange.live import actions, rules
from exchange.live.actions.trials import erase_trials
from exchange.live.models import Finding, Run
from exchange.live.plugin import Refused
from exchange.live.tests.holding import advance, hold, play, sit
from exchange.live.tests.test_copying import filled
from exchange.live.tests.test_learning import rows


def tried(client, key="pebbles", **changes):
    """Press the button of the trial's page as it stands; the run that comes of it."""
    page = client.get(f"/activities/{key}/trials/")
    answer = client.post(f"/activities/{key}/trials/", {**filled(page), **changes})
    assert answer.status_code == 302, answer.context["form"].errors
    return Run.objects.get(pk=int(answer["Location"].strip("/").split("/")[-1]))


@pytest.fixture
def trial(cast, client_of):
    """Ivy is in no network; her trial of the sample activity is open."""
    return actions.open_run(run=tried(client_of(cast.ivy)), by=cast.ivy)


def ended(cast, run):
    """The trial played to its end, with a settled finding."""
    sit(run, 2)
    advance(run, "findings")
    play(run, "desk", "propose_finding", text="Found while trying.")
    play(run, "desk", "settle_finding", finding="f1", settled="yes")
    return actions.close_run(run=Run.objects.get(pk=run.pk), by=cast.ivy)


@pytest.mark.parametrize("key", ["pebbles", "diamond_nine"])
def test_one_press_makes_a_trial_of_whatever_is_installed(cast, client_of, key):
    if key == "diamond_nine":
        load_cards()
    run = tried(client_of(cast.max), key)
    assert (run.network, run.facilitator, run.opened_at) == (None, cast.max, None)
    assert run.erase_at - run.created_at == timedelta(days=30)


def load_cards():
    assert load_packs(settings.CONTENT_DIRS)["refused"] == []


def test_every_page_of_it_says_that_it_is_a_trial(trial, cast, client, client_of):
    ivy = client_of(cast.ivy)
    (guest,) = sit(trial)
    client.cookies[f"seat-{trial.pk}"] = guest.token
    pages = {
        "desk": ivy.get(f"/runs/{trial.pk}/desk/"),
        "run": ivy.get(f"/runs/{trial.pk}/"),
        "join": client_of(None).get(f"/join/{trial.code}/"),
        "board": client.get(f"/runs/{trial.pk}/board/"),
    }
    told = {name: page.content.decode().count("<b>Trial.</b>") for name, page in pages.items()}
    assert told == dict.fromkeys(pages, 1)
    assert '<span class="tag way">Trial</span>' in ivy.get("/").content.decode()
    assert "Trial" not in client_of(cast.ben).get("/").content.decode()


def test_a_trial_counts_nowhere_and_releases_nothing(trial, cast, client_of):
    actions.join_run(run=trial, person=cast.cy)
    (guest,) = sit(trial)
    run = ended(cast, trial)
    finding = run.findings.get()
    assert (finding.network, rules.may_ask_release(cast.ivy, finding)) == (None, False)
    assert (rows(cast.ivy), rows(cast.cy)) == ([], [])
    with pytest.raises(Refused, match="This is a trial"):
        actions.claim_seat(seat=guest, by=cast.dot)
    with pytest.raises(Refused, match="This is a trial"):
        actions.make_claim_code(seat=guest)
    assert client_of(cast.ivy).get(f"/runs/{run.pk}/print/").status_code == 200


def test_after_thirty_days_nothing_of_it_is_left_and_all_else_is(trial, cast, client_of):
    kept = hold(cast.ivy)
    actions.write_note(run=trial, text="A note.", by=cast.ivy)
    actions.make_desk_code(run=trial, by=cast.ivy)
    (seat,) = sit(trial)
    advance(trial, "share")
    actions.cast_ballot(run=trial, seat=seat, question="fair", answer="yes", move_id="trial-vote")
    actions.add_facilitator(run=trial, person=cast.eve, by=cast.ivy)
    run = ended(cast, trial)
    day = run.erase_at
    assert (erase_trials(day - timedelta(seconds=1)), erase_trials(day), erase_trials(day)) == (
        0,
        1,
        0,
    )
    assert list(Run.objects.all()) == [kept]
    left = {
        model._meta.label: model.objects.exclude(run=kept).count()
        for model in apps.get_app_config("live").get_models()
        if model is not Run
    }
    assert left == dict.fromkeys(left, 0)
    last = Event.objects.latest("pk")
    assert (last.verb, last.subject_id, last.actor) == ("trial_erased", run.pk, None)
    assert client_of(cast.ivy).get(f"/runs/{run.pk}/").status_code == 404
    assert Finding.objects.count() == 0


def test_the_worker_erases_by_itself(trial):
    """By the rule of retention, when its day has come."""
    Run.objects.filter(pk=trial.pk).update(erase_at=timezone.now())
    assert (due()["trials"], Run.objects.exists()) == (1, False)


def test_a_session_of_ones_own_is_no_trial_and_stays(cast):
    own = hold(cast.ada)
    assert (own.erase_at, erase_trials(timezone.now() + timedelta(days=4000))) == (None, 0)


def test_no_trial_in_a_network_and_not_without_end(cast, client_of, monkeypatch):
    words = {"activity": "pebbles", "title": "x", "setup": {}, "minutes": {}, "by": cast.ben}
    with pytest.raises(Refused, match="belongs to no network"):
        actions.create_run(**words, network=cast.harbour, trial=True)
    monkeypatch.setattr(actions.runs, "MOST_TRIALS", 1)
    ben = client_of(cast.ben)
    run = tried(ben, network=cast.harbour.pk)
    assert run.network is None
    page = ben.get("/activities/pebbles/trials/")
    answer = ben.post("/activities/pebbles/trials/", filled(page))
    assert (answer.status_code, Run.objects.count()) == (422, 1)
