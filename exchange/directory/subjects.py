"""What is stored of one person: to be shown, given to them, and erased.

Each floor adds its holdings in `apps.ready()`. docs/privacy.md has them in words; decision 0031
says what an erasure leaves and why.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.directory.models import (
    AddressChange,
    Affiliation,
    Event,
    Invitation,
    Membership,
    Message,
    Network,
    Person,
    Question,
    Release,
)

Row = dict[str, Any]
#: What other packages (sign-in, second factors) keep of a person and may be told: no keys.
TOLD = (
    "email", "provider", "uid", "type", "verified", "created_at", "last_used_at", "last_seen_at",
    "date_joined", "last_login", "ip", "user_agent",
)  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """One kind of thing that is stored of a person.

    rows     what it is, without anything of other people: for their eyes and their file
    left     in words: what becomes of it when they are erased
    erase    does that; None where it is left as it is
    """

    key: str
    title: str | Promise
    left: str | Promise
    rows: Callable[[Person], list[Row]]
    erase: Callable[[Person], object] | None = None


holdings: list[Holding] = []


#: What values are called in my-data.json; in my-data.html translated.
HEADS = (
    gettext_noop("about"), gettext_noop("account since"), gettext_noop("answered"),
    gettext_noop("asked"), gettext_noop("asked on"), gettext_noop("commitment of"),
    gettext_noop("confirmed"), gettext_noop("did"), gettext_noop("done"),
    gettext_noop("e-mail address"), gettext_noop("founded"), gettext_noop("invitation"),
    gettext_noop("job"), gettext_noop("kept for signing in"), gettext_noop("last signed in"),
    gettext_noop("last used"), gettext_noop("letter"), gettext_noop("link person"),
    gettext_noop("mail"), gettext_noop("name"), gettext_noop("network"),
    gettext_noop("new address"), gettext_noop("on"), gettext_noop("put aside"),
    gettext_noop("question"), gettext_noop("reason"), gettext_noop("release"),
    gettext_noop("removed first"), gettext_noop("role"), gettext_noop("school"),
    gettext_noop("sent"), gettext_noop("signed in on"), gettext_noop("since"),
    gettext_noop("site administrator"), gettext_noop("subject"), gettext_noop("taken back"),
    gettext_noop("taken up"), gettext_noop("text"), gettext_noop("to"),
    gettext_noop("told of a new voice at"), gettext_noop("until"), gettext_noop("written"),
)  # fmt: skip


def account(person: Person) -> list[Row]:
    return [
        {
            "name": person.name,
            "e-mail address": person.email,
            "account since": person.joined_at,
            "last signed in": person.last_login,
            "site administrator": person.is_site_admin,
        }
    ]


def ties(person: Person) -> list[Row]:
    return [
        {
            "school": tie.school.name,
            "job": tie.get_job_display(),
            "link person": tie.is_link,
            "since": tie.started_on,
            "until": tie.ended_on,
            "confirmed": tie.confirmed_at,
        }
        for tie in Affiliation.objects.filter(person=person).select_related("school")
    ]


def roles(person: Person) -> list[Row]:
    return [
        {
            "role": held.get_role_display(),
            "network": held.network.name if held.network else "",
            "since": held.started_on,
            "until": held.ended_on,
        }
        for held in person.role_assignments.select_related("network")
    ]


def end_roles(person: Person) -> None:
    today = timezone.localdate()
    person.role_assignments.filter(
        models.Q(ended_on__isnull=True) | models.Q(ended_on__gt=today)
    ).update(ended_on=today)


def letters_to(person: Person) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(email__iexact=person.email).select_related("network")


def invitations(person: Person) -> list[Row]:
    """Those to this address, and that one invited others: without their addresses."""
    got = [(_("to you"), letter) for letter in letters_to(person)]
    wrote = Invitation.objects.filter(invited_by=person).select_related("network")
    return [
        {
            "invitation": way,
            "network": letter.network.name if letter.network else "",
            "role": letter.get_role_display(),
            "sent": letter.sent_at,
            "taken up": letter.accepted_at,
        }
        for way, letter in [*got, *((_("by you"), letter) for letter in wrote)]
    ]


def erase_invitations(person: Person) -> None:
    for letter in letters_to(person):
        outbox.withdraw("invitation", letter.pk)
    letters_to(person).delete()


def messages(person: Person) -> list[Row]:
    return [
        {
            "network": one.network.name,
            "to": one.get_to_display(),
            "subject": one.subject,
            "text": one.text,
            "sent": one.sent_at,
            "taken back": one.taken_back_at,
        }
        for one in Message.objects.filter(author=person).select_related("network")
    ]


def take_back(person: Person) -> None:
    """As if they had taken back each of their messages themselves."""
    mine = Message.objects.filter(author=person)
    for pk in mine.values_list("pk", flat=True):
        outbox.withdraw("message", pk)
    mine.filter(taken_back_at=None).update(taken_back_at=timezone.now(), taken_back_by=person)
    mine.update(subject="", text="", once="")


def mail(person: Person) -> list[Row]:
    choices = [
        {"network": one.network.name, "mail": one.get_wish_display()}
        for one in person.mail_choices.select_related("network")
    ]
    letters = Letter.objects.filter(reader=person.pk)
    return [*choices, *({"letter": one.kind, "written": one.queued_at} for one in letters)]


def erase_mail(person: Person) -> None:
    person.mail_choices.all().delete()
    Letter.objects.filter(reader=person.pk).delete()
    outbox.withdraw_from(person.email)


def for_others(person: Person) -> list[Row]:
    """What one did for a network or a school."""
    founded = Network.objects.filter(founded_by=person)
    words = Membership.objects.filter(committed_by=person).select_related("school", "network")
    rows: list[Row] = [{"founded": one.name, "on": one.founded_at} for one in founded]
    rows += [
        {"commitment of": one.school.name, "network": one.network.name, "text": one.head_commitment}
        for one in words
    ]
    releases = Release.objects.select_related("school", "network")
    for did, field in (("asked", "asked"), ("agreed", "agreed"), ("declined", "declined"),
                       ("took back", "withdrawn")):  # fmt: skip
        rows += [
            {
                "release": did,
                "school": one.school.name,
                "network": one.network.name,
                "on": getattr(one, f"{field}_at"),
                **({"removed first": one.removed} if did == "asked" else {}),
                **({"reason": one.reason} if did == "declined" else {}),
            }
            for one in releases.filter(**{f"{field}_by": person})
        ]
    return rows


def asked(person: Person) -> list[Row]:
    return [
        {"question": one.get_kind_display(), "text": one.text, "asked": one.asked_at,
         "answered": one.answered_at}
        for one in person.questions.all()
    ]  # fmt: skip


def erase_questions(person: Person) -> None:
    person.questions.all().delete()
    Question.objects.filter(address__iexact=person.email).delete()


def steps(person: Person) -> list[Row]:
    return [{"put aside": one.step, "on": one.at} for one in person.steps_aside.all()]


def voices(person: Person) -> list[Row]:
    told = person.new_voices.select_related("tie__school")
    return [{"told of a new voice at": one.tie.school.name, "on": one.at} for one in told]


def events(person: Person) -> list[Row]:
    mine = Event.objects.filter(actor=person).order_by("pk")
    return [
        {"did": one.verb, "about": f"{one.subject_kind} {one.subject_id}", "on": one.at}
        for one in mine
    ]


def of_other_packages(person: Person) -> Iterable[models.QuerySet[Any]]:
    """Rows about this person in tables that are not ours: signing in, second factors."""
    for relation in Person._meta.related_objects:
        model = relation.related_model
        if isinstance(model, type) and not model.__module__.startswith("exchange."):
            yield model._default_manager.filter(**{relation.field.name: person})


def signing_in(person: Person) -> list[Row]:
    rows: list[Row] = [
        {"signed in on": visit.device_words, "since": visit.began_at, "last used": visit.seen_at}
        for visit in person.visits.all()
    ]
    for found in of_other_packages(person):
        kind = str(found.model._meta.verbose_name)
        names = [field.name for field in found.model._meta.fields if field.name in TOLD]
        rows += [{"kept for signing in": kind, **one} for one in found.values(*names or ["pk"])]
    return rows


def new_addresses(person: Person) -> list[Row]:
    return [
        {"new address": one.email, "asked on": one.asked_at, "done": one.done_at}
        for one in AddressChange.objects.filter(person=person)
    ]


def sign_out_everywhere(person: Person) -> None:
    """End every browser's session of this person, and what else knows how they signed in."""
    person.visits.all().delete()
    for found in of_other_packages(person):
        found.delete()


