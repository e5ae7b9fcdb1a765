"""What follows from the answers of schools that were asked whether a thing may be seen.

One function decides: `is_released`. It reads the questions and who is a member today, nothing
else, so that asking it again after any change gives the state that holds.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from exchange.directory.models import Membership, Release

#: So long the silence of a school that has left holds a thing back (docs/decisions/0011).
SILENCE = timedelta(days=30)


def is_released(kind: str, pk: int, audience: str) -> bool:
    """Whether at least one school agreed and no school that was asked holds the thing back.

    Of each school its newest question counts. A member holds it back until it agrees; a school
    that has left too, but its mere silence only for `SILENCE`.
    """
    asked = Release.objects.filter(subject_kind=kind, subject_id=pk, audience=audience)
    newest = {release.school_id: release for release in asked.order_by("pk")}
    silent = lapses(newest.values())
    today = timezone.localdate()
    open_ones = [release for release in newest.values() if not release.stands]
    return len(open_ones) < len(newest) and all(
        silent.get(release.pk, date.max) <= today for release in open_ones
    )


def lapses(releases: Iterable[Release]) -> dict[int, date]:
    """Release id -> the day from which a silent school that has left holds nothing back.

    Only unanswered questions to schools that have left are in it, and not those of a school that
    said no to this thing before: from silence after a no nobody may read a yes.
    """
    waiting = [release for release in releases if release.waits]
    left = days_of_leaving(waiting)
    waiting = [release for release in waiting if (release.network_id, release.school_id) in left]
    refused = refused_before(waiting)
    return {
        release.pk: max(
            left[release.network_id, release.school_id], timezone.localdate(release.asked_at)
        )
        + SILENCE
        for release in waiting
        if about(release) not in refused
    }


def about(release: Release) -> tuple[str, int, str, int]:
    """Which thing, for whom to see, and which school decides."""
    return release.subject_kind, release.subject_id, release.audience, release.school_id


def days_of_leaving(releases: list[Release]) -> dict[tuple[int, int], date]:
    """(network, school) -> when it left last, for those that are not members today."""
    if not releases:
        return {}
    memberships = Membership.objects.filter(
        network__in={release.network_id for release in releases},
        school__in={release.school_id for release in releases},
    )
    inside = set(memberships.current().values_list("network_id", "school_id"))
    left = memberships.filter(status=Membership.Status.LEFT, left_on__isnull=False)
    ends = left.order_by("left_on").values_list("network_id", "school_id", "left_on")
    days = {(network, school): day for network, school, day in ends if day}
    return {pair: day for pair, day in days.items() if pair not in inside}


def refused_before(releases: list[Release]) -> set[tuple[str, int, str, int]]:
    """Those among `about(release)` where the school declined or took its agreement back once."""
    if not releases:
        return set()
    noes = Release.objects.filter(
        Q(declined_at__isnull=False) | Q(agreed_at__isnull=False, withdrawn_at__isnull=False),
        subject_id__in={release.subject_id for release in releases},
        school__in={release.school_id for release in releases},
    )
    return {about(release) for release in noes}
