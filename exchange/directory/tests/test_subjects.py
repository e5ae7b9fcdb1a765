"""What is stored of a person: shown, given, erased, and erased again after a restore."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail, serializers
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exchange.__main__ import main
from exchange.core import outbox, restoring
from exchange.core.models import Letter
from exchange.core.restoring import after_restore
from exchange.directory import actions, audit, subjects, tombstones
from exchange.directory.models import (
    Affiliation,
    Event,
    Invitation,
    MailChoice,
    Message,
    Person,
    Role,
    Visit,
)
from exchange.live import actions as live
from exchange.live.models import Finding, Note, Run, Seat
from exchange.live.tests.holding import replayed
from exchange.meetings.models import Answer
from tests import make
from tests import world as worlds
from tests.cast import cast as build_cast
from tests.dbs.spare import sqlite

SECRET = "Zebedee"
ADDRESS = "zebedee@canary.example"


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    settings.POST_AT_ONCE = False


@pytest.fixture
def zeb(cast):
    return somebody(cast)


def somebody(cast):
    """Somebody of Marsh Lane with something in every place; his words all hold SECRET."""
    zeb = make.person(f"{SECRET} Quill", email=ADDRESS, password=make.PASSWORD)
    make.tie(zeb, cast.marsh_lane)
    make.role(zeb, Role.FACILITATOR, cast.harbour)
    make.invitation(cast.fellside, email=ADDRESS.upper(), name=SECRET, role=Role.FACILITATOR)
    actions.choose_mail(cast.harbour, by=zeb, wish="everything")
    actions.send_message(
        cast.harbour, by=zeb, to="everyone", subject=SECRET, text=f"I am {SECRET}."
    )
    actions.send_message(cast.harbour, by=cast.ada, to="everyone", subject="Hello", text="All.")
    client = Client()
    client.force_login(zeb)
    draft = worlds.run_of(zeb, None, "mine", criterion=SECRET)
    held = worlds.opened(zeb, cast.harbour, "held")
    live.write_note(run=held, text=f"{SECRET} notes", by=zeb)
    sat = worlds.opened(cast.ben, cast.harbour, "sat")
    guest = worlds.sit(sat, SECRET, cast.marsh_lane, zeb)
    others = [worlds.sit(sat, f"Other {n}", cast.quayside) for n in range(3)]
    live.write_learning_note(run=sat, text=f"{SECRET} learnt", by=zeb)
    live.add_facilitator(run=sat, person=zeb, by=cast.ben)
    meeting = worlds.called(cast.harbour, cast.ben, zeb)
    Answer.objects.filter(meeting=meeting, person=zeb).update(note=f"{SECRET} comes")
    worlds.to(sat, "sort")
    for one in (guest, *others):
        worlds.sort_alone(one)
    assert draft.pk != held.pk
    return zeb


def dump():
    """Every row of every table, as text."""
    rows = [row for model in apps.get_models() for row in model._base_manager.all()]
    return serializers.serialize("json", rows)


def unzipped(file):
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def erased(person, **how):
    actions.erase_person(person, by=None, **how)
    return Person.objects.get(pk=person.pk)


# --- the copy ---


def test_the_copy_holds_all_that_is_theirs(zeb):
    files = unzipped(actions.export_person(zeb, by=zeb))
    plain = json.loads(files["my-data.json"])
    assert list(plain) == [holding.key for holding in subjects.holdings]
    assert {key: len(rows) for key, rows in plain.items() if key not in ("moves", "events")} == {
        "account": 1, "schools": 1, "roles": 1, "invitations": 1, "messages": 1, "mail": 3,
        "for_others": 0, "questions": 0, "voices": 0, "steps": 0, "new_addresses": 0,
        "signing_in": 1, "seats": 1, "notes": 1, "held": 2,
        "learning": 1, "desks": 1, "answers": 1, "called": 0, "points": 1, "feeds": 0,
    }  # fmt: skip
    assert plain["account"][0]["e-mail address"] == ADDRESS
    assert plain["messages"][0]["text"] == f"I am {SECRET}."
    assert plain["notes"][0]["note"] == f"{SECRET} notes"
    assert plain["seats"][0]["name you gave"] == SECRET
    assert {row["did"] for row in plain["moves"]} == {"choose", "place", "lock"}
    verbs = [row["did"] for row in plain["events"]]
    assert verbs == [
        "choose_mail", "send_message", "run_created", "run_created", "run_opened", "answer_meeting",
    ]  # fmt: skip
    assert f"I am {SECRET}." in files["my-data.html"]


def test_the_copy_is_an_event_and_for_oneself_only(zeb, cast):
    with pytest.raises(PermissionDenied):
        actions.export_person(zeb, by=cast.ada)
    actions.export_person(zeb, by=zeb)
    event = Event.objects.get(verb="export_person")
    assert (event.actor, event.subject_id, event.data) == (zeb, zeb.pk, {})


# --- erasing ---


def test_nothing_of_them_is_left_in_the_database(zeb, django_capture_on_commit_callbacks):
    assert (SECRET in dump(), ADDRESS in dump().lower()) == (True, True)
    with django_capture_on_commit_callbacks(execute=True):
        gone = erased(zeb)
    left = dump()
    assert (SECRET in left, ADDRESS in left.lower()) == (False, False)
    assert (gone.name, gone.is_active, gone.has_usable_password()) == (
        "Former member",
        False,
        False,
    )
    assert Affiliation.objects.filter(person=zeb).count() == MailChoice.objects.filter(
        person=zeb
    ).count() == Note.objects.filter(author=zeb).count() == 0  # fmt: skip
    assert Invitation.objects.filter(email__iexact=ADDRESS).count() == 0


def in_the_files(folder, word):
    """Whether the files of a database hold a word, in any place: rows, freed pages, the log."""
    found = [word.lower().encode() in path.read_bytes().lower() for path in folder.iterdir()]
    assert len(found) > 0
    return any(found)


@pytest.mark.django_db
def test_nothing_of_them_is_left_in_the_files_of_the_database(tmp_path):
    """SQLite writes over what is deleted; on PostgreSQL that is for VACUUM (docs/operating.md)."""
    place = tmp_path / "house"
    with restoring.leading(sqlite(place)):
        call_command("migrate", verbosity=0)
        zeb = somebody(build_cast())
        connection.close()
        assert (in_the_files(place, SECRET), in_the_files(place, ADDRESS)) == (True, True)
        erased(zeb)
        connection.close()
    assert (in_the_files(place, SECRET), in_the_files(place, ADDRESS)) == (False, False)


def test_what_they_did_with_others_stays_without_their_name(zeb, cast):
    sat = Seat.objects.get(person=zeb).run
    before = (sat.room, sat.state, sat.moves.count())
    erased(zeb)
    seat = Seat.objects.get(run=sat, key="s1")
    assert (seat.person, seat.label, seat.school) == (None, "", cast.marsh_lane)
    sat = Run.objects.get(pk=sat.pk)
    assert sat.moves.count() == before[2] + 1  # the house took the seat away: the session goes on
    assert replayed(sat) == (sat.room, sat.state)
    message = Message.objects.get(author=zeb)
    assert (message.text, message.subject, str(message.author)) == ("", "", "Former member")
    role = zeb.role_assignments.get()
    assert (role.ended_on, role.network) == (timezone.localdate(), cast.harbour)


def test_sessions_they_held_are_closed_and_what_was_only_theirs_goes(zeb):
    held = Run.objects.get(facilitator=zeb, network__isnull=False)
    erased(zeb)
    assert list(Run.objects.filter(facilitator=zeb)) == [held]
    assert Run.objects.get(pk=held.pk).closed_at


def test_a_session_of_their_own_in_which_others_sat_stays_theirs(cast):
    run = worlds.opened(cast.cy, None, "own")
    worlds.sit(run, "Ada", None, cast.ada)
    Finding.objects.create(run=worlds.run_of(cast.cy, None, "draft"), text="x")
    erased(cast.cy)
    assert list(Run.objects.all()) == [run]
    assert Finding.objects.count() == 0


def test_nobody_is_signed_in_any_more_nor_can_be(zeb, client):
    client.force_login(zeb)
    other = Client()
    other.force_login(make.person("Other"))
    assert Visit.objects.count() == 3
    erased(zeb)
    assert Visit.objects.count() == 1
    assert client.get(reverse("account")).status_code == 302
    sign_in = {"login": ADDRESS, "password": make.PASSWORD}
    assert client.post(reverse("account_login"), sign_in).status_code == 200


def test_letters_that_wait_for_them_are_not_sent(zeb, client):
    client.post(reverse("account_reset_password"), {"email": ADDRESS})
    waiting = Letter.objects.waiting()
    assert waiting.filter(reader=None).count() == 1  # the link for a new password
    erased(zeb)
    outbox.deliver()
    assert [letter.to for letter in mail.outbox if ADDRESS in letter.to] == []
    assert waiting.filter(reader=zeb.pk).count() == 0


def test_files_of_letters_go_where_there_are_any(
    zeb, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.EMAIL_FILE_PATH = tmp_path
    (tmp_path / "1.log").write_text(f"To: {ADDRESS.title()}")
    (tmp_path / "2.log").write_text("To: other@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        erased(zeb)
    assert [file.name for file in sorted(tmp_path.glob("*.log"))] == ["2.log"]


def test_the_log_stays_whole(zeb, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erased(zeb)
    audit.seal_rest()
    assert audit.verify().wrong == []
    event = Event.objects.get(verb="erase_person")
    assert (event.actor, event.subject_id, event.data) == (None, zeb.pk, {})


def test_erasing_again_changes_nothing(zeb):
    gone = erased(zeb)
    assert erased(gone).erased_at == gone.erased_at
    assert Event.objects.filter(verb="erase_person").count() == 1


def test_the_address_may_come_again_as_somebody_new(zeb, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erased(zeb)
    again = make.person("New", email=ADDRESS)
    assert actions.erasure.erase_again() == 0
    assert Person.objects.get(pk=again.pk).name == "New"


def test_only_oneself(zeb, cast):
    with pytest.raises(PermissionDenied):
        actions.erase_person(zeb, by=cast.ada)


def test_the_last_co_leader_is_told_and_decides(cast):
    with pytest.raises(ValidationError, match="only co-leader of Fellside network"):
        actions.erase_person(cast.dot, by=cast.dot)
    assert Person.objects.get(pk=cast.dot.pk).name == "Dot"
    actions.erase_person(cast.dot, by=cast.dot, leaving=True)
    assert Person.objects.get(pk=cast.dot.pk).name == "Former member"
    actions.erase_person(cast.ada, by=cast.ada)  # Ned leads on


# --- tombstones ---


def test_a_restored_backup_brings_nobody_back(zeb, django_capture_on_commit_callbacks):
    """Erase, put all older rows back, do what follows a restore: gone again."""
    older = dump()
    with django_capture_on_commit_callbacks(execute=True):
        erased(zeb)
    marks = tombstones.path().read_text()
    assert (SECRET in marks, ADDRESS in marks, sorted(json.loads(marks))) == (
        False, False, ["mark", "on"],
    )  # fmt: skip
    with transaction.atomic():
        for model in reversed(apps.get_models()):
            model._base_manager.all()._raw_delete("default")
        for row in serializers.deserialize("json", older):
            row.save()
    assert (SECRET in dump(), Person.objects.get(pk=zeb.pk).email) == (True, ADDRESS)
    with django_capture_on_commit_callbacks(execute=True):
        for step in after_restore:
            step()
    left = dump()
    assert (SECRET in left, ADDRESS in left.lower()) == (False, False)
    assert Person.objects.get(pk=zeb.pk).name == "Former member"


def test_a_tombstone_that_could_not_be_written_is_written_later(zeb):
    gone = erased(zeb)  # nothing is committed here, so nothing was written
    assert tombstones.read() == set()
    tombstones.keep_all()
    tombstones.keep_all()
    assert tombstones.read() == {gone.tombstone}
    assert len(tombstones.path().read_text().split()) == 4  # one line: mark and day
    assert tombstones.path().stat().st_mode & 0o777 == 0o600


def test_where_it_cannot_be_written_the_erasure_holds(transactional_db, settings, tmp_path, caplog):
    person = make.person("Ada")
    (tmp_path / "file").write_text("")
    settings.HOME = tmp_path / "file"
    gone = erased(person)
    assert (gone.name, "Error calling erase_person" in caplog.text) == ("Former member", True)
    settings.HOME = tmp_path
    tombstones.keep_all()
    assert tombstones.read() == {gone.tombstone}


def test_a_torn_line_spoils_no_other(zeb):
    tombstones.keep(["a" * 64])
    with tombstones.path().open("a") as file:
        file.write('{"mark": "b')
    tombstones.keep(["c" * 64])
    assert tombstones.read() == {"a" * 64, "c" * 64}


# --- pages ---


@pytest.fixture
def browser(zeb):
    """Zeb's browser, signed in by form as people do."""
    browser = Client()
    browser.post(reverse("account_login"), {"login": ADDRESS, "password": make.PASSWORD})
    session = browser.session
    session["signed_in_at"] = 0  # some time ago
    session.save()
    return browser


