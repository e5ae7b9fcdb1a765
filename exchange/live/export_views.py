"""A closed run's result as files: tables, a workbook, pictures, everything as JSON."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exchange.core.exports import FORMS, Sheet, download, table_response, xlsx_response, xml_text
from exchange.core.limits import costly
from exchange.directory.requests import SignedIn
from exchange.live import engine
from exchange.live.looking import record_of
from exchange.live.models import Finding, Run
from exchange.live.paper import marks_of
from exchange.live.plugin import Table
from exchange.live.run_views import readable
from exchange.live.versions import brought_up


@login_required
@require_GET
@costly
def run_table(request: SignedIn, run_id: int, table: str, form: str) -> HttpResponse:
    """One table of the result as CSV or XLSX."""
    if form not in FORMS:
        raise Http404
    found = readable(request, run_id)
    chosen = next((t for t in tables_of(found) if t.key == table), None)
    if chosen is None:
        raise Http404
    return table_response(f"{stem(found)}-{table}", sheet_of(chosen), form)


@login_required
@require_GET
@costly
def run_workbook(request: SignedIn, run_id: int) -> HttpResponse:
    """How it was held, its findings and all its tables, each on a sheet of one workbook."""
    found = readable(request, run_id)
    tables = tables_of(found)
    sheets = [about(found, tables), findings_of(request, found), *map(sheet_of, tables)]
    return xlsx_response(f"{stem(found)}.xlsx", sheets)


@login_required
@require_GET
@costly
def run_picture(request: SignedIn, run_id: int, picture: str) -> HttpResponse:
    """One picture of the result as SVG, readable in grey, with its title and what it shows."""
    found = readable(request, run_id)
    activity = brought_up(found)
    drawn = activity.pictures(found.state, engine.room_of(found.room))
    chosen = next((one for one in drawn if one.key == picture), None)
    if chosen is None:
        raise Http404
    marks = ". ".join(marks_of(found))
    context = {"picture": chosen, "drawn": chosen.drawn, "run": found, "marks": marks}
    svg = render_to_string(f"{activity.key}/{chosen.template}", context)
    return download(xml_text(svg), f"{stem(found)}-{picture}.svg", "image/svg+xml")


@login_required
@require_GET
@costly
def run_json(request: SignedIn, run_id: int) -> HttpResponse:
    """The whole result as JSON: its tables, findings and how it was held."""
    found = readable(request, run_id)
    visible = Finding.objects.visible_to(request.user).filter(run=found)
    answer = JsonResponse(
        {
            "activity": found.activity,
            "version": found.version,
            "title": found.title,
            "network": found.network.name if found.network else None,
            "opened": found.opened_at,
            "closed": found.closed_at,
            "paper": found.typed_in or None,
            "invented": bool(found.network and found.network.is_invented),
            "tables": [
                {"key": t.key, "title": str(t.title), "columns": t.columns, "rows": t.rows}
                for t in tables_of(found)
            ],
            "findings": [
                {"text": f.text, "dissent": [d["note"] for d in f.dissent]} for f in visible
            ],
        },
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    answer["Content-Disposition"] = f'attachment; filename="{stem(found)}.json"'
    return answer


def stem(run: Run) -> str:
    """How the names of a run's files begin; a table alone has no other place for the mark."""
    return f"run-{run.pk}-from-paper" if run.typed_in else f"run-{run.pk}"


def tables_of(run: Run) -> list[Table]:
    """The activity's tables, with school names instead of ids where a column is `school`."""
    tables = brought_up(run).tables(run.state, engine.room_of(run.room))
    names = record_of(run)["school_names"]
    for table in tables:
        if "school" in table.columns:
            at = table.columns.index("school")
            table.rows[:] = [
                tuple(names.get(str(v), v) if i == at else v for i, v in enumerate(row))
                for row in table.rows
            ]
    return tables


def sheet_of(table: Table) -> Sheet:
    """A table of the result as a sheet, named by its key: a sheet's name holds 31 signs.
    The columns' names are translated."""
    heads = tuple(_(column) for column in table.columns)
    return Sheet(table.key.replace("_", " ").capitalize(), heads, table.rows)


def about(run: Run, tables: list[Table]) -> Sheet:
    """How the session was held, and what is on each sheet."""
    seats = run.room["seats"].values()
    invented = bool(run.network and run.network.is_invented)
    rows: list[tuple[str, Any]] = [
        (_("Question"), run.title),
        (_("Activity"), str(brought_up(run).title)),
        (_("Network"), run.network.name if run.network else None),
        (_("Opened"), run.opened_at),
        (_("Closed"), run.closed_at),
        (_("People"), sum(seat["people"] for seat in seats)),
        (_("Phones"), len(seats)),
        (_("On paper"), run.typed_in or _("no")),
        (_("Invented for demonstration"), _("yes") if invented else _("no")),
        *((_("Sheet “%s”") % sheet_of(table).title, table.title) for table in tables),
    ]
    return Sheet(_("About"), (_("what"), _("value")), rows)


def findings_of(request: SignedIn, run: Run) -> Sheet:
    """The findings this person may read, one row for each voice that differs."""
    rows = []
    for found in Finding.objects.visible_to(request.user).filter(run=run).order_by("position"):
        notes = [voice["note"] for voice in found.dissent] or [None]
        rows += [(found.position + 1, found.text, note) for note in notes]
    return Sheet(_("Findings"), (_("number"), _("finding"), _("seen differently")), rows)