def add_holdings() -> None:
    """The directory's own; called once, when the app is ready."""
    gone, nameless = _("It is erased."), _("It stays, without your name.")
    holdings[:0] = [
        Holding("account", _("Your account"), gone, account),
        Holding("schools", _("The schools where you work or worked"), gone, ties,
                lambda person: person.affiliations.all().delete()),
        Holding("roles", _("Your roles"),
                _("They end, and stay in the network's history as those of a former member."),
                roles, end_roles),
        Holding("invitations", _("Invitations"), _("Those to you are erased."), invitations,
                erase_invitations),
        Holding("messages", _("Messages you wrote to your networks"),
                _("Their words are erased; what went out by mail stays with its readers."),
                messages, take_back),
        Holding("mail", _("How much mail you want, and letters to you"), gone, mail, erase_mail),
        Holding("for_others", _("What you did for a network or a school"), nameless, for_others),
        Holding("questions", _("Questions and complaints about data"), gone, asked,
                erase_questions),
        Holding("new_addresses", _("Other e-mail addresses you asked for"), gone, new_addresses,
                lambda person: AddressChange.objects.filter(person=person).delete()),
        Holding("voices", _("What you were told about others who speak for your school"), gone,
                voices, lambda person: person.new_voices.all().delete()),
        Holding("steps", _("First steps you put aside"), gone, steps,
                lambda person: person.steps_aside.all().delete()),
        Holding("signing_in", _("What is kept for signing in"), gone, signing_in,
                sign_out_everywhere),
        Holding("events", _("The log of what you did"),
                _("It stays, under a number that names nobody any more."), events),
    ]  # fmt: skip


def held(person: Person) -> list[tuple[Holding, list[Row]]]:
    """Everything that is stored of a person, kind by kind."""
    return [(holding, holding.rows(person)) for holding in holdings]


def export(person: Person) -> bytes:
    """A ZIP file with all of it: my-data.json for programs, my-data.html to read."""
    found = held(person)
    sections = [
        (holding, [[(gettext(name), shown(value)) for name, value in row.items()] for row in rows])
        for holding, rows in found
    ]
    words = {"person": person, "sections": sections, "made": timezone.now()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        plain = {holding.key: rows for holding, rows in found}
        archive.writestr(
            "my-data.json",
            json.dumps(plain, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1),
        )
        archive.writestr("my-data.html", render_to_string("directory/export.html", words))
    return file.getvalue()


def shown(value: Any) -> Any:
    """A value for the readable file: lists and mappings as text."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