def confirm(browser, answer):
    """Enter the password once more where that was asked."""
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    return browser.post(answer["Location"], {"password": make.PASSWORD})


def test_the_page_says_what_is_stored(browser, zeb):
    page = browser.get(reverse("my_data"))
    assert [(one.key, count) for one, count in page.context["found"][:3]] == [
        ("account", 1), ("schools", 1), ("roles", 1),
    ]  # fmt: skip


def test_a_copy_is_given_after_the_password(browser):
    answer = browser.post(reverse("my_data_copy"))
    assert Event.objects.filter(verb="export_person").count() == 0
    file = confirm(browser, answer)
    assert (file.status_code, file["Content-Type"]) == (200, "application/zip")
    assert sorted(unzipped(file.content)) == ["my-data.html", "my-data.json"]
    assert "no-store" in file["Cache-Control"]


def test_one_is_erased_after_the_password_and_the_word(browser, zeb):
    wrong = confirm(browser, browser.post(reverse("my_erasure"), {"word": "yes"}))
    assert (wrong.status_code, Person.objects.get(pk=zeb.pk).erased_at) == (422, None)
    done = browser.post(reverse("my_erasure"), {"word": "erase"})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert Person.objects.get(pk=zeb.pk).erased_at
    assert browser.get(reverse("account")).status_code == 302


