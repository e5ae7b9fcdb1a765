"""What meetings show and do on the floors below: network page, home, digest, joining by code."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from exchange.directory.digest import News
from exchange.directory.models import Network, Person
from exchange.live.gatherings import Gathering
from exchange.live.models import Run
from exchange.meetings import actions, rules
from exchange.meetings.models import Answer, Item, Meeting, Point

FEW = 3


def network_panel(request: HttpRequest, network: Network) -> tuple[str, dict[str, Any]] | None:
    """The next meetings of a network, and the way to call one."""
    meetings = Meeting.objects.visible_to(request.user).filter(network=network).coming()[:FEW]
    may_call = isinstance(request.user, Person) and rules.may_call(request.user, network)
    words = {"network": network, "meetings": meetings, "may_call": may_call}
    return "meetings/_network_panel.html", words


def home_card(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """The next meetings one is invited to, each with one's answer, and what one undertook."""
    person = request.user
    if not isinstance(person, Person):
        return None
    meetings = list(Meeting.objects.visible_to(person).coming().select_related("network")[:FEW])
    said = dict(
        Answer.objects.filter(person=person, meeting__in=meetings).values_list("meeting", "comes")
    )
    for meeting in meetings:
        meeting.comes = said.get(meeting.pk)  # type: ignore[attr-defined]
    points = Point.objects.of(person).select_related("meeting")[: FEW + 2]
    if not meetings and not points:
        return None
    needs = None in [said.get(meeting.pk) for meeting in meetings] or any(
        one.is_late for one in points
    )
    return "meetings/_home_card.html", {"meetings": meetings, "points": points, "needs": needs}


def news(person: Person, network: Network, since: datetime) -> list[News]:
    """Meetings that were called since, for the weekly digest."""
    found = Meeting.objects.visible_to(person).filter(network=network).coming()
    found = found.filter(created_at__gt=since).exclude(called_by=person)
    return [
        News(
            _("Meeting on %(day)s: %(title)s")
            % {
                "day": formats.date_format(timezone.localtime(meeting.starts_at), "j F Y, H:i"),
                "title": meeting.title,
            },
            reverse("meeting", args=[meeting.pk]),
        )
        for meeting in found
    ]


def gathering_of_run(run: Run) -> Gathering | None:
    """The open meeting on whose agenda this run stands."""
    meeting = Meeting.objects.open().filter(items__run=run).first()
    if meeting is None or not meeting.code or not meeting.code_token or not meeting.code_ends_at:
        return None
    runs = Item.objects.filter(meeting=meeting, run__isnull=False).exclude(run=run)
    return Gathering(
        meeting.code, meeting.code_token, meeting.code_ends_at, door_url(meeting),
        tuple(runs.values_list("run", flat=True)),
    )  # fmt: skip


def door_url(meeting: Meeting) -> str:
    """Where people wait who came by the meeting's code."""
    return reverse("meeting_door", args=[meeting.code_token])


def waiting_page(code: str, token: str) -> str:
    """The page of the open meeting with this code or token, or ""."""
    wanted = {"code": code} if code else {"code_token": token}
    meeting = Meeting.objects.open().filter(**wanted).first()
    return door_url(meeting) if meeting else ""


def after_setup(request: HttpRequest, run: Run) -> str:
    """A session that was set up from an agenda goes back to it: the address named the item."""
    key = request.GET.get("item", "")
    if (
        not key.isascii()
        or not key.isdecimal()
        or len(key) > 15
        or not isinstance(request.user, Person)
    ):
        return ""
    items = Item.objects.filter(meeting__in=Meeting.objects.visible_to(request.user))
    item = (
        items.select_related("meeting__network")
        .filter(pk=key, run=None, activity=run.activity)
        .first()
    )
    if item is None or run.network_id != item.meeting.network_id:
        return ""
    try:
        actions.attach_run(item, run, by=request.user)
    except ValidationError:  # another session was quicker, or the meeting is over
        return ""
    return reverse("meeting", args=[item.meeting_id])
