"""Search kept fresh, schools nearby, and the pages of the register."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exchange.directory.models import Person, School
from exchange.directory.register.importing import import_register
from exchange.directory.register.rows import UNKNOWN_DATE
from exchange.directory.schoolsearch import school_index, schools_near, search_schools

SAMPLES = Path(__file__).parent / "samples"
OGL = "Contains public sector information licensed under the Open Government Licence v3.0."
pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    names = ("establishments.csv", "names.csv", "groups.csv", "group_links.csv")
    import_register(paths=[SAMPLES / name for name in names])


@pytest.fixture
def reader(client):
    person = Person.objects.create_user("cy@harbour.example", "a long enough word", name="Cy")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def names(found) -> list[str]:
    return [school.name for school in found]


def test_search_finds_what_was_imported(register):
    assert names(search_schools("saltmash"))[:1] == ["Saltmarsh Primary School"]
    assert search_schools("  ") == []


def test_the_index_is_kept_until_something_changes(register):
    index = school_index()
    assert school_index() is index
    with CaptureQueriesContext(
        connection,
    ) as asked:
        school_index()
    assert len(asked) == 2


def test_a_new_a_changed_and_a_deleted_school_are_noticed(register):
    assert search_schools("Windmill Fold") == []
    made = School.objects.create(number="900099", name="Windmill Fold School")
    assert search_schools("Windmill Fold") == [made]
    made.name = "Granary Fold School"
    made.save()
    assert names(search_schools("granary")) == ["Granary Fold School"]
    made.delete()
    assert search_schools("granary") == []


def test_an_import_that_only_changes_is_noticed(register):
    assert not School.objects.get(number="900002").closed_on
    assert search_schools("hilda")[0].is_open
    import_register(paths=[SAMPLES / "edubasealldata.csv"])
    assert not search_schools("hilda")[0].is_open


def test_near_may_be_a_school_a_point_or_words(register):
    twin = School.objects.create(
        number="900098", name="Saltmarsh Primary School", town="Gannet Bay", easting=511_000, northing=304_000
    )  # fmt: skip
    gannet = School.objects.get(number="900003")
    near_gannet = [
        search_schools("saltmarsh", near=near)[0]
        for near in (gannet, (510_000.0, 304_000.0), "Gannet Bay", "WX9 4CC")
    ]
    assert near_gannet == [twin] * 4
    assert search_schools("saltmarsh", near="Wexbridge")[0].number == "900001"


def test_schools_near_a_school_by_distance(register):
    first = School.objects.get(number="900001")
    far = School.objects.create(number="900097", name="Far School", easting=500_000, northing=1)
    School.objects.create(number="900096", name="Nowhere School")
    found = schools_near(first, 5)
    # The high school closed in 2012; schools without a place are not listed.
    assert [(s.number, round(s.distance2)) for s in found] == [
        ("900002", 1_000_000),
        ("900097", 299_999**2),
    ]
    assert schools_near(first, 1) == found[:1]
    assert schools_near(far, 1) == [first]


def test_schools_near_one_whose_town_alone_is_known(register):
    school = School.objects.create(number="900095", name="Attic School", town="Wexbridge")
    assert [s.number for s in schools_near(school, 2)] == ["900001", "900002"]
    lost = School.objects.create(number="900094", name="Lost School", town="Atlantis")
    assert schools_near(lost, 2) == []


def test_open_and_closed_by_the_day():
    today = timezone.localdate()
    days = {"a": None, "b": today + timedelta(days=1), "c": today, "d": UNKNOWN_DATE}
    for number, day in days.items():
        School.objects.create(number=number, name=number, closed_on=day)
    assert [s.number for s in School.objects.open()] == ["a", "b"]
    assert [s.is_open for s in School.objects.all()] == [True, True, False, False]
    assert [s.number for s in School.objects.open(on=date(1899, 1, 1))] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("website", "url"),
    [
        ("www.saltmarsh.example", "http://www.saltmarsh.example"),
        ("https://saltmarsh.example/a", "https://saltmarsh.example/a"),
        ("javascript:alert(1).x", ""),
        ("//evil.example", ""),
        ('x.example" onclick="y', ""),
        ("no website", ""),
        ("", ""),
    ],
)
def test_only_plain_addresses_become_links(website, url):
    assert School(website=website).website_url == url


# --- pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/schools/", "/schools/suggest/", "/schools/1/"])
def test_strangers_are_asked_to_sign_in(client, url):
    answer = client.get(url)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{reverse('account_login')}?next={url}",
    )


def test_the_search_page_works_as_a_plain_form(register, reader):
    page = reader.get(reverse("schools"), {"q": "salt marsh wexbrige"})
    assert page.status_code == 200
    assert names(page.context["schools"])[:1] == ["Saltmarsh Primary School"]
    body = page.content.decode()
    assert body.count('<form method="get" action="/schools/"') == 1
    pk = School.objects.get(number="900001").pk
    assert body.count(f'<a href="/schools/{pk}/">Saltmarsh Primary School</a>') == 1


def test_the_fragment_is_the_list_alone(register, reader):
    page = reader.get(reverse("schools_suggest"), {"q": "saltmarsh"})
    body = page.content.decode().strip()
    assert (body.startswith('<section id="schools"'), body.count("<html")) == (True, 0)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({}, "A few letters are enough to begin with. Spelling need not be right."),
        ({"q": "xylophone<b>"}, "We looked for “xylophone&lt;b&gt;” and forgave two typing errors"),
    ],
)
def test_empty_answers_say_what_to_do(register, reader, question, sentence):
    page = reader.get(reverse("schools"), question)
    assert (page.status_code, page.content.decode().count(sentence)) == (200, 1)


def test_a_directory_without_schools_says_so(reader):
    page = reader.get(reverse("schools"), {"q": "anything"})
    assert page.content.decode().count("There are no schools here yet") == 1


@pytest.mark.parametrize("question", [{"q": "x" * 201}, {"q": "a\x00b"}, {"near": "y" * 81}])
@pytest.mark.parametrize("name", ["schools", "schools_suggest"])
def test_bad_questions_are_refused_in_words(register, reader, name, question):
    assert reader.get(reverse(name), question).status_code == 400


@pytest.mark.parametrize("name", ["schools", "schools_suggest"])
def test_only_get(reader, name):
    assert reader.post(reverse(name)).status_code == 405


def test_the_page_of_a_school(register, reader):
    school = School.objects.get(number="900001")
    body = reader.get(reverse("school", args=[school.pk])).content.decode()
    for text in (OGL, "The Estuary Learning Trust", "since 1 September 2013", "WX1 1AA"):
        assert body.count(text) == 1, text


def test_the_page_of_a_closed_school_says_when(register, reader):
    school = School.objects.get(number="900010")
    body = reader.get(reverse("school", args=[school.pk])).content.decode()
    assert body.count("It closed on 31 August 1992.") == 1
    School.objects.filter(pk=school.pk).update(closed_on=UNKNOWN_DATE)
    body = reader.get(reverse("school", args=[school.pk])).content.decode()
    assert (body.count("The register does not say when."), body.count("1900")) == (1, 0)


def test_a_school_that_is_not_there_is_404(reader):
    assert reader.get("/schools/4040404/").status_code == 404


def test_lists_cost_the_same_for_one_row_and_for_three(register, reader):
    costs = []
    for question in ("saltmarsh", "wexbridge"):
        reader.get(reverse("schools"), {"q": question})
        with CaptureQueriesContext(connection) as asked:
            page = reader.get(reverse("schools"), {"q": question})
        costs.append((len(asked), len(page.context["schools"])))
    assert costs[0][0] == costs[1][0]
    assert [number for _, number in costs] == [1, 4]
