"""The real register, where it is at hand (EXCHANGE_DATA)."""

import os
from pathlib import Path

import pytest

from exchange.directory.models import GroupLink, School, SchoolGroup
from exchange.directory.register.importing import KEPT_OPEN, import_register
from exchange.directory.schoolsearch import search_schools

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("EXCHANGE_DATA") or ROOT.parent / "shared" / "data") / "register"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.register,
    pytest.mark.skipif(not DATA.is_dir(), reason="no real register files (set EXCHANGE_DATA)"),
]


def test_all_real_files_are_read_and_read_again_without_change():
    names = (
        "establishments_2022-04-25.csv", "names_2021.csv", "groups_2022-03.csv",
        "group_links_2022-03.csv",
    )  # fmt: skip
    paths = [DATA / name for name in names]
    reports = {report.name: report for report in import_register(paths=paths)}
    assert [reports[name].refused for name in names[:3]] == [[], [], []]
    assert School.objects.count() == 49_352
    assert SchoolGroup.objects.count() == 6_883
    links = reports[names[3]]
    assert GroupLink.objects.count() == len(links.added)
    assert len(links.added) + len(links.refused) == 20_395
    again = import_register(paths=paths[1:])
    assert [(r.added, r.changed, r.closed) for r in again] == [([], [], [])] * 3
    # Schools which the short list closed ahead of time and the later extract has open.
    assert [why.sentence for why in again[0].left_out] == [KEPT_OPEN] * 4

    argyle = School.objects.get(number="100008")
    for question in (
        "argyle primry camden",
        "WC1H 9EG",
        "wc1h9eg",
        "100008",
        "Argile Primary Scool",
    ):
        assert argyle in search_schools(question), question
