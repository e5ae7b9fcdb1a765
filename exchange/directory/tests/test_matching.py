"""Finding schools by what people remember of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.ground import made_up_schools
from bench.spoiling import HELD, spoil
from exchange.directory.matching import Entry, SchoolIndex, fold, split_question

SCHOOLS = [
    Entry(1, "St Mary's Church of England Primary School", "900101", "WX1 1AA", "Wexbridge",
          easting=500_000, northing=300_000),
    Entry(2, "St Mary's CofE Primary School", "900102", "GB9 9ZZ", "Gannet Bay",
          easting=560_000, northing=340_000),
    Entry(3, "Saltmarsh Community Primary School", "900103", "WX1 2BB", "Wexbridge",
          easting=501_000, northing=300_500),
    Entry(4, "Gannet Hill High School", "900104", "GB9 1AA", "Gannet Bay",
          easting=561_000, northing=341_000),
    Entry(5, "Saltmarsh Community Primary School", "900105", "WX1 2BC", "Wexbridge",
          is_open=False),
    Entry(6, "Ysgol Môr y Pentir", "900106", "WX11 3CC", "Pentir"),
    Entry(7, "Rookery Lane Infants' School", "900107", "WX12 4DD", "Wexbridge", ("Old Harbour",)),
    Entry(8, "Lantern Street Junior School", "900108"),
    Entry(9, "King's Wharf Academy", "900109", "WX2 5EE", "Wexbridge"),
]  # fmt: skip
INDEX = SchoolIndex(SCHOOLS)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("St Mary's Church of England Primary School Gannet Bay", 2),
        ("st marys gannet bay", 2),
        ("Saint Marys C of E gannet", 2),
        ("marys c.e. primary wexbridge", 1),
        ("Saltmarsh", 3),
        ("slatmash", 3),
        ("salt marsh primary", 3),
        ("saltmarshcommunityprimary", 3),
        ("gannethill", 4),
        ("Gannet Hil Hgih", 4),
        ("ysgol mor y pentir", 6),
        ("Ysgol Mor Pnetir", 6),
        ("rookery lane infant", 7),
        ("rokery lane infants", 7),
        ("Lantern Streeet Jnr Sch", 8),
        ("kings wharf", 9),
        ("king's warf", 9),
        ("king s wharf", 9),
        ("lant", 8),
        ("WX1 1AA", 1),
        ("wx11aa", 1),
        ("WX12", 7),
        ("wx2 5", 9),
        ("WX2 5EF", 9),
        ("900104", 4),
        ("90104", 4),
        ("saltmarsh WX1 2BB", 3),
    ],
)
def test_the_right_school_comes_first(question, first):
    assert INDEX.search(question)[0] == first


@pytest.mark.parametrize(
    "question", ["", "   ", "!!!", "zzzzqqqq", "'", "\x00", "school of xylophones"]
)
def test_what_is_like_nothing_finds_nothing(question):
    assert INDEX.search(question) == []


def test_open_before_closed():
    assert INDEX.search("saltmarsh community primary")[:2] == [3, 5]


def test_a_district_is_not_the_beginning_of_another():
    assert set(INDEX.search("WX1")[:3]) == {1, 3, 5}


@pytest.mark.parametrize(
    ("near", "order"),
    [
        ((500_000.0, 300_000.0), [1, 2]),
        ((560_000.0, 340_000.0), [2, 1]),
        ("WX1 2BB", [1, 2]),
        ("gb9 9zz", [2, 1]),
        ("Gannet Bay", [2, 1]),
        ("wexbridge", [1, 2]),
    ],
)
def test_near_before_far(near, order):
    assert INDEX.search("st marys primary", near=near)[:2] == order


def test_an_unknown_place_is_no_place():
    assert INDEX.place("Atlantis") is None
    assert INDEX.search("st marys", near="Atlantis") == INDEX.search("st marys")


def test_a_school_without_a_place_of_its_own_is_put_where_its_town_is():
    assert INDEX.point(5) == INDEX.place("Wexbridge") == (500_500.0, 300_250.0)
    assert (INDEX.point(8), INDEX.point(99)) == (None, None)


def test_the_limit_is_kept():
    assert [len(INDEX.search("wexbridge", limit=n)) for n in (0, 1, 2)] == [0, 1, 2]


def test_an_empty_index_finds_nothing():
    assert SchoolIndex([]).search("st marys", near="Wexbridge") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "St. Mary's C. of E. (V.A.) Primary School",
            ["st", "marys", "ce", "aided", "primary", "school"],
        ),
        ("Saint Mary’s Church of England", ["st", "marys", "ce"]),
        ("St Josephs R.C. Infants", ["st", "josephs", "catholic", "infant"]),
        ("St Joseph's Roman Catholic Infant", ["st", "josephs", "catholic", "infant"]),
        ("Môr & Môr", ["mor", "mor"]),
        ("Mary s", ["marys"]),
    ],
)
def test_folding(text, words):
    assert fold(text) == words


def test_a_question_is_taken_apart():
    assert split_question("Rookery lane wx12 4dd") == (["rookery", "lane"], "wx124dd", "")
    assert split_question("900104 gannet") == (["gannet"], "", "900104")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_question_is_answered(text):
    assert len(set(INDEX.search(text))) == len(INDEX.search(text)) <= 10


@settings(max_examples=60, deadline=None)
@given(
    entry=st.sampled_from([e for e in SCHOOLS if e.key != 5]), at=st.integers(0, 10), data=st.data()
)
def test_one_letter_lost_or_doubled_does_not_hide_a_school(entry, at, data):
    name = entry.name
    at = at % len(name)
    spoilt = data.draw(
        st.sampled_from([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]])
    )
    assert entry.key in INDEX.search(f"{spoilt} {entry.town}")[:3]


@pytest.mark.parametrize("seed", HELD)
def test_nearly_every_spoilt_name_leads_to_its_school(seed):
    """On invented names; bench/search.py asks the same of the real register."""
    entries = [
        Entry(number, row["school_name"], row["urn"], row["postcode"], row["town"])
        for number, row in enumerate(made_up_schools(2_000))
    ]
    index = SchoolIndex(entries)
    asked = spoil(entries, 100, seed)
    lost = [text for text, key in asked if key not in index.search(text)]
    assert (len(asked), len(lost) <= 5) == (100, True), lost
