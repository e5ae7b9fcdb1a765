"""Ways into a meeting without its page: the letter's link, the code in the room, calendars."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange.core.permission import require
from exchange.core.pictures import qr_svg
from exchange.directory.account_views import private
from exchange.directory.models import Person
from exchange.directory.outcomes import form_page, tried
from exchange.directory.requests import SignedIn
from exchange.live.codes import fingerprint, read_token, show_code
from exchange.live.guessing import shown_here
from exchange.live.models import Run
from exchange.live.seating import seat_for
from exchange.meetings import actions, letters, rules
from exchange.meetings.calendars import calendar
from exchange.meetings.forms import AnswerForm
from exchange.meetings.meeting_views import found
from exchange.meetings.models import Answer, Feed, Meeting, ends_at, planned

ICAL = "text/calendar; charset=utf-8"


@require_http_methods(["GET", "POST"])
def meeting_letter(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter: what the meeting is, and an answer, without signing in. Opening it
    changes nothing, and it opens nothing else."""
    known = letters.invited_by(token)
    if known is None:
        return private(render(request, "meetings/letter_over.html", status=404))
    meeting, person = known
    answer = Answer.objects.filter(meeting=meeting, person=person).first()
    initial = {"comes": "yes" if answer.comes else "no", "note": answer.note} if answer else {}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial)
    saved = form.is_bound and tried(
        form, lambda: actions.answer_meeting(meeting, by=person, **form.cleaned_data)
    )
    items = list(meeting.items.all())
    context = {
        "meeting": meeting, "agenda": planned(meeting, items), "ends_at": ends_at(meeting, items),
        "saved": saved, "person": person, "token": token,
    }  # fmt: skip
    return private(form_page(request, "meetings/letter.html", form, context))


@require_GET
def meeting_letter_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The same meeting for a calendar, by the letter's link."""
    known = letters.invited_by(token)
    if known is None:
        raise Http404
    return private(_file(calendar([known[0]]), f"meeting-{known[0].pk}.ics"))


@require_GET
def meeting_door(request: HttpRequest, token: str) -> HttpResponse:
    """Where the meeting's code leads: to the run that is open, or to a page that says what comes.

    The agenda stands there without names; a phone that has a seat in the open run goes to it.
    """
    known = read_token(token)
    meeting = Meeting.objects.open().filter(code_token=known).select_related("network").first()
    if known is None or meeting is None:
        return redirect("join")
    run = Run.objects.open().filter(agenda_item__meeting=meeting, code_token=known).first()
    if run and seat_for(request, run.pk):
        return redirect("board", run.pk)
    if run:
        return redirect("join_token", known)
    items = list(meeting.items.select_related("run"))
    context = {"meeting": meeting, "agenda": planned(meeting, items)}
    return render(request, "meetings/door.html", context)


@login_required
@require_GET
def meeting_screen(request: SignedIn, pk: int) -> HttpResponse:
    """The projector before and between the runs: the code, the picture, what comes."""
    meeting = found(request, pk)
    require(rules.may_lead(request.user, meeting), _(actions.meetings.ONLY_LEADS))
    if not meeting.is_open:
        return redirect("meeting", pk)
    shown_here(request, meeting.code or "")
    items = list(meeting.items.select_related("run"))
    context = {
        "meeting": meeting,
        "agenda": planned(meeting, items),
        "code": show_code(meeting.code),
        "join_address": f"{settings.BASE_URL}{reverse('join')}".partition("://")[2].rstrip("/"),
    }
    return render(request, "meetings/screen.html", context)


@login_required
@require_GET
def meeting_qr(request: SignedIn, pk: int) -> HttpResponse:
    """The QR picture of the joining address, as SVG."""
    meeting = found(request, pk)
    require(rules.may_lead(request.user, meeting), _(actions.meetings.ONLY_LEADS))
    if not meeting.is_open or not meeting.code_token:
        return HttpResponse(status=410)
    address = settings.BASE_URL + reverse("join_token", args=[meeting.code_token])
    return HttpResponse(qr_svg(address), content_type="image/svg+xml")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=ICAL)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@require_GET
def meeting_calendar(request: SignedIn, pk: int) -> HttpResponse:
    """One meeting for a calendar."""
    return _file(calendar([found(request, pk)]), f"meeting-{pk}.ics")


@login_required
@require_GET
def my_calendar(request: SignedIn) -> HttpResponse:
    """What comes in one's networks, and the address for one's own calendar program."""
    person = request.user
    meetings = Meeting.objects.visible_to(person).coming().select_related("network")
    address = request.session.pop("new_feed", "")
    context = {
        "meetings": meetings[:50],
        "address": address,
        "feed": Feed.objects.filter(person=person).first(),
    }
    return render(request, "meetings/calendar.html", context)


@login_required
@require_POST
def calendar_feed(request: SignedIn) -> HttpResponse:
    """Make a new address (the one before ends), keep the present one on, or end it."""
    if request.POST.get("end"):
        actions.end_feed(by=request.user)
        messages.success(request, _("Ended. Calendars that used the address show nothing new."))
        return redirect("my_calendar")
    if request.POST.get("keep"):
        actions.keep_feed(by=request.user)
        messages.success(request, _("Kept for another thirteen months."))
        return redirect("my_calendar")
    token = actions.make_feed(by=request.user)
    request.session["new_feed"] = settings.BASE_URL + reverse("calendar_file", args=[token])
    return redirect(resolve_url("my_calendar") + "#address")


@require_GET
def calendar_file(request: HttpRequest, token: str) -> HttpResponse:
    """A person's feed, for calendar programs, which do not sign in. What they may not see any more
    is not in it; cancelled meetings are, so that calendars strike them out. It says itself when
    its address is about to end."""
    known = read_token(token)
    feed = (
        Feed.objects.live().filter(token_hash=fingerprint(known)).select_related("person").first()
        if known
        else None
    )
    if feed is None or not feed.person.is_active:
        raise Http404
    person: Person = feed.person
    meetings = (
        Meeting.objects.visible_to(person).select_related("network").prefetch_related("items")
    )
    return private(_file(calendar(meetings[:500], ends=feed.ends_at), "learning-exchange.ics"))
