"""Files into the directory: all or nothing, again and again, and never a head's name."""

from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import CharField, TextField

from exchange.directory.commands import register_import
from exchange.directory.models import (
    Event,
    GroupLink,
    Network,
    RegisterReading,
    School,
    SchoolGroup,
)
from exchange.directory.register.importing import KEPT_OPEN, import_register
from exchange.directory.register.reading import Refusal, WrongFile
from exchange.directory.register.rows import UNKNOWN_DATE

SAMPLES = Path(__file__).parent / "samples"
pytestmark = pytest.mark.django_db


def read(*names: str, **how):
    return import_register(paths=[SAMPLES / name for name in names], **how)


def everything() -> list[dict]:
    return [
        {k: v for k, v in row.items() if k != "noted_at"}
        for model in (School, SchoolGroup, GroupLink)
        for row in model.objects.order_by("pk").values()
    ]


def test_the_extract_of_establishments():
    (report,) = read("establishments.csv")
    assert (report.added, report.unchanged, report.refused) == ([2, 3, 4], 0, [])
    school = School.objects.get(number="900001")
    assert (school.name, school.authority_code, school.authority) == (
        "Saltmarsh Primary School",
        "801",
        "Wexbridge",
    )
    assert (school.opened_on, school.closed_on, school.easting) == (None, None, 500_000)
    assert school.address == ["1 Rope Walk", "Old Harbour", "Wexbridge", "Wexshire", "WX1 1AA"]
    closing = School.objects.get(number="900003")
    assert (closing.closed_on, closing.is_open) == (date(2012, 8, 31), False)


def test_the_official_extract_with_its_ragged_rows():
    (report,) = read("edubasealldata.csv")
    assert report.added == [2, 3, 4, 6]
    assert report.left_out == [Refusal(5, "The school is proposed and has not opened yet.")]
    assert report.refused == [
        Refusal(7, "The row has 8 values for 29 columns."),
        Refusal(8, "The row has 30 values for 29 columns."),
        Refusal(9, "The opening date is a day that does not exist."),
        Refusal(10, "The same number stands on line 2 already."),
    ]
    nursery = School.objects.get(number="900004")
    assert (nursery.name, nursery.postcode) == ("Ysgol Môr Cottages Nursery", "WX9 4DD")
    assert (nursery.easting, nursery.low_age, nursery.county) == (None, 0, "")
    lantern = School.objects.get(number="900006")
    assert (lantern.closed_on, lantern.closing_date, lantern.is_open) == (UNKNOWN_DATE, None, False)
    assert lantern.phase == ""


def test_names_and_telephones_of_heads_are_never_stored():
    raw = (SAMPLES / "edubasealldata.csv").read_text(encoding="cp1252")
    secrets = ("Quillfeather", "Wilhelmina", "01632960123")
    assert [secret in raw for secret in secrets] == [True, True, True]
    read("edubasealldata.csv")
    held = ""
    for model in apps.get_models():
        held += str([str(row) for row in model._base_manager.values()])
    assert [secret in held for secret in secrets] == [False, False, False]
    names = {f.name for f in School._meta.get_fields() if isinstance(f, CharField | TextField)}
    assert [n for n in sorted(names) if "head" in n or "phone" in n] == []


def test_the_same_file_again_changes_nothing():
    names = ("establishments.csv", "edubasealldata.csv", "groups.csv", "group_links.csv")
    for name in names:
        read(name)
    before = everything()
    for name in names[1:]:
        (report,) = read(name)
        assert (report.added, report.changed, report.closed) == ([], [], [])
    assert everything() == before


def test_a_dry_run_reports_and_changes_nothing():
    read("establishments.csv")
    before, events = everything(), Event.objects.count()
    (report,) = read("edubasealldata.csv", dry_run=True)
    assert (report.added, report.closed) == ([4, 6], [3])
    assert (everything(), Event.objects.count()) == (before, events)


def test_a_school_closed_in_the_file_keeps_its_row():
    read("establishments.csv")
    before = School.objects.get(number="900002")
    (report,) = read("edubasealldata.csv")
    after = School.objects.get(number="900002")
    assert (report.closed, after.pk, after.closed_on) == ([3], before.pk, date(2023, 8, 31))
    assert after.street == before.street == "Minster Yard"  # a blank wipes nothing
    assert after.name == "St Hilda’s CofE Primary School"


def test_a_school_missing_from_a_file_stays_open():
    read("edubasealldata.csv")
    read("establishments.csv")
    assert School.objects.get(number="900004").is_open


def test_a_full_extract_that_says_open_reopens():
    read("edubasealldata.csv")
    (report,) = read("establishments.csv")
    assert (report.changed, report.added) == ([2, 3], [4])
    assert School.objects.get(number="900002").closed_on is None


