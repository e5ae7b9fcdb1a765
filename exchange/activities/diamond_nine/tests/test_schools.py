"""Who took part, by school: names and never ids, on the page and in the files of a closed run."""

import csv
import io
import re

import pytest

from exchange.live.actions import close_run
from exchange.live.tests.holding import hold, sit


@pytest.fixture
def closed(cast):
    """closed(quayside=6, ...) -> a closed run to which that many phones of each school came."""

    def make(**phones):
        run = hold(cast.ben, cast.harbour, "diamond_nine")
        for school, number in phones.items():
            sit(run, number, (getattr(cast, school),))
        return close_run(run=run, by=cast.ben)

    return make


def told(client, run):
    """The counts by school as the CSV, the JSON, the result and the print give them."""
    raw = client.get(f"/runs/{run.pk}/tables/schools.csv").content.decode("utf-8-sig")
    tables = client.get(f"/runs/{run.pk}/result.json").json()["tables"]
    rows = next(table["rows"] for table in tables if table["key"] == "schools")
    found = {
        "csv": [(name, int(phones)) for name, phones in list(csv.reader(io.StringIO(raw)))[1:]],
        "json": [tuple(row) for row in rows],
    }
    for page in ("", "print/"):
        text = client.get(f"/runs/{run.pk}/{page}").content.decode()
        part = text.partition("<h3>By school</h3>")[2].partition("</ul>")[0]
        shown = re.findall(r"<li>(.+?): <strong>(\d+)</strong></li>", part)
        found[page or "result"] = [(name, int(phones)) for name, phones in shown]
    return found


def test_schools_at_the_floor_stand_with_their_names(closed, cast, client_of):
    run = closed(quayside=6, eastway=5)
    rows = [("Quayside Primary", 6), ("Eastway Academy", 5)]
    assert told(client_of(cast.ben), run) == {
        "csv": rows, "json": rows, "result": rows, "print/": rows
    }  # fmt: skip


def test_schools_under_the_floor_are_added_up_and_not_named(closed, cast, client_of):
    run = closed(quayside=6, eastway=3, marsh_lane=2)
    in_files = [("Quayside Primary", 6), ("others together", 5)]
    on_pages = [("Quayside Primary", 6), ("Others together", 5)]
    assert told(client_of(cast.ben), run) == {
        "csv": in_files, "json": in_files, "result": on_pages, "print/": on_pages
    }  # fmt: skip
    texts = [
        client_of(cast.ben).get(f"/runs/{run.pk}/{page}").content.decode()
        for page in ("", "print/", "result.json", "tables/schools.csv")
    ]
    assert [("Eastway" in text, "Marsh Lane" in text) for text in texts] == [(False, False)] * 4
