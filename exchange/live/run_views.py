"""Activities, setting up a run, and its record: result and print."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from exchange.core.packs import packs_by_kind
from exchange.directory.models import Network, Person
from exchange.directory.requests import SignedIn
from exchange.live import engine, rules
from exchange.live.actions import change_run, create_run
from exchange.live.actions.findings import run_released
from exchange.live.discovery import UnknownActivity, activities, activity_of
from exchange.live.forms import NoteForm, SetupForm
from exchange.live.gatherings import after_setup
from exchange.live.looking import record_of
from exchange.live.models import Finding, Note, PaperSession, Run
from exchange.live.plugin import Activity, Refused
from exchange.live.samples import sample_fields
from exchange.live.seating import seat_for
from exchange.live.versions import brought_up


@login_required
@require_GET
def activity_list(request: SignedIn) -> HttpResponse:
    """What can be held, and the sessions this person can see."""
    runs = (
        Run.objects.visible_to(request.user)
        .filter(cancelled_at=None)
        .select_related("network", "facilitator")
    )
    page = Paginator(runs, 20).get_page(request.GET.get("page"))
    context = {"activities": activities().values(), "page": page, "runs": page.object_list}
    return render(request, "live/activities.html", context)


def declared_or_404(key: str) -> Activity:
    """The activity of that key, or 404."""
    try:
        return activity_of(key)
    except UnknownActivity:
        raise Http404 from None


@login_required
@require_GET
def activity(request: SignedIn, key: str) -> HttpResponse:
    """What one activity is for and how it goes."""
    declared = declared_or_404(key)
    choices = sample_fields(declared) if declared.pack else []
    printable = bool(declared.pack) and all(rows for _field, rows in choices)
    context = {"activity": declared, "choices": choices, "printable": printable}
    return render(request, "live/activity.html", context)


def _networks(request: SignedIn) -> Any:
    """Networks in which this person may start a session."""
    may = [
        n.pk
        for n in Network.objects.visible_to(request.user)
        if rules.may_start_run(request.user, n)
    ]
    return Network.objects.filter(pk__in=may)


@login_required
@require_http_methods(["GET", "POST"])
def run_new(request: SignedIn, key: str) -> HttpResponse:
    """Set a session up."""
    declared = declared_or_404(key)
    form = SetupForm(
        request.POST or None, activity=declared, networks=_networks(request),
        context={"packs": packs_by_kind()},
        initial={name: request.GET.get(name) for name in ("network", "title")},
    )  # fmt: skip
    return _set_up(request, declared, form, _making(request, declared, form))


@login_required
@require_http_methods(["GET", "POST"])
def run_trial(request: SignedIn, key: str) -> HttpResponse:
    """Set a trial up: of no network, filled in as far as can be, so that one press will do."""
    declared = declared_or_404(key)
    form = SetupForm(
        request.POST or None, activity=declared, networks=Network.objects.none(),
        context={"packs": packs_by_kind()},
    )  # fmt: skip
    form.make_trial()
    make = _making(request, declared, form, trial=True)
    return _set_up(request, declared, form, make, trial=True)


@login_required
@require_http_methods(["GET", "POST"])
def run_setup(request: SignedIn, run_id: int) -> HttpResponse:
    """Change a session that was not opened yet."""
    run = get_object_or_404(Run.objects.facilitated_by(request.user), pk=run_id, cancelled_at=None)
    if run.opened_at and request.method == "GET":
        return redirect("run", run.pk)  # what people were told cannot change any more
    declared = declared_or_404(run.activity)
    form = SetupForm(
        request.POST or None, activity=declared, networks=Network.objects.filter(pk=run.network_id or 0),
        context={"packs": packs_by_kind()},
    )  # fmt: skip
    form.fields["network"].disabled = True
    form.setup_initial(run)

    def change(setup: dict[str, Any]) -> Run:
        return change_run(
            run=run,
            title=form.cleaned_data["title"],
            setup=setup,
            minutes=form.minutes(),
            by=request.user,
        )

    return _set_up(request, declared, form, change, run)


def _copyable(request: SignedIn, run_id: int) -> Run:
    """A run whose set-up this person may see: they hold its desk, or read its result. Else 404."""
    found = _seen_run(request, run_id)
    held = rules.may_facilitate(request.user, found)
    if not held and not (found.closed_at and _may_read(request, found)):
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "POST"])
def run_copy(request: SignedIn, run_id: int) -> HttpResponse:
    """Set up another session like this one: its question, its set-up, its minutes; no people."""
    like = _copyable(request, run_id)
    declared = declared_or_404(like.activity)
    form = SetupForm(
        request.POST or None, activity=declared, networks=_networks(request),
        context={"packs": packs_by_kind()},
    )  # fmt: skip
    form.setup_initial(like)
    if like.network and not rules.may_start_run(request.user, like.network):
        form.initial["network"] = None
    return _set_up(request, declared, form, _making(request, declared, form), like=like)


def _making(
    request: SignedIn, declared: Activity, form: SetupForm, *, trial: bool = False
) -> Callable[[dict[str, Any]], Run]:
    """What makes a new session of a form that is in order, once its set-up was read."""
    return lambda setup: create_run(
        activity=declared.key, title=form.cleaned_data["title"], setup=setup,
        minutes=form.minutes(), network=form.cleaned_data.get("network"), by=request.user,
        trial=trial,
    )  # fmt: skip


def _set_up(
    request: SignedIn,
    declared: Activity,
    form: SetupForm,
    act: Callable[[dict[str, Any]], Run],
    run: Run | None = None,
    like: Run | None = None,
    trial: bool = False,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            values = form.values()
            setup = {**declared.setup(values, form.context), "form": values}
            made = act(setup)
            onwards = next((url for follow in after_setup if (url := follow(request, made))), "")
            return redirect(onwards or resolve_url("run", made.pk))
        except Refused as refused:
            form.add_error(
                refused.field if refused.field in form.fields else None, refused.sentence
            )
    status = 422 if form.errors else 200
    context = {"form": form, "activity": declared, "run": run, "like": like, "trial": trial}
    return render(request, "live/setup.html", context, status=status)


def _seen_run(request: SignedIn, run_id: int) -> Run:
    runs = Run.objects.visible_to(request.user).select_related("network", "facilitator")
    return get_object_or_404(runs, pk=run_id)


def _may_read(request: SignedIn, run: Run) -> bool:
    seated = run.seats.taken().filter(person=request.user).exists()
    return rules.may_read_result(request.user, run, seated=seated, released=run_released(run))


@login_required
@require_GET
def run(request: SignedIn, run_id: int) -> HttpResponse:
    """One session: before opening what will be announced, afterwards its result."""
    return render(request, "live/run.html", run_context(request, _seen_run(request, run_id)))


def run_context(request: SignedIn, found: Run) -> dict[str, Any]:
    """What the session's page shows this person."""
    declared = declared_or_404(found.activity)
    context: dict[str, Any] = {
        "run": found,
        "activity": declared,
        "announce": declared.announce(found.setup),
        "is_mine": rules.may_facilitate(request.user, found),
        "may_read": False,
        "seated": found.is_open and seat_for(request, found.pk) is not None,
    }
    context["may_copy"] = context["is_mine"]
    if found.closed_at:
        context["typed_in"] = found.typed_in
    elif context["is_mine"] and not found.opened_at:
        context["typing"] = PaperSession.objects.filter(run=found).exists()
    if context["is_mine"]:
        context["note_form"] = NoteForm(initial={"text": note_of(found, request.user)})
    if found.closed_at and _may_read(request, found):
        context |= record_of(found) | files_of(found)
        context["may_read"] = context["may_copy"] = True
        context["finding_rows"] = Finding.objects.visible_to(request.user).filter(run=found)
    return context


def files_of(run: Run) -> dict[str, Any]:
    """The tables and pictures of a closed run that its page offers as files."""
    activity, room = brought_up(run), engine.room_of(run.room)
    return {
        "tables": activity.tables(run.state, room),
        "pictures": activity.pictures(run.state, room),
    }


def note_of(run: Run, person: Person) -> str:
    """What this person noted on the run; nobody else's notes are ever asked for."""
    note = Note.objects.filter(run=run, author=person).first()
    return note.text if note else ""


def readable(request: SignedIn, run_id: int) -> Run:
    """A closed run whose result this person may read; 404 unseen, 403 unread."""
    found = _seen_run(request, run_id)
    if not found.closed_at:
        raise Http404
    if not _may_read(request, found):
        raise PermissionDenied(_("The result of this session was not released to you."))
    return found


@login_required
@require_GET
def run_print(request: SignedIn, run_id: int) -> HttpResponse:
    """The result on paper."""
    found = readable(request, run_id)
    return render(
        request,
        "live/print.html",
        {
            **record_of(found),
            "print_part": f"{found.activity}/print.html",
            "typed_in": found.typed_in,
        },
    )