def test_the_short_list_wipes_nothing_and_closes_nothing_the_register_has_open():
    read("establishments.csv")
    (report,) = read("names.csv")
    school = School.objects.get(number="900001")
    assert (school.name, school.town) == ("Saltmarsh Primary School", "Wexbridge")
    assert School.objects.get(number="900002").is_open
    assert (report.added, report.unchanged) == ([4], 2)
    assert report.left_out == [Refusal(3, KEPT_OPEN)]


def test_the_short_list_corrects_what_only_a_short_list_told(tmp_path):
    read("names.csv")
    later = (SAMPLES / "names.csv").read_text().replace("Bellwether Infant", "Bellwether")
    (tmp_path / "later.csv").write_text(later)
    (report,) = import_register(paths=[tmp_path / "later.csv"])
    assert report.changed == [4]
    bellwether = School.objects.get(number="900010")
    assert (bellwether.name, bellwether.closed_on) == ("Bellwether School", date(1992, 8, 31))


def test_the_order_of_the_files_does_not_matter():
    names = ["group_links.csv", "groups.csv", "establishments.csv", "names.csv"]
    reports = read(*names)
    assert [r.name for r in reports] == ["names.csv", "establishments.csv", *names[1::-1]]
    trust = SchoolGroup.objects.get(number="7001")
    assert (trust.name, trust.opened_on) == ("The Estuary Learning Trust", date(2012, 4, 1))
    links = list(GroupLink.objects.values_list("school__number", "group__number", "joined_on"))
    assert links == [("900001", "7001", date(2013, 9, 1)), ("900002", "7001", None)]
    assert reports[-1].refused == [
        Refusal(4, "We hold no school 955555: read the file of schools first."),
        Refusal(5, "We hold no group 7999: read the file of groups first."),
    ]
    lanterns = SchoolGroup.objects.get(number="7002")
    assert (lanterns.closed_on, lanterns.is_open) == (date(2015, 8, 31), False)
    assert list(SchoolGroup.objects.open()) == [trust]


def test_one_wrong_file_and_nothing_is_changed(tmp_path):
    (tmp_path / "wrong.csv").write_text("URN,LinkURN,LinkName\n900001,900002,St Hilda's\n")
    with pytest.raises(WrongFile) as caught:
        import_register(paths=[SAMPLES / "establishments.csv", tmp_path / "wrong.csv"])
    assert str(caught.value).startswith(
        "wrong.csv: these are not the columns of a file we read. We look for one of: "
        "groups and their schools (group uid, joined date, urn); "
    )
    assert (School.objects.count(), RegisterReading.objects.count()) == (0, 0)


def test_text_too_long_is_refused_rather_than_cut(tmp_path):
    (tmp_path / "long.csv").write_text(f"urn,name,town,postcode\n1,{'x' * 201},Wexbridge,\n")
    (report,) = import_register(paths=[tmp_path / "long.csv"])
    assert report.refused == [Refusal(2, "The name has 201 characters; we can keep 200.")]


def test_each_reading_leaves_a_row_and_an_event():
    read("establishments.csv")
    reading = RegisterReading.objects.get()
    assert (reading.register, reading.added, reading.refused) == ("england", 3, 0)
    event = Event.objects.get(verb="register_read")
    assert (event.actor_id, event.subject_id, event.data["added"]) == (None, reading.pk, 3)


def test_schools_in_networks_keep_them_when_they_close():
    read("establishments.csv")
    school = School.objects.get(number="900002")
    network = Network.objects.create(name="Estuary", purpose="To learn")
    school.memberships.create(network=network)
    read("edubasealldata.csv")
    assert [m.school_id for m in network.memberships.all()] == [school.pk]


def test_the_command_prints_what_happened(capsys):
    status = register_import([str(SAMPLES / "edubasealldata.csv")], dry_run=False)
    assert status == 0
    assert capsys.readouterr().out.splitlines() == [
        "edubasealldata.csv (the register, official extract)",
        "  added: 4, lines 2–4, 6",
        "  changed: 0",
        "  closed: 0",
        "  unchanged: 0",
        "  left out: 1",
        "    line 5: The school is proposed and has not opened yet.",
        "  refused: 4",
        "    line 7: The row has 8 values for 29 columns.",
        "    line 8: The row has 30 values for 29 columns.",
        "    line 9: The opening date is a day that does not exist.",
        "    line 10: The same number stands on line 2 already.",
    ]


def test_the_command_says_that_a_dry_run_changed_nothing(capsys):
    assert register_import([str(SAMPLES / "names.csv")], dry_run=True) == 0
    assert capsys.readouterr().out.splitlines()[-1] == ("This was a dry run: nothing was changed.")
    assert School.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "register"),
    [(b"a,b\n1,2\n", "england"), (b"", "england"), (b"urn,name,town,postcode\n", "atlantis")],
)
def test_the_command_refuses_wrong_files_with_status_2(tmp_path, capsys, content, register):
    (tmp_path / "wrong.csv").write_bytes(content)
    status = register_import([str(tmp_path / "wrong.csv")], dry_run=False, register=register)
    assert (status, School.objects.count()) == (2, 0)
    assert capsys.readouterr().err.endswith("Nothing was changed.\n")