def test_one_reads_only_what_one_did_oneself(browser, zeb, cast):
    rows = browser.get(reverse("my_events")).context["page_obj"].object_list
    assert {event.actor_id for event in rows} == {zeb.pk}
    assert rows[0].did == "signed in"


# --- commands ---


def test_the_commands(zeb, tmp_path, capsys, monkeypatch):
    file = tmp_path / "copy.zip"
    assert main(["subject-export", ADDRESS.upper(), "--to", str(file)]) == 0
    assert (file.stat().st_mode & 0o777, len(unzipped(file.read_bytes()))) == (0o600, 2)
    assert main(["subject-export", ADDRESS, "--to", str(file)]) == 2  # writes over nothing
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert main(["erase", ADDRESS]) == 2
    assert Person.objects.get(pk=zeb.pk).erased_at is None
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ADDRESS}\n"))
    assert main(["erase", ADDRESS]) == 0
    assert Person.objects.get(pk=zeb.pk).erased_at
    assert main(["erase", ADDRESS]) == main(["subject-export", "nobody@example.org"]) == 2


def test_a_network_left_alone_gets_a_new_co_leader(cast, capsys):
    assert main(["network", "co-leader", str(cast.fellside.pk), "new@example.org"]) == 2
    assert main(["erase", cast.dot.email, "--yes"]) == 0
    assert "is left without a co-leader" in capsys.readouterr().out
    assert main(["network", "co-leader", str(cast.fellside.pk), "new@example.org"]) == 0
    letter = Invitation.objects.get(email="new@example.org")
    assert (letter.role, letter.network, letter.invited_by) == ("co_leader", cast.fellside, None)
    assert letter.expires_at > timezone.now() + timedelta(days=13)
