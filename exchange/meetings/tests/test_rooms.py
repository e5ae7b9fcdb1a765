"""One code for the whole afternoon: two sessions after each other, and the phones that follow."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange.live import actions as live
from exchange.live.codes import show_code
from exchange.live.guessing import PER_ADDRESS
from exchange.live.models import Run, Seat
from exchange.live.tests.holding import SAMPLE
from exchange.meetings import actions
from exchange.meetings.models import Item, Meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.fixture
def meeting(cast) -> Meeting:
    """Open, with a talk and two activities."""
    made = actions.call_meeting(
        cast.harbour, by=cast.ben, title="Spring", starts_at=timezone.now() + timedelta(hours=1)
    )
    for title, activity in (("Talk", ""), ("First", "pebbles"), ("Second", "pebbles")):
        actions.add_item(made, by=cast.ben, title=title, minutes=20, activity=activity)
    return actions.open_meeting(made, by=cast.ben)


FILLED = {
    "title": "What matters?", "topic": "t", "minutes_alone": 5, "minutes_share": 5,
    "minutes_praise": 5, "minutes_findings": 5,
}  # fmt: skip


def set_up(client, item: Item) -> Run:
    """Set a session up as the agenda's link does."""
    url = reverse("run_new", args=[item.activity])
    answer = client.post(f"{url}?item={item.pk}", FILLED | {"network": item.meeting.network_id})
    assert (answer.status_code, answer.url) == (302, reverse("meeting", args=[item.meeting_id]))
    item.refresh_from_db()
    return item.run


def join(phone, run: Run, **words) -> Seat:
    url = reverse("join_token", args=[run.code_token])
    form = phone.get(url).context["form"]
    given = {"label": "Sam", "school": "other", "role": "teacher", "people": "1", **words}
    answer = phone.post(url, {**given, "once": form.fields["once"].initial})
    assert answer.url == reverse("board", args=[run.pk])
    return Seat.objects.get(run=run)


def test_one_code_leads_to_what_is_open_and_the_next_form_is_filled_in(cast, client_of, meeting):
    ben, phone = client_of(cast.ben), client_of(None)
    _talk, first, second = meeting.items.all()
    code = reverse("join_code", args=[show_code(meeting.code)])
    door = reverse("meeting_door", args=[meeting.code_token])

    page = phone.get(code, follow=True)
    assert (page.redirect_chain, page.status_code) == ([(door, 302)], 200)
    assert [title in page.content.decode() for title in ("Talk", "First", "Second")] == [True] * 3

    one = live.open_run(run=set_up(ben, first), by=cast.ben)
    assert (one.code, one.code_token) == (meeting.code, meeting.code_token)
    assert phone.get(door).url == reverse("join_token", args=[meeting.code_token])
    join(phone, one, label="Sam", school=str(cast.eastway.pk), role="support", people="3")
    assert phone.get(door).url == reverse("board", args=[one.pk])

    live.close_run(run=one, by=cast.ben)
    board = phone.get(reverse("board", args=[one.pk])).content.decode()
    assert f'href="{door}"' in board
    assert phone.get(door).status_code == 200

    two = live.open_run(run=set_up(ben, second), by=cast.ben)
    assert two.code == meeting.code
    form = phone.get(code).context["form"]
    assert form.initial == {
        "label": "Sam", "school": str(cast.eastway.pk), "role": "support", "people": 3,
    }  # fmt: skip
    stranger = client_of(None).get(code).context["form"]
    assert stranger.initial == {}


def test_a_session_opened_later_takes_the_code_over(cast, client_of, meeting):
    ben = client_of(cast.ben)
    _talk, first, second = meeting.items.all()
    one = live.open_run(run=set_up(ben, first), by=cast.ben)
    two = live.open_run(run=set_up(ben, second), by=cast.ben)
    one.refresh_from_db()
    assert (one.code, two.code, one.is_open) == (None, meeting.code, True)


def test_an_ended_meeting_leads_nowhere_and_its_sessions_have_codes_of_their_own(
    cast, client_of, meeting
):
    ben, phone = client_of(cast.ben), client_of(None)
    _talk, first, second = meeting.items.all()
    one = live.open_run(run=set_up(ben, first), by=cast.ben)
    with pytest.raises(ValidationError, match="still open"):
        actions.end_meeting(meeting, by=cast.ben)
    live.close_run(run=one, by=cast.ben)
    two = set_up(ben, second)
    actions.end_meeting(meeting, by=cast.ben)
    assert phone.get(reverse("join_code", args=[show_code(meeting.code)])).status_code == 404
    assert phone.get(reverse("meeting_door", args=[meeting.code_token])).url == reverse("join")
    two = live.open_run(run=two, by=cast.ben)
    assert two.code not in (None, meeting.code)
    board = phone.get(reverse("board", args=[one.pk]))
    assert board.status_code == 404


def test_an_item_has_one_session_that_fits(cast, client_of, meeting):
    _talk, first, _second = meeting.items.all()
    ben, url = client_of(cast.ben), reverse("run_new", args=["pebbles"])
    ben.post(url, FILLED)
    with pytest.raises(ValidationError):  # a session of no network
        actions.attach_run(first, Run.objects.get(), by=cast.ben)
    set_up(ben, first)
    ben.post(url, FILLED | {"network": cast.harbour.pk})
    with pytest.raises(ValidationError):  # the item has one
        actions.attach_run(first, Run.objects.first(), by=cast.ben)
    with pytest.raises(ValidationError):
        actions.change_item(first, by=cast.ben, title="First", minutes=5, activity="")


@pytest.mark.parametrize("item", ["", "x", "99999", "9" * 30, "-1", "1;2"])
def test_an_item_that_is_none_is_ignored(cast, client_of, item):
    url = reverse("run_new", args=["pebbles"])
    answer = client_of(cast.ben).post(f"{url}?item={item}", FILLED)
    assert answer.url == reverse("run", args=[Run.objects.get().pk])


def test_the_wall_shows_the_code_and_the_picture_leads_to_the_door(cast, client_of, meeting):
    ben = client_of(cast.ben)
    page = ben.get(reverse("meeting_screen", args=[meeting.pk])).content.decode()
    assert show_code(meeting.code) in page
    picture = ben.get(reverse("meeting_qr", args=[meeting.pk]))
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/svg+xml")
    actions.end_meeting(meeting, by=cast.ben)
    assert ben.get(reverse("meeting_qr", args=[meeting.pk])).status_code == 410


def test_where_the_wall_shows_the_code_wrong_ones_keep_nobody_out(cast, client_of, meeting):
    """A hall shares one address (decision 0013); a meeting's code is no other than a session's."""
    cache.clear()
    code, door = (
        reverse("join_code", args=[show_code(meeting.code)]),
        reverse("meeting_door", args=[meeting.code_token]),
    )
    phone = client_of(None)
    for _ in range(PER_ADDRESS):
        phone.get(reverse("join_code", args=["ZZZ-ZZZ"]))
    assert phone.get(code).status_code == 429
    client_of(cast.ben).get(reverse("meeting_screen", args=[meeting.pk]))
    assert phone.get(code).url == door
    cache.clear()
