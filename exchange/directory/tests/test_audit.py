"""The log of events: only added to, and whatever is done to it in the database is found."""

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.urls import reverse

from exchange.__main__ import main
from exchange.directory import actions, audit
from exchange.directory.models import Event, Person, Seal
from exchange.directory.models.events import Fixed, link, record, seal
from tests import make


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path


@pytest.fixture
def chain(db):
    """Five events by two people, sealed."""
    people = [make.person("Ada"), make.person("Ned")]
    events = [record(people[n % 2], "change_name", people[n % 2], turn=n) for n in range(5)]
    seal([event.pk for event in events])
    return events


def raw(model):
    """The table as somebody meets it who has the database."""
    return model._base_manager


def test_a_log_that_nobody_touched_is_whole(chain):
    report = audit.verify()
    assert (report.links, report.wrong, report.waiting) == (5, [], 0)
    assert report.head == f"5:{Seal.objects.get(number=5).hash}"


def test_events_are_not_changed_nor_taken_out(chain):
    for change in (
        lambda: Event.objects.update(verb="x"),
        lambda: Event.objects.all().delete(),
        lambda: chain[0].delete(),
        lambda: chain[0].save(),
        lambda: Seal.objects.all().delete(),
    ):
        with pytest.raises(Fixed):
            change()


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "other"}, {"subject_id": 9}, {"actor_id": None}, {"network_id": 7},
        {"data": {"turn": 9}}, {"at": "2020-01-01T00:00Z"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_changed_event_is_found(chain, change):
    raw(Event).filter(pk=chain[2].pk).update(**change)
    assert audit.verify().wrong == [f"Link 3: event {chain[2].pk} or its place was changed."]


def test_a_missing_event_is_found(chain):
    raw(Event).filter(pk=chain[2].pk).delete()
    assert audit.verify().wrong == [f"Link 3: its event {chain[2].pk} is missing."]


def test_a_missing_link_is_found(chain):
    raw(Seal).filter(number=3).delete()
    assert audit.verify().wrong == [
        "Links 3 to 3 are missing.",
        f"Link 4: event {chain[3].pk} or its place was changed.",
    ]


def test_an_event_taken_out_with_its_link_is_found_though_the_others_are_numbered_anew(chain):
    raw(Event).filter(pk=chain[2].pk).delete()
    raw(Seal).filter(number=3).delete()
    for number in (4, 5):
        raw(Seal).filter(number=number).update(number=number - 1)
    assert [line.partition(":")[0] for line in audit.verify().wrong] == ["Link 3", "Link 4"]


def test_two_events_that_changed_places_are_found(chain):
    first, second = raw(Seal).get(number=2), raw(Seal).get(number=3)
    raw(Seal).filter(pk=first.pk).update(event_id=None)
    raw(Seal).filter(pk=second.pk).update(event_id=first.event_id)
    raw(Seal).filter(pk=first.pk).update(event_id=second.event_id)
    assert [line.partition(":")[0] for line in audit.verify().wrong] == ["Link 2", "Link 3"]


def test_a_log_cut_short_is_found_by_the_head_that_was_noted(chain):
    audit.keep_head()
    raw(Event).filter(pk__gte=chain[3].pk).delete()
    raw(Seal).filter(number__gte=4).delete()
    expected = ["The log once reached link 5, which is not there any more."]
    assert audit.verify().wrong == expected
    audit.seal_rest()  # the worker does not cover it up
    assert audit.verify().wrong == expected
    audit.keep_head(restored=True)
    assert audit.verify().wrong == []


def test_a_chain_made_without_the_key_does_not_fit(chain, settings):
    kept, settings.SECRET_KEY = settings.SECRET_KEY, "x" * 50
    raw(Event).filter(pk=chain[0].pk).update(verb="other")
    before = ""
    for number, event in enumerate(raw(Event).order_by("pk"), 1):
        before = link(before, number, event)
        raw(Seal).filter(number=number).update(hash=before)
    assert audit.verify().wrong == []
    settings.SECRET_KEY = kept
    assert len(audit.verify().wrong) == 5


def test_what_a_process_left_unsealed_waits_for_the_worker(chain):
    event = record(None, "x", chain[0])
    assert (audit.verify().waiting, audit.verify().wrong) == (1, [])
    raw(Event).filter(pk=event.pk).update(at="2020-01-01T00:00Z")
    assert audit.verify().wrong == [f"Event {event.pk} has no link."]
    audit.seal_rest()
    assert (audit.verify().links, audit.verify().wrong) == (6, [])
    assert audit.kept_head() == audit.head()


def test_sealing_again_adds_nothing(chain):
    assert seal([event.pk for event in chain]) == 0
    assert Seal.objects.exclude(number=0).count() == 5


def test_a_person_who_is_gone_breaks_nothing(chain):
    before = [(event.pk, event.actor_id) for event in Event.objects.order_by("pk")]
    Person.objects.all().delete()
    assert [(event.pk, event.actor_id) for event in Event.objects.order_by("pk")] == before
    assert audit.verify().wrong == []


def test_an_action_is_sealed_when_it_is_committed(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.change_name(cast.cy, by=cast.cy, name="Cyril")
    event = Event.objects.get()
    assert Seal.objects.exclude(number=0).get().event_id == event.pk


def test_events_of_one_action_are_sealed_at_once(cast, django_capture_on_commit_callbacks):
    """And one whose transaction was rolled back leaves nothing."""
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        record(cast.cy, "x", cast.cy, turn=1 // 0 if record(cast.cy, "x", cast.cy) else 0)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        events = [record(cast.cy, "x", cast.cy) for _ in range(3)]
    assert list(Seal.objects.values_list("event_id", flat=True)[1:]) == [e.pk for e in events]


def test_an_action_holds_though_its_event_cannot_be_sealed_yet(transactional_db, settings):
    kept = settings.SECRET_KEY
    del settings.SECRET_KEY
    record(None, "x", make.person("Ada"))
    settings.SECRET_KEY = kept
    assert (Event.objects.count(), audit.verify().waiting) == (1, 1)


def test_sealing_at_the_same_time_makes_one_chain(transactional_db):
    person = make.person("Ada")

    def act(number):
        for _ in range(4):
            with transaction.atomic():
                record(person, "x", person, thread=number)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))
    audit.seal_rest()
    report = audit.verify()
    assert (report.links, report.wrong, report.waiting) == (16, [], 0)


def test_signing_in_and_out_and_new_passwords_are_recorded(client, db):
    person = make.person("Ada", password=make.PASSWORD)
    sign_in = {"login": person.email, "password": make.PASSWORD}
    client.post(reverse("account_login"), {**sign_in, "password": "wrong words there"})
    client.post(reverse("account_login"), sign_in)
    new = "four quite plain words"
    words = {"oldpassword": make.PASSWORD, "password1": new, "password2": new}
    client.post(reverse("account_change_password"), words)
    client.post(reverse("account_logout"))
    told = list(Event.objects.order_by("pk").values_list("verb", "actor", "subject_id", "data"))
    assert told == [
        (verb, person.pk, person.pk, {}) for verb in ("sign_in", "change_password", "sign_out")
    ]


def test_the_commands(chain, capsys):
    assert main(["audit", "verify"]) == 0
    assert "5 links; the log is whole." in capsys.readouterr().out
    assert main(["audit", "show", "--last", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        f"person {event.actor_id} change_name person {event.actor_id}" for event in chain[3:]
    ]
    assert main(["audit", "verify", "--head", "7:abc"]) == 1
    assert capsys.readouterr().err == "The log once reached link 7, which is not there any more.\n"


def test_the_log_is_ids_and_dates(chain):
    assert {json.dumps(event.data) for event in Event.objects.all()} == {
        f'{{"turn": {n}}}' for n in range(5)
    }
