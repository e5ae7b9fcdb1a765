"""The count at the end of `make test` is honest: breaks, skips and uneven suites are failures."""

from collections import Counter
from pathlib import Path

import pytest

from tests import run
from tests.run import Tally

REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure message="no"/></testcase>
<testcase name="c"><error message="broke"/></testcase>
<testcase name="d"><skipped message="No Chromium"/></testcase>
<testcase name="e"><skipped message="no real register files (set EXCHANGE_DATA)"/></testcase>
</testsuite></testsuites>"""
CHROMIUM, DATA = "No Chromium", "no real register files (set EXCHANGE_DATA)"


def report(folder: Path, text: str = REPORT) -> Path:
    path = folder / "report.xml"
    path.write_text(text)
    return path


def test_everything_is_counted_once(tmp_path: Path) -> None:
    found = run.counted(report(tmp_path), 1)
    assert found == Tally(1, 2, Counter({CHROMIUM: 1, DATA: 1}))
    assert found.line() == "1 passed, 2 failed, 2 skipped"


@pytest.mark.parametrize("status", [1, 2, 5, -9])
def test_a_run_that_broke_is_a_failure(status: int, tmp_path: Path) -> None:
    assert run.counted(tmp_path / "none.xml", status) == Tally(0, 1)
    sound = report(tmp_path, "<testsuite><testcase name='a'/></testsuite>")
    assert run.counted(sound, status) == Tally(1, 1)
    assert run.counted(sound, 0) == Tally(1, 0)


def test_where_parts_are_required_a_skip_is_a_failure() -> None:
    skipped = Tally(9, 0, Counter({CHROMIUM: 2, DATA: 3}))
    assert run.judged(skipped, set()) == skipped
    assert run.judged(skipped, {"chromium"}).failed == 2
    only_data = Tally(9, 0, Counter({DATA: 3, f"{run.NOT_OURS[1]}: disk": 1}))
    assert run.judged(only_data, {"chromium"}) == only_data


def test_a_missing_part_is_skipped_aloud_or_fails(capsys: pytest.CaptureFixture[str]) -> None:
    skipped = run.missing("suite on PostgreSQL", "postgres", set(), "Start one.")
    failed = run.missing("suite on PostgreSQL", "postgres", {"postgres"}, "Start one.")
    assert (skipped.failed, failed.failed) == (0, 1)
    assert capsys.readouterr().out.splitlines() == [
        "== suite on PostgreSQL: skipped, postgres is missing. Start one.",
        "== suite on PostgreSQL: FAILED, postgres is required and missing. Start one.",
    ]


def test_both_databases_see_the_same_tests() -> None:
    even = {"suite on SQLite": Tally(9, 1), "suite on PostgreSQL": Tally(8, 1, Counter({"x": 1}))}
    assert run.uneven(even) is False
    assert run.uneven(even | {"suite on PostgreSQL": Tally(9, 0)}) is True
    assert run.uneven({"suite on SQLite": Tally(9), "suite on PostgreSQL": Tally()}) is False


def test_what_is_required_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_REQUIRE", " postgres, chromium,")
    assert run.required() == {"postgres", "chromium"}
    monkeypatch.delenv("EXCHANGE_REQUIRE")
    assert run.required() == set()


def test_a_database_that_does_not_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_TEST_POSTGRES", "postgres://nobody@127.0.0.1:1/none")
    assert run.postgres() == ""
