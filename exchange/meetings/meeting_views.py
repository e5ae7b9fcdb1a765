"""The pages of a meeting: calling it, its page, its agenda, its action points."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange.core.permission import require
from exchange.directory.models import Message
from exchange.directory.network_views import visible
from exchange.directory.outcomes import form_page, page_of, pressed, tried
from exchange.directory.requests import SignedIn
from exchange.live.discovery import activities
from exchange.meetings import actions, rules
from exchange.meetings.forms import AnswerForm, ItemForm, MeetingForm, PointForm
from exchange.meetings.models import Item, Meeting, Point, ends_at, planned


def found(request: SignedIn, pk: int) -> Meeting:
    """The meeting, or 404 for whoever does not belong to its network."""
    meetings = Meeting.objects.visible_to(request.user).select_related("network", "called_by")
    return get_object_or_404(meetings, pk=pk)


def _may_lead(request: SignedIn, meeting: Meeting) -> None:
    require(rules.may_lead(request.user, meeting), _(actions.meetings.ONLY_LEADS))


@login_required
@require_GET
def network_meetings(request: SignedIn, pk: int) -> HttpResponse:
    """All meetings of a network, the newest first."""
    network = visible(request, pk)
    meetings = Meeting.objects.visible_to(request.user).filter(network=network)
    context = {
        "network": network,
        "page_obj": page_of(request, meetings),
        "may_call": rules.may_call(request.user, network),
    }
    return render(request, "meetings/meetings.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def meeting_new(request: SignedIn, pk: int) -> HttpResponse:
    """Call a meeting."""
    network = visible(request, pk)
    require(
        rules.may_call(request.user, network),
        _("Only co-leaders, facilitators and activists of a network call its meetings."),
    )
    form = MeetingForm(
        request.POST if request.method == "POST" else None, initial={"to": Message.To.EVERYONE}
    )
    made: list[Meeting] = []
    if form.is_bound and tried(
        form,
        lambda: made.append(actions.call_meeting(network, by=request.user, **form.cleaned_data)),
    ):
        messages.success(request, _("Called. Who wants mail is asked by letter; now the agenda."))
        return redirect("meeting", made[0].pk)
    return form_page(request, "meetings/meeting_form.html", form, {"network": network})


@login_required
@require_http_methods(["GET", "POST"])
def meeting_change(request: SignedIn, pk: int) -> HttpResponse:
    """Change what, when, where, for whom."""
    meeting = found(request, pk)
    _may_lead(request, meeting)
    fields = ("title", "starts_at", "place", "note", "to")
    form = MeetingForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(meeting, name) for name in fields},
    )
    if form.is_bound and tried(
        form, lambda: actions.change_meeting(meeting, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Saved. Another time or place is told by letter."))
        return redirect("meeting", pk)
    context = {"network": meeting.network, "meeting": meeting}
    return form_page(request, "meetings/meeting_form.html", form, context)


def shown(request: SignedIn, meeting: Meeting, **forms: Any) -> dict[str, Any]:
    """All that the page of a meeting shows to this person; `forms` that were refused."""
    person, items = request.user, list(meeting.items.select_related("run"))
    leads = rules.may_lead(person, meeting)
    answers = list(meeting.answers.select_related("person"))
    mine = next((one for one in answers if one.person_id == person.pk), None)
    titles = {key: one.title for key, one in activities().items()}
    said = {"comes": "yes" if mine.comes else "no", "note": mine.note} if mine else {}
    points = list(meeting.points.select_related("owner", "written_by", "meeting__network"))
    return {
        "meeting": meeting,
        "network": meeting.network,
        "agenda": planned(meeting, items),
        "ends_at": ends_at(meeting, items),
        "titles": titles,
        "leads": leads,
        "may_write": rules.may_call(person, meeting.network) and not meeting.cancelled_at,
        "coming": [one for one in answers if one.comes],
        "apologies": [one for one in answers if not one.comes],
        "mine": mine,
        "points": [(point, rules.may_settle(person, point)) for point in points],
        "answer_form": AnswerForm(initial=said, prefix=None),
        "item_form": ItemForm(),
        "point_form": PointForm(network=meeting.network),
        **forms,
    }


@login_required
@require_GET
def meeting(request: SignedIn, pk: int) -> HttpResponse:
    """One meeting: when, where, who comes, the agenda, and what was agreed."""
    return render(request, "meetings/meeting.html", shown(request, found(request, pk)))


def _added(
    request: SignedIn, meeting: Meeting, form: Any, name: str, act: Callable[[], object]
) -> HttpResponse:
    """Back to the page of the meeting, or that page again with the form that was refused."""
    if tried(form, act):
        return redirect(resolve_url("meeting", meeting.pk) + f"#{name}")
    context = shown(request, meeting, **{f"{name}_form": form})
    return form_page(request, "meetings/meeting.html", form, context)


@login_required
@require_POST
def meeting_answer(request: SignedIn, pk: int) -> HttpResponse:
    """Say whether one comes."""
    meeting, form = found(request, pk), AnswerForm(request.POST)
    return _added(
        request, meeting, form, "answer",
        lambda: actions.answer_meeting(meeting, by=request.user, **form.cleaned_data),
    )  # fmt: skip


@login_required
@require_POST
def agenda(request: SignedIn, pk: int) -> HttpResponse:
    """Put an item on the agenda."""
    meeting, form = found(request, pk), ItemForm(request.POST)
    _may_lead(request, meeting)
    return _added(
        request, meeting, form, "item",
        lambda: actions.add_item(meeting, by=request.user, **form.cleaned_data),
    )  # fmt: skip


def _item(request: SignedIn, pk: int, item: int) -> tuple[Meeting, Item]:
    meeting = found(request, pk)
    _may_lead(request, meeting)
    one = get_object_or_404(meeting.items.select_related("run"), pk=item)
    one.meeting = meeting
    return meeting, one


@login_required
@require_http_methods(["GET", "POST"])
def agenda_item(request: SignedIn, pk: int, item: int) -> HttpResponse:
    """Change one item."""
    meeting, one = _item(request, pk, item)
    fields = ("title", "minutes", "activity")
    form = ItemForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(one, name) for name in fields},
    )
    if form.is_bound and tried(
        form, lambda: actions.change_item(one, by=request.user, **form.cleaned_data)
    ):
        return redirect(resolve_url("meeting", pk) + "#agenda")
    context = {"network": meeting.network, "meeting": meeting, "item": one}
    return form_page(request, "meetings/item.html", form, context)


@login_required
@require_POST
def agenda_place(request: SignedIn, pk: int, item: int) -> HttpResponse:
    """One place up or down."""
    _meeting, one = _item(request, pk, item)
    up = request.POST.get("to") == "up"
    back = resolve_url("meeting", pk) + "#agenda"
    return pressed(
        request, lambda: actions.move_item(one, by=request.user, up=up), said="", to=back
    )


@login_required
@require_POST
def agenda_removal(request: SignedIn, pk: int, item: int) -> HttpResponse:
    """Take an item off the agenda."""
    _meeting, one = _item(request, pk, item)
    back = resolve_url("meeting", pk) + "#agenda"
    said = _("“%(title)s” is off the agenda.") % {"title": one.title}
    return pressed(request, lambda: actions.remove_item(one, by=request.user), said=said, to=back)


@login_required
@require_POST
def meeting_opening(request: SignedIn, pk: int) -> HttpResponse:
    meeting = found(request, pk)
    return pressed(
        request, lambda: actions.open_meeting(meeting, by=request.user), said="",
        to=resolve_url("meeting", pk),
    )  # fmt: skip


@login_required
@require_POST
def meeting_end(request: SignedIn, pk: int) -> HttpResponse:
    meeting = found(request, pk)
    return pressed(
        request, lambda: actions.end_meeting(meeting, by=request.user),
        said=_("The meeting is over. Its code leads nowhere any more."),
        to=resolve_url("meeting", pk),
    )  # fmt: skip


@login_required
@require_POST
def meeting_cancellation(request: SignedIn, pk: int) -> HttpResponse:
    meeting = found(request, pk)
    return pressed(
        request, lambda: actions.cancel_meeting(meeting, by=request.user),
        said=_("Cancelled. Who has not said no is told by letter."),
        to=resolve_url("meeting", pk),
    )  # fmt: skip


@login_required
@require_POST
def points(request: SignedIn, pk: int) -> HttpResponse:
    """Write an action point down."""
    meeting = found(request, pk)
    require(rules.may_call(request.user, meeting.network), _(actions.points.ONLY_WRITERS))
    form = PointForm(request.POST, network=meeting.network)
    return _added(
        request, meeting, form, "point",
        lambda: actions.write_point(meeting, by=request.user, **form.cleaned_data),
    )  # fmt: skip


def _point(request: SignedIn, pk: int, point: int) -> Point:
    meeting = found(request, pk)
    return get_object_or_404(meeting.points.select_related("meeting__network"), pk=point)


@login_required
@require_POST
def point_done(request: SignedIn, pk: int, point: int) -> HttpResponse:
    """It is done, or (`done=no`) it is not after all."""
    one = _point(request, pk, point)
    act = actions.reopen_point if request.POST.get("done") == "no" else actions.settle_point
    to = resolve_url("meeting", pk) + "#points"
    return pressed(request, lambda: act(one, by=request.user), said="", to=to)


@login_required
@require_POST
def point_removal(request: SignedIn, pk: int, point: int) -> HttpResponse:
    one = _point(request, pk, point)
    to = resolve_url("meeting", pk) + "#points"
    return pressed(
        request, lambda: actions.remove_point(one, by=request.user), said=_("Taken off."), to=to
    )
