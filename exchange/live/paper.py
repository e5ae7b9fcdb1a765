"""What the engine tells every paper: how a session is or was held. Plain values for typst."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exchange.core.printing import pdf
from exchange.directory.models import Membership, Network
from exchange.live import engine, grouping
from exchange.live.discovery import folder_of
from exchange.live.looking import record_of
from exchange.live.models import Run, Seat
from exchange.live.panes import wordings_of
from exchange.live.plugin import FINDINGS, Activity, Data, Paper
from exchange.live.typed import Places
from exchange.live.versions import brought_up

MOST_GROUPS, USUAL_GROUPS = 20, 5


def pack(run: Run, paper: Paper, groups: int) -> bytes:
    """A paper of the pack for this session, before or while it is held; so many groups."""
    activity = brought_up(run)
    about = about_of(activity, run.network) | {
        "title": run.title,
        "announce": activity.announce(run.setup),
        "phases": phases_of(activity, run.room["clock"]["plan"] if run.room else {}),
        "groups": letters(groups),
        "marks": marks_of(run),
    }
    return printed(activity, paper, run.setup, about)


def sample(activity: Activity, setup: Data, paper: Paper, groups: int) -> bytes:
    """A paper of the pack without a session: to look at, or to hold one without us."""
    about = about_of(activity, None) | {
        "title": activity.title,
        "announce": activity.announce(setup),
        "phases": phases_of(activity, {}),
        "groups": letters(groups),
        "marks": [],
    }
    return printed(activity, paper, setup, about)


def report(run: Run, paper: Paper) -> bytes:
    """The result of a closed session; whoever calls has asked whether it may be read."""
    activity, record = brought_up(run), record_of(run)
    about = about_of(activity, run.network) | {
        "title": run.title,
        "line": line_of(run),
        "marks": marks_of(run),
        "school_names": record["school_names"],
        "findings": [
            {"text": one["text"], "dissent": one["dissent"], "agree": one["agree"]}
            for one in wordings_of(run)
            if one["settled"]
        ],
    }
    return printed(activity, paper, record["seen"], about)


def printed(activity: Activity, paper: Paper, given: Data, about: Data) -> bytes:
    """The PDF; raises NotPrinted with a sentence."""
    template: Path = folder_of(activity.key) / paper.template
    return pdf(template, {"about": about, "paper": paper.fill(given, about)})


def about_of_house() -> dict[str, Any]:
    """What every paper of the house is told: language and the word on its foot."""
    language, _sign, region = (get_language() or settings.LANGUAGE_CODE).partition("-")
    return {"lang": language, "region": region or None, "words": {"page": _("Page")}}


def about_of(activity: Activity, network: Network | None) -> dict[str, Any]:
    """What is the same for every paper: language, floor, schools by number, roles by letter."""
    return about_of_house() | {
        "activity": activity.title,
        "network": network.name if network else "",
        "floor": settings.FLOOR,
        "schools": [
            {"number": number, "name": name} for number, (_key, name) in schools_of(network).items()
        ],
        "roles": [{"letter": key[0], "name": str(label)} for key, label in Seat.Role.choices],
    }


def schools_of(network: Network | None) -> dict[int, tuple[int, str]]:
    """Number -> (id, name) of the network's schools, as sheets and their typing name them.

    Numbered in the order in which they were asked to join, also those that left: a number printed
    on a sheet means the same school when the sheet is typed in.
    """
    if network is None:
        return {}
    current = set(Membership.objects.current().filter(network=network).values_list("pk", flat=True))
    asked = Membership.objects.filter(network=network).select_related("school").order_by("pk")
    return {
        number: (member.school_id, member.school.name)
        for number, member in enumerate(asked, 1)
        if member.pk in current and number < 100
    }


def places_of(network: Network | None) -> Places:
    """What the numbers of schools and the letters of roles on the sheets mean."""
    schools = {number: str(pk) for number, (pk, _name) in schools_of(network).items()}
    return Places(schools, {str(key)[0]: str(key) for key in Seat.Role.values})


def phases_of(activity: Activity, plan: dict[str, int]) -> list[dict[str, Any]]:
    """Every step with its planned minutes, the wording of the findings last."""
    steps = [
        {"key": p.key, "title": p.title, "minutes": plan.get(p.key, p.minutes), "task": p.task}
        for p in activity.phases
    ]
    title, task = engine.title_of(activity, FINDINGS), engine.task_of(activity, FINDINGS)
    last = {"key": FINDINGS, "title": title, "minutes": plan.get(FINDINGS, 10), "task": task}
    return [*steps, last]


def letters(groups: int) -> list[str]:
    """The letters of the first so many groups."""
    return [grouping.letter(at) for at in range(max(1, min(groups, MOST_GROUPS)))]


def marks_of(run: Run) -> list[str]:
    """What every page says at its foot, so that nobody takes it for something else."""
    invented = bool(run.network and run.network.is_invented)
    return [
        mark for mark in (_("Invented for demonstration") if invented else "", run.typed_in) if mark
    ]


def line_of(run: Run) -> str:
    """Activity, network, who held it and when, in one line."""
    day = formats.date_format(timezone.localtime(run.closed_at), "j F Y") if run.closed_at else ""
    held = _("held by %s") % run.facilitator.name if run.facilitator else ""
    network = run.network.name if run.network else ""
    return " · ".join(part for part in (str(brought_up(run).title), network, held, day) if part)
