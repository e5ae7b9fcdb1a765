"""Asking schools whether something may be seen more widely, and their answers.

The directory knows neither findings nor publications: an upper package puts its effect under
the model's name into `on_released` and `on_withdrawn` when the app is ready. One of them is called
with the thing's id inside the transaction of every answer, so the two never disagree; calling it
again must change nothing.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.core.permission import require
from exchange.directory import post, rules
from exchange.directory.models import (
    Affiliation,
    MailChoice,
    Membership,
    Network,
    Person,
    Release,
    School,
)
from exchange.directory.models.events import record

KIND = "release_asked"

on_released: dict[str, Callable[[int], None]] = {}
on_withdrawn: dict[str, Callable[[int], None]] = {}


def is_released(kind: str, pk: int, audience: str) -> bool:
    """Whether every school that was asked agreed; of each its newest question counts.

    Silence is no yes, also that of a school that has left: its people's words are in the thing.
    """
    asked = Release.objects.filter(subject_kind=kind, subject_id=pk, audience=audience)
    newest = {release.school_id: release for release in asked.order_by("pk")}
    return bool(newest) and all(release.stands for release in newest.values())


def follow(kind: str, pk: int, audience: str, network: Network) -> None:
    """Bring a thing to the state that follows from all answers; the one place that does.

    Every question and every answer calls it. Changes in one network take turns, so that the last
    to look has seen all the others.
    """
    Network.objects.select_for_update(no_key=True).get(pk=network.pk)
    effect = (on_released if is_released(kind, pk, audience) else on_withdrawn).get(kind)
    if effect:
        effect(pk)


@transaction.atomic
def ask_release(
    subject: models.Model,
    *,
    schools: Sequence[School],
    network: Network,
    audience: str,
    by: Person,
    removed: str = "",
) -> list[Release]:
    """Ask each school whether `subject` may be seen by `audience`. Returns the new questions.

    A school that was asked and has not said no is not asked twice; where nobody is left to ask,
    what follows from the answers is looked at again. `removed` says what was taken out first.
    ValidationError: no school, or one that never was a member. A school that has left is still
    asked about what its people took part in.
    """
    require(rules.may_ask_release(by, network), _("Only people of the network ask for this."))
    ids = {school.pk for school in schools}
    members = Membership.objects.ever().filter(network=network, school__in=ids)
    if not ids:
        raise ValidationError(_("There is no school that could agree."))
    if set(members.values_list("school_id", flat=True)) != ids:
        raise ValidationError(_("Only schools that belong to the network, or did, can be asked."))
    Network.objects.select_for_update(no_key=True).get(pk=network.pk)
    open_ones = Release.objects.of(subject).filter(
        audience=audience, declined_at__isnull=True, withdrawn_at__isnull=True
    )
    there = set(open_ones.values_list("school_id", flat=True))
    made = []
    for pk in sorted(ids - there):
        release = Release.objects.create(
            subject_kind=subject._meta.model_name or "",
            subject_id=subject.pk,
            network=network,
            school_id=pk,
            audience=audience,
            asked_by=by,
            removed=removed,
        )
        record(by, "ask_release", release, network=network, school=pk)
        made.append(release)
    follow(subject._meta.model_name or "", subject.pk, audience, network)
    _tell_speakers(made, network)
    return made


def _tell_speakers(made: Sequence[Release], network: Network) -> None:
    """A letter to those who answer for the schools; one a day, however many questions there are."""
    schools = [release.school_id for release in made]
    ties = Affiliation.objects.current().confirmed().speaking().filter(school__in=schools)
    people = Person.objects.filter(pk__in=ties.values("person"))
    post.write(
        people, network=network, wishes=post.ASKING, kind=KIND, about=network.pk, words=lambda _person: {},
        once_in=timedelta(days=1),
    )  # fmt: skip


def is_wanted(waiting: Letter) -> bool:
    """Whether something still waits for the reader of a letter, and they still want to be asked."""
    reader = Person.objects.filter(pk=waiting.reader or 0, is_active=True).first()
    if reader is None:
        return False
    wish = MailChoice.wishes(waiting.about, [reader])[reader.pk]
    asked = Release.objects.answerable_by(reader).filter(network=waiting.about)
    return post.Wish(wish) in post.ASKING and asked.exists()


outbox.wanted[KIND] = is_wanted


def locked(release: Release) -> Release:
    """The newest state of the row, with all questions about the same thing held."""
    list(
        Release.objects.select_for_update(of=("self",))
        .filter(subject_kind=release.subject_kind, subject_id=release.subject_id)
        .order_by("pk")
    )
    return Release.objects.select_related("school", "network").get(pk=release.pk)


@transaction.atomic
def agree_release(release: Release, *, by: Person) -> Release:
    """The school agrees. When it was the last one asked, the thing is released."""
    release = locked(release)
    require(
        rules.may_agree_release(by, release.school),
        _("Only the school's head or link person decides this."),
    )
    if release.agreed_at or release.declined_at or release.withdrawn_at:
        raise ValidationError(_("This has already been decided."))
    release.agreed_by, release.agreed_at = by, timezone.now()
    release.save(update_fields=["agreed_by", "agreed_at"])
    record(by, "agree_release", release, network=release.network, school=release.school_id)
    follow(release.subject_kind, release.subject_id, release.audience, release.network)
    return release


@transaction.atomic
def decline_release(release: Release, *, by: Person, reason: str = "") -> Release:
    """The school says no, with its reason if it gives one. Nobody beyond its makers reads it."""
    release = locked(release)
    require(
        rules.may_agree_release(by, release.school),
        _("Only the school's head or link person decides this."),
    )
    if release.agreed_at or release.declined_at or release.withdrawn_at:
        raise ValidationError(_("This has already been decided."))
    release.declined_by, release.declined_at, release.reason = by, timezone.now(), reason
    release.save(update_fields=["declined_by", "declined_at", "reason"])
    record(by, "decline_release", release, network=release.network, school=release.school_id)
    follow(release.subject_kind, release.subject_id, release.audience, release.network)
    return release


@transaction.atomic
def withdraw_release(release: Release, *, by: Person) -> Release:
    """The school takes its agreement back; or who asked takes an unanswered question back."""
    release = locked(release)
    unanswered = not release.agreed_at and not release.declined_at
    require(
        rules.may_agree_release(by, release.school)
        or (unanswered and by.is_active and release.asked_by_id == by.pk),
        _("Only the school's head or link person decides this."),
    )
    if release.withdrawn_at or release.declined_at:
        raise ValidationError(_("This has already been declined or withdrawn."))
    release.withdrawn_by, release.withdrawn_at = by, timezone.now()
    release.save(update_fields=["withdrawn_by", "withdrawn_at"])
    record(by, "withdraw_release", release, network=release.network, school=release.school_id)
    follow(release.subject_kind, release.subject_id, release.audience, release.network)
    return release
